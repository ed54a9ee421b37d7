/* A copy of the store while it is in use: the thread writes a piece of it between two transactions, so that no commit
 * waits longer than for one piece. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "files.h"
#include "store.h"

static bool is_leftover(const char *file, const char *store) {
    size_t n = strlen(store);
    return strncmp(file, store, n) == 0 &&
           (strncmp(file + n, ".backup-", 8) == 0 || strncmp(file + n, ".restore", 8) == 0);
}

void store_backup_clean(const struct store *s) {
    const char *slash = strrchr(s->path, '/');
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%.*s", (int)(slash - s->path) + 1, s->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (is_leftover(e->d_name, slash + 1))
            unlinkat(fd, e->d_name, 0);
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}

int store_backup(void *self, void (*done)(void *arg, int result, const char *file), void *arg) {
    struct store *s = self;
    if (!s->running || s->copy_cancel)
        return -ENOTCONN;
    if (s->copy_done || strlen(s->path) + STORE_NAME_ROOM > PATH_MAX)
        return s->copy_done ? -EBUSY : -ENAMETOOLONG;
    s->copy_done = done;
    s->copy_arg = arg;
    store_dated_name(s->path, "backup", (time_t)(s->ctx->core->wall(s->ctx) / 1000), s->copy.path);
    uv_mutex_lock(&s->lock);
    s->copy_wanted = true;
    uv_cond_signal(&s->work);
    uv_mutex_unlock(&s->lock);
    return 0;
}

static void copy_ends(struct store *s, const struct store_err *error) {
    uv_mutex_lock(&s->lock);
    s->copy_error = *error;
    s->copied = true;
    uv_mutex_unlock(&s->lock);
    uv_async_send(&s->finished_async);
}

void store_backup_piece(struct store *s) {
    struct store_err error = {0};
    uv_mutex_lock(&s->lock);
    bool begin = s->copy_wanted, cancel = s->copy_cancel;
    s->copy_wanted = false;
    uv_mutex_unlock(&s->lock);
    if (begin) {
        char path[PATH_MAX];
        memcpy(path, s->copy.path, sizeof(path));
        s->copying = store_copy_begin(&s->copy, &s->db, path, &error) == 0;
        if (!s->copying)
            copy_ends(s, &error);
    }
    if (!s->copying || (!cancel && store_copy_more(&s->copy)))
        return;
    store_copy_end(&s->copy, &error);
    s->copying = false;
    copy_ends(s, &error);
}

void store_backup_cancel(struct store *s) {
    uv_mutex_lock(&s->lock);
    s->copy_cancel = true;
    uv_mutex_unlock(&s->lock);
}

void store_backup_tell(struct store *s) {
    uv_mutex_lock(&s->lock);
    bool copied = s->copied;
    struct store_err error = s->copy_error;
    s->copied = false;
    uv_mutex_unlock(&s->lock);
    void (*done)(void *arg, int result, const char *file) = s->copy_done;
    if (!copied || !done)
        return;
    s->copy_done = NULL;
    if (error.code < 0)
        pxed_log(s->ctx, PXED_LOG_ERROR, "backup-failed", NULL, NULL, "%s", error.text);
    done(s->copy_arg, error.code, error.code < 0 ? NULL : s->copy.path);
}
