/* Compares a folder's files by hash, then writes, links or removes them, in an order that keeps the gate closed
 * meanwhile. */
#define _GNU_SOURCE
#include "stage_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write_whole.h"

enum { READ_MAX = 4 << 20 };

static const char temporary[] = ".pxed-new";

static struct stage_hash hash_identity(const struct stat *st) {
    struct stage_hash h;
    snprintf(h.hex, sizeof(h.hex), "L%08llx%023llx", (unsigned long long)st->st_dev & 0xffffffff,
             (unsigned long long)st->st_ino & 0xffffffffffffffff);
    return h;
}

bool stage_hash_link(const char *source, struct stage_hash *ret) {
    struct stat st;
    if (stat(source, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    *ret = hash_identity(&st);
    return true;
}

static void stage_complain(struct stage_job *job, const char *what, const char *name, int error) {
    if (!job->error)
        job->error = pxed_arena_printf(&job->arena, "%s %s: %s", what, name, strerror(error));
}

static bool stage_same(const struct stage_hash *a, const struct stage_hash *b) {
    return strcmp(a->hex, b->hex) == 0;
}

static bool is_ours(const struct stage_job *job, enum stage_place place, const char *name,
                    const struct stage_hash *hash) {
    for (size_t i = 0; i < job->n_known; i++)
        if (job->known[i].place == place && strcmp(job->known[i].name, name) == 0 &&
            stage_same(&job->known[i].hash, hash))
            return true;
    return false;
}

static void note_ours(struct stage_job *job, enum stage_place place, const char *name, const struct stage_hash *hash) {
    job->now[job->n_now++] = (struct stage_known){place, name, *hash};
}

/* Examines a file: 0 with the hashes of its text and of its identity, or a negative errno. */
static int stage_look(int dir_fd, const char *name, struct stage_hash *ret_text, struct stage_hash *ret_identity) {
    struct stat st;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return -EISDIR;
    }
    *ret_identity = hash_identity(&st);
    ret_text->hex[0] = '\0';
    if (st.st_size <= READ_MAX) {
        char *text = pxed_xalloc((size_t)st.st_size + 1);
        ssize_t n = pread(fd, text, (size_t)st.st_size, 0);
        if (n == st.st_size)
            *ret_text = stage_hash_text(pxed_slice(text, (size_t)n));
        free(text);
    }
    close(fd);
    return 0;
}

static int put_text(int dir_fd, const char *name, struct pxed_slice text) {
    unlinkat(dir_fd, temporary, 0);
    int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    int rc = fchmod(fd, 0644) < 0 ? -errno : write_whole(fd, text);
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(dir_fd, temporary, 0);
    return rc;
}

static int put_link(const struct stage_job *job, int dir_fd, const char *name, const char *source) {
    unlinkat(dir_fd, temporary, 0);
    int rc = job->hard_link(job->link_arg, source, dir_fd, temporary);
    if (rc == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
        rc = -errno;
    unlinkat(dir_fd, temporary, 0); /* rename keeps it if both names were the same file */
    return rc;
}

/* --- the hash file beside each text of pxed's: without a store it still shows that the file is pxed's --- */

static bool note_name(const char *name, char ret[300]) {
    return snprintf(ret, 300, ".%s.pxed", name) < 300;
}

static bool is_noted(int dir_fd, const char *name, const struct stage_hash *text) {
    char note[300], hex[sizeof(text->hex)];
    int fd = note_name(name, note) ? openat(dir_fd, note, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    if (fd < 0)
        return false;
    ssize_t n = read(fd, hex, sizeof(hex));
    close(fd);
    return n >= (ssize_t)sizeof(hex) - 1 && text->hex[0] && memcmp(hex, text->hex, sizeof(hex) - 1) == 0;
}

static void write_note(int dir_fd, const struct stage_file *f) {
    char note[300];
    if (!f->link && note_name(f->name, note) && !is_noted(dir_fd, f->name, &f->hash))
        put_text(dir_fd, note, pxed_slice_of(f->hash.hex)); /* without it only the store knows */
}

static void drop_note(int dir_fd, const char *name) {
    char note[300];
    if (note_name(name, note))
        unlinkat(dir_fd, note, 0);
}

static bool stage_put(struct stage_job *job, int dir_fd, const struct stage_file *f) {
    struct stage_hash text, identity;
    int rc = stage_look(dir_fd, f->name, &text, &identity);
    const struct stage_hash *there = f->link ? &identity : &text;
    if (rc == 0 && stage_same(there, &f->hash)) {
        note_ours(job, f->place, f->name, &f->hash);
        return true;
    }
    bool ours = rc == 0 && (is_ours(job, f->place, f->name, &text) || is_ours(job, f->place, f->name, &identity) ||
                            is_noted(dir_fd, f->name, &text));
    if (rc != -ENOENT && !ours) {
        job->kept++;
        return false;
    }
    rc = f->link ? put_link(job, dir_fd, f->name, f->link) : put_text(dir_fd, f->name, f->text);
    if (rc < 0) {
        stage_complain(job, f->link ? "cannot link" : "cannot write", f->name, -rc);
        return false;
    }
    job->written++;
    note_ours(job, f->place, f->name, &f->hash);
    write_note(dir_fd, f);
    return true;
}

static bool is_wanted(const struct stage_job *job, const struct stage_known *k) {
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].place == k->place && strcmp(job->files[i].name, k->name) == 0)
            return true;
    for (size_t i = 0; i < job->n_now; i++)
        if (job->now[i].place == k->place && strcmp(job->now[i].name, k->name) == 0)
            return true;
    return false;
}

static void drop_unwanted(struct stage_job *job, enum stage_place place, int dir_fd) {
    for (size_t i = 0; i < job->n_known; i++) {
        const struct stage_known *k = &job->known[i];
        struct stage_hash text, identity;
        if (k->place != place || is_wanted(job, k) || stage_look(dir_fd, k->name, &text, &identity) < 0)
            continue;
        bool ours = stage_same(&k->hash, &text) || stage_same(&k->hash, &identity);
        if (ours)
            drop_note(dir_fd, k->name);
        if (ours && unlinkat(dir_fd, k->name, 0) < 0 && errno != ENOENT) {
            stage_complain(job, "cannot remove", k->name, errno);
            note_ours(job, place, k->name, &k->hash);
        }
    }
}

/* An operator's own script replaces pxed's and expects the image under another name. */
static void put_alias(struct stage_job *job, int dir_fd) {
    struct stage_hash text, identity;
    if (!job->gate || !job->alias.name || !job->opens || stage_look(dir_fd, job->gate, &text, &identity) < 0)
        return;
    for (size_t i = 0; i < job->n_now; i++)
        if (job->now[i].place == STAGE_SHARE && strcmp(job->now[i].name, job->gate) == 0 &&
            stage_same(&job->now[i].hash, &text))
            return;
    stage_put(job, dir_fd, &job->alias);
}

static bool is_empty_place(const struct stage_job *job, enum stage_place place) {
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].place == place)
            return false;
    return true;
}

/* Opens the folder of a place, after making it if something will be in it: in the share a host's folder always is. -1:
 * there is none, or job->error says why. */
static int open_place(struct stage_job *job, enum stage_place place) {
    const char *folder = job->folders[place];
    bool makes = !job->leaves && (place == STAGE_SHARE || !is_empty_place(job, place));
    if (makes && mkdir(folder, place == STAGE_SHARE ? job->mode : 0755) < 0 && errno != EEXIST) {
        stage_complain(job, "cannot make the folder", folder, errno);
        return -1;
    }
    int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir_fd < 0 && (errno != ENOENT || makes))
        stage_complain(job, "cannot open", folder, errno);
    return dir_fd;
}

static void apply_place(struct stage_job *job, enum stage_place place) {
    const char *folder = job->folders[place];
    int dir_fd = folder ? open_place(job, place) : -1;
    if (dir_fd < 0)
        return;
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].place == place && job->files[i].gate != job->opens)
            stage_put(job, dir_fd, &job->files[i]);
    if (!job->opens)
        drop_unwanted(job, place, dir_fd);
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].place == place && job->files[i].gate == job->opens)
            stage_put(job, dir_fd, &job->files[i]);
    if (place == STAGE_SHARE)
        put_alias(job, dir_fd);
    if (job->opens)
        drop_unwanted(job, place, dir_fd);
    if (fsync(dir_fd) < 0) /* makes the renames durable */
        stage_complain(job, "cannot keep", folder, errno);
    close(dir_fd);
    if (job->leaves && place == STAGE_SHARE)
        rmdir(folder); /* fails if an operator's files are in it */
}

void stage_files_apply(struct stage_job *job) {
    job->now = PXED_NEWS(&job->arena, struct stage_known, job->n_files + job->n_known + 2);
    job->n_now = 0;
    for (size_t i = 0; i < job->n_known; i++) /* where nothing is done, what is known stays */
        if (!job->folders[job->known[i].place])
            job->now[job->n_now++] = job->known[i];
    for (unsigned place = 0; place < STAGE_PLACES; place++)
        apply_place(job, (enum stage_place)place);
}
