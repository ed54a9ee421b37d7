/* Copies a store, and puts a copy in the place of a store, while no daemon runs on either. */
#include "offline.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"
#include "store.h"

int store_path(const char *folder, const char *file, struct pxed_buf *ret) {
    pxed_buf_str(ret, file[0] == '/' ? "" : folder);
    pxed_buf_str(ret, file[0] == '/' ? "" : "/");
    pxed_buf_str(ret, file);
    pxed_buf_byte(ret, '\0');
    return pxed_buf_full(ret) ? -ENAMETOOLONG : 0;
}

static int files_path(const void *config, const char *state_dir, struct pxed_buf *ret) {
    return store_path(state_dir, ((const struct store_config *)config)->file, ret);
}

static int files_told(const struct store_err *err, int rc, struct pxed_buf *ret_error) {
    if (rc < 0)
        pxed_buf_str(ret_error, err->text);
    return rc;
}

/* A copy is one file, without a log, and marked as ours: an empty one would become a new store. Offset 68 of the header
 * is the application_id (https://www.sqlite.org/fileformat2.html, 1.3). */
static int check_copy(const char *path, struct store_err *ret_err) {
    static const char magic[] = "SQLite format 3";
    char head[100];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return store_err_set(ret_err, -errno, "%s", strerror(errno));
    ssize_t n = pread(fd, head, sizeof(head), 0);
    close(fd);
    if (n == (ssize_t)sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0 && memcmp(head + 68, "pxed", 4) == 0)
        return 0;
    return store_err_set(ret_err, -EINVAL, "it is no copy of a store");
}

/* store_db_open makes what is not there. */
static int open_there(struct store_db *db, const char *path, struct store_err *ret_err) {
    if (access(path, F_OK) < 0)
        return store_err_set(ret_err, -errno, "%s: %s", path, strerror(errno));
    int rc = store_db_open(db, path, &store_schema_now, ret_err);
    if (rc == STORE_DAMAGED) { /* the sentence has what SQLite found */
        char what[sizeof(ret_err->text)];
        memcpy(what, ret_err->text, sizeof(what));
        store_err_set(ret_err, rc, "it is damaged: %.400s", what);
    }
    return rc;
}

static int files_copy(const char *from, const char *to, struct pxed_buf *ret_error) {
    struct store_db db;
    struct store_copy copy;
    struct store_err err = {0};
    int rc = open_there(&db, from, &err);
    if (rc < 0)
        return files_told(&err, rc, ret_error);
    rc = store_copy_begin(&copy, &db, to, &err);
    if (rc == 0) {
        while (store_copy_more(&copy))
            ;
        rc = store_copy_end(&copy, &err);
    }
    store_db_close(&db);
    return files_told(&err, rc, ret_error);
}

static int files_load(const char *file, const char *table,
                      void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version),
                      void *arg, struct pxed_buf *ret_error) {
    struct store_db db;
    struct store_err err = {0};
    int rc = check_copy(file, &err);
    if (rc == 0)
        rc = open_there(&db, file, &err);
    if (rc < 0)
        return files_told(&err, rc, ret_error);
    rc = store_db_load(&db, table, row, arg, &err);
    store_db_close(&db);
    return files_told(&err, rc, ret_error);
}

static int change_fresh(const char *fresh, const struct pxed_put *puts, size_t n, struct store_err *ret_err) {
    struct store_db db;
    struct store_job *job;
    int rc = check_copy(fresh, ret_err);
    if (rc == 0)
        rc = open_there(&db, fresh, ret_err);
    if (rc < 0)
        return rc;
    rc = store_job_new(puts, n, STORE_QUEUE_BYTES, &job);
    if (rc < 0) {
        store_err_set(ret_err, rc, "%s: %s", fresh, strerror(-rc));
    } else {
        rc = store_db_apply(&db, job, ret_err);
        free(job);
    }
    store_db_close(&db); /* its log goes into the file */
    return rc;
}

/* A store in use is refused, and the log of a sound one goes into the file: then there is one file to be renamed. A
 * damaged one is moved with its log. */
static int settle_old(const char *path, struct store_err *ret_err) {
    struct store_db db;
    int rc = store_db_open(&db, path, &store_schema_now, ret_err);
    if (rc == 0)
        store_db_close(&db);
    return rc == STORE_DAMAGED || rc == -ENOTSUP || rc == -EINVAL ? 0 : rc;
}

static int put_beside(const char *fresh, const char *path, struct pxed_buf *ret_aside, struct store_err *ret_err) {
    char moved[PATH_MAX];
    if (strlen(path) + STORE_NAME_ROOM > PATH_MAX)
        return store_err_set(ret_err, -ENAMETOOLONG, "%s: the path is too long", path);
    int rc = settle_old(path, ret_err);
    if (rc < 0)
        return rc;
    store_dated_name(path, "replaced", time(NULL), moved);
    rc = store_exchange(path, fresh, moved);
    if (rc < 0)
        return store_err_set(ret_err, rc, "%s: it cannot be moved aside: %s", path, strerror(-rc));
    pxed_buf_str(ret_aside, moved);
    return 0;
}

static int files_replace(const char *fresh, const char *path, const struct pxed_put *puts, size_t n,
                         struct pxed_buf *ret_aside, struct pxed_buf *ret_error) {
    struct store_err err = {0};
    int rc = change_fresh(fresh, puts, n, &err);
    if (rc < 0)
        return files_told(&err, rc, ret_error);
    if (access(path, F_OK) == 0) {
        rc = put_beside(fresh, path, ret_aside, &err);
    } else if ((rc = store_put_in_place(fresh, path)) < 0) {
        store_err_set(&err, rc, "%s: %s", path, strerror(-rc));
    }
    return files_told(&err, rc, ret_error);
}

const struct pxed_store_files store_files = {
    .size = sizeof(store_files), .path = files_path, .copy = files_copy, .load = files_load, .replace = files_replace};
