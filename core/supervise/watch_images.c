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

#include "catalogue_os.h"
#include "log.h"

enum { TICK_MS = 5000, ENTRIES_MAX = 4096 };

struct watch_images {
    uv_timer_t timer;
    struct daemon *d;
    void (*changed)(struct daemon *d);
    uint64_t found, last; /* signatures: at the last build, at the last tick */
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

/* The folders of an image that have its profile's files: `sources`, `images/pxeboot`. */
static uint64_t sign_image(uint64_t sum, const struct catalogue *c, const struct catalogue_os *os) {
    char path[PATH_MAX], last[PATH_MAX] = "";
    struct pxed_slice folder = catalogue_folder(c, os->id.text);
    snprintf(path, sizeof(path), "%s/os/%.*s", c->boot_dir, PXED_S(folder));
    sum = add_folder(sum, path);
    for (const struct pxed_boot *row = os->profile->boots; row && row->how != PXED_HOW_LOCAL; row++) {
        const char *names[] = {row->kernel, row->initrd[0], row->initrd[1], row->initrd[2], row->initrd[3], row->when};
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            const char *slash = names[i] && names[i][0] != '/' ? strrchr(names[i], '/') : NULL;
            if (!slash ||
                snprintf(path, sizeof(path), "%s/os/%.*s/%.*s", c->boot_dir, PXED_S(folder), (int)(slash - names[i]),
                         names[i]) >= (int)sizeof(path) ||
                strcmp(path, last) == 0)
                continue;
            sum = add_folder(sum, path);
            memcpy(last, path, sizeof(last));
        }
    }
    return sum;
}

static uint64_t watch_images_sign(const struct catalogue *c) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/os", c->boot_dir);
    uint64_t sum = sign_folder(path); /* new folders, and ISOs and boot programs for all systems */
    for (size_t i = 0; i < c->n_systems; i++)
        if (c->systems[i]->profile)
            sum = sign_image(sum, c, c->systems[i]);
    return sum;
}

static void on_tick(uv_timer_t *timer) {
    struct watch_images *w = timer->data;
    struct daemon *d = w->d;
    uint64_t now = watch_images_sign(d->catalogue);
    if (now != w->found && now == w->last) {
        w->found = now;
        log_core(PXED_LOG_INFO, "images", "the folders below %s/os have changed", d->catalogue->boot_dir);
        w->changed(d);
    }
    w->last = now;
}

void watch_images_found(struct daemon *d) {
    if (d->watch_images)
        d->watch_images->found = watch_images_sign(d->catalogue);
}

void watch_images_start(struct daemon *d, void (*changed)(struct daemon *d)) {
    struct watch_images *w = d->watch_images = pxed_xalloc(sizeof(*w));
    w->d = d;
    w->changed = changed;
    w->found = w->last = watch_images_sign(d->catalogue);
    uv_timer_init(d->loop, &w->timer);
    w->timer.data = w;
    uv_timer_start(&w->timer, on_tick, TICK_MS, TICK_MS);
}

static void watch_images_closed(uv_handle_t *handle) {
    free(handle->data);
}

void watch_images_stop(struct daemon *d) {
    if (d->watch_images)
        uv_close((uv_handle_t *)&d->watch_images->timer, watch_images_closed);
    d->watch_images = NULL;
}
