/* A worker copies files and trees out of ISOs, once, beside the hosts' folders. */
#define _GNU_SOURCE
#include "stage_image.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue_iso.h"
#include "image_find.h"
#include "log.h"

enum { AGAIN_MS = 10 * 1000, AGAIN_MAX_MS = 10 * 60 * 1000 };

enum task_state { TASK_RUNS, TASK_DONE, TASK_FAILED };

/* One file or one tree being copied out of an ISO. */
struct task {
    uv_work_t work;
    struct images *images;
    struct catalogue *catalogue; /* owns the paths and the index */
    const struct catalogue_os *os;
    const struct iso *from;
    const char *file; /* NULL: the whole tree */
    char to[PATH_MAX];
    struct stat iso;
    enum task_state state;
    atomic_bool superseded; /* another ISO is wanted there */
    int error;
    unsigned failures;
    uint64_t again_at; /* loop ms: a failed one is not tried again before */
    struct task *next;
};

struct images {
    uv_loop_t *loop;
    struct catalogue *catalogue;
    void (*ready)(void *arg);
    void *arg;
    struct task *tasks;
    uv_timer_t again;
    atomic_bool stopping;
};

struct images *images_new(uv_loop_t *loop, void (*ready)(void *arg), void *arg) {
    struct images *im = pxed_xalloc(sizeof(*im));
    im->loop = loop;
    im->ready = ready;
    im->arg = arg;
    uv_timer_init(loop, &im->again);
    im->again.data = im;
    return im;
}

/* --- copying, on a worker --- */

static int copy_extent(const struct task *t, int from, off_t offset, uint64_t size, const char *to) {
    int rc = 0, fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    while (rc == 0 && size > 0) {
        ssize_t n = copy_file_range(from, &offset, fd, NULL, size < 64 << 20 ? (size_t)size : 64 << 20, 0);
        if (n <= 0)
            rc = n < 0 ? -errno : -EIO;
        else
            size -= (uint64_t)n;
        if (atomic_load(&t->images->stopping) || atomic_load(&t->superseded))
            rc = -ECANCELED;
    }
    /* Copies get the ISO's time, which shows what they were made from. */
    struct timespec times[2] = {t->iso.st_mtim, t->iso.st_mtim};
    if (rc == 0 && futimens(fd, times) < 0)
        rc = -errno;
    close(fd);
    return rc;
}

static int make_parents(char *path) {
    for (char *c = path + 1; (c = strchr(c, '/')); c++) {
        *c = '\0';
        int rc = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
        *c = '/';
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int copy_file(struct task *t) {
    char part[PATH_MAX + 8];
    uint64_t offset, size;
    int fd = catalogue_image_open(t->catalogue, t->os, t->file, &offset, &size);
    if (fd < 0)
        return -ENOENT;
    snprintf(part, sizeof(part), "%s.part", t->to);
    int rc = make_parents(part);
    if (rc == 0)
        rc = copy_extent(t, fd, (off_t)offset, size, part);
    if (rc == 0 && rename(part, t->to) < 0)
        rc = -errno;
    if (rc < 0)
        unlink(part);
    close(fd);
    return rc;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void remove_tree(const char *path) {
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int copy_iso_file(struct task *t, const char *folder, const struct iso_file *f) {
    char to[PATH_MAX * 2];
    uint64_t offset, size;
    if (f->target) /* a share has no links: the target is copied under the link's name */
        return 0;
    if (snprintf(to, sizeof(to), "%s/%s", folder, f->path) >= PATH_MAX)
        return -ENAMETOOLONG;
    int fd = catalogue_image_open(t->catalogue, t->os, f->path, &offset, &size);
    if (fd < 0)
        return -EIO;
    int rc = make_parents(to);
    if (rc == 0)
        rc = copy_extent(t, fd, (off_t)offset, size, to);
    close(fd);
    return rc;
}

static int copy_tree(struct task *t) {
    char part[PATH_MAX + 8], old[PATH_MAX + 8];
    const struct iso *iso = t->from;
    snprintf(part, sizeof(part), "%s.part/", t->to);
    snprintf(old, sizeof(old), "%s.old", t->to);
    remove_tree(part);
    int rc = make_parents(part);
    for (size_t i = 0; rc == 0 && i < iso->n; i++)
        rc = copy_iso_file(t, part, &iso->files[i]);
    struct timespec times[2] = {t->iso.st_mtim, t->iso.st_mtim};
    if (rc == 0 && utimensat(AT_FDCWD, part, times, 0) < 0)
        rc = -errno;
    part[strlen(part) - 1] = '\0';
    if (rc == 0 && rename(t->to, old) < 0 && errno != ENOENT)
        rc = -errno;
    if (rc == 0 && rename(part, t->to) < 0)
        rc = -errno;
    remove_tree(rc == 0 ? old : part);
    return rc;
}

static void images_run(uv_work_t *work) {
    struct task *t = work->data;
    t->error = t->file ? copy_file(t) : copy_tree(t);
}

static void on_again(uv_timer_t *timer) {
    struct images *im = timer->data;
    im->ready(im->arg);
}

/* A disk may have room again, a server its share: tried after 10 s, doubled up to 10 minutes, and at each reload. */
static void plan_again(struct task *t) {
    struct images *im = t->images;
    uint64_t pause = t->failures < 6 ? (uint64_t)AGAIN_MS << t->failures : AGAIN_MAX_MS;
    t->failures++;
    t->again_at = uv_now(im->loop) + pause;
    if (!uv_is_active((uv_handle_t *)&im->again) || uv_timer_get_due_in(&im->again) > pause)
        uv_timer_start(&im->again, on_again, pause, 0);
    log_core(PXED_LOG_ERROR, "image-failed", "%s: %s; it is copied again in %llu s, or at a reload", t->to,
             strerror(-t->error), (unsigned long long)pause / 1000);
}

static void images_done(uv_work_t *work, int status) {
    struct task *t = work->data;
    struct images *im = t->images;
    if (status < 0)
        t->error = status;
    t->state = t->error < 0 ? TASK_FAILED : TASK_DONE;
    if (t->error == 0)
        log_core(PXED_LOG_INFO, "image-ready", "%s", t->to);
    if (t->error == 0 || atomic_load(&t->superseded))
        t->failures = 0;
    else if (!atomic_load(&im->stopping))
        plan_again(t);
    catalogue_unref(t->catalogue);
    t->catalogue = NULL;
    t->os = NULL;
    if (!atomic_load(&im->stopping))
        im->ready(im->arg);
}

/* --- what is there, what is missing --- */

static bool is_fresh(const char *path, const struct stat *iso) {
    struct stat st;
    return stat(path, &st) == 0 && st.st_mtim.tv_sec == iso->st_mtim.tv_sec &&
           st.st_mtim.tv_nsec == iso->st_mtim.tv_nsec;
}

static bool is_of(const struct task *t, const struct stat *iso) {
    return t->iso.st_mtim.tv_sec == iso->st_mtim.tv_sec && t->iso.st_mtim.tv_nsec == iso->st_mtim.tv_nsec;
}

/* The one task of a destination: its unfinished copy lies under one name, so only one copy runs there at a time. */
static struct task *task_of(struct images *im, const char *to) {
    struct task *t = im->tasks;
    while (t && strcmp(t->to, to) != 0)
        t = t->next;
    if (t)
        return t;
    t = pxed_xalloc(sizeof(*t));
    snprintf(t->to, sizeof(t->to), "%s", to);
    t->state = TASK_DONE;
    t->next = im->tasks;
    im->tasks = t;
    return t;
}

static int task_begin(struct images *im, struct task *t, const struct catalogue_os *os, const struct iso *from,
                      const char *file) {
    t->images = im;
    t->catalogue = catalogue_ref(im->catalogue);
    t->os = os;
    t->from = from;
    t->file = file;
    t->iso = from->st;
    t->state = TASK_RUNS;
    t->work.data = t;
    atomic_store(&t->superseded, false);
    log_core(PXED_LOG_INFO, "image-copied", "%s out of an ISO of %.*s", t->to, PXED_S(os->id.text));
    if (uv_queue_work(im->loop, &t->work, images_run, images_done) == 0)
        return -EAGAIN;
    catalogue_unref(t->catalogue);
    t->catalogue = NULL;
    t->state = TASK_FAILED;
    t->error = -EIO;
    return -EIO;
}

/* 0: it is there; -EAGAIN: it is being copied; else why it cannot be. */
static int images_want(struct images *im, const struct catalogue_os *os, const struct iso *from, const char *file,
                       const char *to) {
    const struct stat *iso = &from->st;
    const struct catalogue_os *known = catalogue_os(im->catalogue, os->id.text); /* lives as long as the task */
    if (is_fresh(to, iso))
        return 0;
    if (!known || strlen(to) >= sizeof(im->tasks->to))
        return -ENOENT;
    struct task *t = task_of(im, to);
    if (t->state == TASK_RUNS) {
        if (!is_of(t, iso))
            atomic_store(&t->superseded, true); /* the other begins when this one has ended */
        return -EAGAIN;
    }
    if (t->state == TASK_FAILED && is_of(t, iso) && uv_now(im->loop) < t->again_at)
        return t->error;
    return task_begin(im, t, known, from, file);
}

static const struct iso *iso_with(const struct catalogue *c, const struct catalogue_os *os, const char *file) {
    const struct catalogue_iso_item *item;
    return catalogue_iso_file(c, os->id.text, pxed_slice_of(file), &item) ? item->index : NULL;
}

int images_find(struct images *im, const struct catalogue_os *os, const char *file, struct pxed_arena *arena,
                const char **ret_path) {
    const struct catalogue *c = im->catalogue;
    struct stat st;
    *ret_path = catalogue_image_path(c, os->id.text, file, arena);
    if (*ret_path && stat(*ret_path, &st) == 0 && S_ISREG(st.st_mode))
        return 0;
    const struct iso *iso = iso_with(c, os, file);
    if (!iso || !c->share_dir)
        return -ENOENT;
    const char *slash = strrchr(file, '/');
    *ret_path =
        pxed_arena_printf(arena, "%s/.images/%.*s/%s", c->share_dir, PXED_S(os->id.text), slash ? slash + 1 : file);
    return images_want(im, os, iso, file, *ret_path);
}

void images_generation(struct images *im, struct catalogue *c) {
    char to[PATH_MAX];
    struct catalogue *old = im->catalogue;
    im->catalogue = catalogue_ref(c);
    catalogue_unref(old);
    for (struct task *t = im->tasks; t && old != c; t = t->next)
        t->again_at = 0; /* a reload */
    for (size_t i = 0; i < c->n_systems && c->share_dir; i++) {
        const struct catalogue_os *os = c->systems[i];
        const char *unpack = catalogue_fact(os, "unpack");
        const struct iso *iso = unpack ? iso_with(c, os, unpack) : NULL;
        if (!iso)
            continue;
        snprintf(to, sizeof(to), "%s/.media/%.*s", c->share_dir, PXED_S(os->id.text));
        images_want(im, os, iso, NULL, to);
    }
}

void images_stop(struct images *im) {
    if (!im)
        return;
    atomic_store(&im->stopping, true);
    uv_close((uv_handle_t *)&im->again, NULL);
}

void images_free(struct images *im) {
    if (!im)
        return;
    while (im->tasks) {
        struct task *t = im->tasks;
        im->tasks = t->next;
        catalogue_unref(t->catalogue);
        free(t);
    }
    catalogue_unref(im->catalogue);
    free(im);
}
