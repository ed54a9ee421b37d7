/* Builds a new generation when the image folders change: an ISO replaced, a WIM copied in. A copy takes minutes and
 * nothing signals its end, so this waits until the folder is quiet. */
#define _GNU_SOURCE
#include "watch_images.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_base.h"
#include "image_find.h"
#include "log.h"

enum { TICK_MS = 5000, ENTRIES_MAX = 4096 };

struct watch_images {
    uv_timer_t timer;
    struct daemon *d;
    void (*changed)(struct daemon *d);
    uint64_t found, last, now; /* signatures: at the last build, at the last tick, being made */
    uv_work_t work;
    struct catalogue *scanned; /* the generation whose folders are looked at */
    bool busy;                 /* `work` is queued or runs */
    bool stopping, closed;
};

/* Hash of names, sizes and times of the files directly in a folder, independent of their order. */
static uint64_t sign_folder(const char *path) {
    uint64_t sum = 0;
    size_t n = 0;
    DIR *dir = opendir(path);
    struct stat st;
    for (struct dirent *e; dir && n < ENTRIES_MAX && (e = readdir(dir)); n++) {
        if (e->d_name[0] == '.' || fstatat(dirfd(dir), e->d_name, &st, 0) < 0)
            continue;
        int64_t words[] = {st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_size, (int64_t)st.st_ino};
        sum += pxed_hash(words, sizeof(words), pxed_hash(e->d_name, strlen(e->d_name), 0));
    }
    if (dir)
        closedir(dir);
    return sum;
}

static uint64_t add_folder(uint64_t sum, const char *path) {
    return pxed_hash(&sum, sizeof(sum), sign_folder(path));
}

/* The folders of an image that have its profile's files, as spelled there: `sources`, `images/pxeboot`. */
static uint64_t sign_rows(uint64_t sum, const struct catalogue *c, const struct catalogue_os *os, size_t at,
                          struct pxed_arena *scratch) {
    const char *last = "";
    for (const struct pxed_boot *row = os->profile->boots; row && row->how != PXED_HOW_LOCAL; row++) {
        const char *names[] = {row->kernel, row->initrd[0], row->initrd[1], row->initrd[2], row->initrd[3], row->when};
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            const char *slash = names[i] && names[i][0] != '/' ? strrchr(names[i], '/') : NULL;
            if (!slash)
                continue;
            const char *below = pxed_arena_printf(scratch, "%.*s", (int)(slash - names[i]), names[i]);
            if (strcmp(below, last) != 0)
                sum = add_folder(sum, catalogue_image_dir(c, os->id.text, at, below, scratch));
            last = below;
        }
    }
    return sum;
}

static uint64_t sign_image(uint64_t sum, const struct catalogue *c, const struct catalogue_os *os) {
    struct pxed_arena scratch = {0};
    const char *image;
    for (size_t i = 0; (image = catalogue_image_dir(c, os->id.text, i, "", &scratch)); i++)
        sum = sign_rows(add_folder(sum, image), c, os, i, &scratch);
    pxed_arena_clear(&scratch);
    return sum;
}

uint64_t watch_images_sign(const struct catalogue *c) {
    uint64_t sum = 0;
    for (size_t i = 0; i < c->n_bases; i++) /* new folders, and ISOs and boot programs for all systems */
        sum = add_folder(sum, c->bases[i].path);
    for (size_t i = 0; i < c->n_systems; i++)
        if (c->systems[i]->profile)
            sum = sign_image(sum, c, c->systems[i]);
    return sum;
}

/* On a worker: a folder on a server that does not answer must not stop DHCP. */
static void scan_folders(uv_work_t *work) {
    struct watch_images *w = work->data;
    w->now = watch_images_sign(w->scanned);
}

static void free_watch(struct watch_images *w) {
    if (w->closed && !w->busy)
        free(w);
}

static void scan_done(uv_work_t *work, int status) {
    struct watch_images *w = work->data;
    bool present = w->scanned == w->d->catalogue; /* or a reload has just looked at them itself */
    (void)status;
    catalogue_unref(w->scanned);
    w->busy = false;
    if (w->stopping) {
        free_watch(w);
        return;
    }
    if (!present)
        return;
    if (w->now != w->found && w->now == w->last) {
        w->found = w->now;
        log_core(PXED_LOG_INFO, "images", "the folders of images have changed");
        w->changed(w->d);
    }
    w->last = w->now;
}

static void start_scan(struct watch_images *w) {
    if (w->busy || w->stopping)
        return;
    w->scanned = catalogue_ref(w->d->catalogue);
    w->work.data = w;
    w->busy = uv_queue_work(w->d->loop, &w->work, scan_folders, scan_done) == 0;
    if (!w->busy)
        catalogue_unref(w->scanned);
}

static void on_tick(uv_timer_t *timer) {
    start_scan(timer->data);
}

void watch_images_found(struct daemon *d, uint64_t signature) {
    if (d->watch_images)
        d->watch_images->found = signature;
}

void watch_images_start(struct daemon *d, void (*changed)(struct daemon *d)) {
    struct watch_images *w = d->watch_images = pxed_xalloc(sizeof(*w));
    w->d = d;
    w->changed = changed;
    uv_timer_init(d->loop, &w->timer);
    w->timer.data = w;
    uv_timer_start(&w->timer, on_tick, TICK_MS, TICK_MS);
    w->found = watch_images_sign(d->catalogue);
}

static void watch_images_closed(uv_handle_t *handle) {
    struct watch_images *w = handle->data;
    w->closed = true;
    free_watch(w);
}

void watch_images_stop(struct daemon *d) {
    struct watch_images *w = d->watch_images;
    d->watch_images = NULL;
    if (!w)
        return;
    w->stopping = true;
    uv_close((uv_handle_t *)&w->timer, watch_images_closed);
}
