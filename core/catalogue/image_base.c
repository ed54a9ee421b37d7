/* Opens below the folders of images, and decides which links are followed. */
#define _GNU_SOURCE
#include "image_base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "pxed/grow.h"
#include "pxed/path.h"

/* --- the folders --- */

static const char *base_real(struct catalogue *c, const char *path) {
    char *real = realpath(path, NULL);
    const char *kept = real ? pxed_arena_dup(&c->arena, pxed_slice_of(real)).ptr : NULL;
    free(real);
    return kept;
}

static void read_folders(struct catalogue *c, struct image_base *base) {
    int fd = image_open_in(c, base, "");
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        PXED_ARENA_GROW(&c->arena, base->folders, base->n_folders);
        base->folders[base->n_folders++] = pxed_arena_dup(&c->arena, pxed_slice_of(e->d_name)).ptr;
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}

void image_bases_open(struct catalogue *c) {
    const struct pxed_list *paths = &c->settings.image_path;
    c->root_fd = open(c->settings.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    c->root_real = base_real(c, c->settings.root);
    c->bases = PXED_NEWS(&c->arena, struct image_base, paths->n + 1);
    for (size_t i = 0; i <= paths->n; i++) {
        const char *path = i == 0 ? pxed_arena_printf(&c->arena, "%s/os", c->boot_dir) : paths->items[i - 1];
        c->bases[i] = (struct image_base){
            .path = path,
            .real = base_real(c, path),
            .below = i == 0 ? "boot/os/" : "",
            .fd = i == 0 ? c->root_fd : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
        };
    }
    struct image_base *tftp = PXED_NEW(&c->arena, struct image_base);
    *tftp = (struct image_base){
        .path = pxed_arena_printf(&c->arena, "%s/tftp", c->settings.root), .below = "tftp/", .fd = c->root_fd};
    c->tftp = tftp;
    c->n_bases = paths->n + 1; /* links between them are followed */
    for (size_t i = 0; i < c->n_bases; i++)
        read_folders(c, &c->bases[i]);
}

void image_bases_close(struct catalogue *c) {
    for (size_t i = 1; i < c->n_bases; i++)
        if (c->bases[i].fd >= 0)
            close(c->bases[i].fd);
    if (c->root_fd >= 0)
        close(c->root_fd);
}

const char *image_folder_in(const struct image_base *base, struct pxed_slice id) {
    const char *other, *found = image_folder_pair(base, id, &other);
    return other ? NULL : found;
}

const char *image_folder_pair(const struct image_base *base, struct pxed_slice id, const char **ret_other) {
    const char *found = NULL;
    *ret_other = NULL;
    for (size_t i = 0; i < base->n_folders; i++) {
        const char *one = base->folders[i];
        if (pxed_slice_is(id, one)) {
            *ret_other = NULL;
            return one;
        }
        if (!pxed_slice_eq_nocase(id, pxed_slice_of(one)))
            continue;
        if (!found)
            found = one;
        else
            *ret_other = one;
    }
    return found;
}

/* --- opening --- */

/* The name below `folder` of a path without links; NULL: it is elsewhere. */
static const char *path_below(const char *path, const char *folder) {
    size_t n = folder ? strlen(folder) : 0;
    if (n == 0 || strncmp(path, folder, n) != 0 || (n > 1 && path[n] && path[n] != '/'))
        return NULL;
    path += n;
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

/* Opens what a link leads to if it is inside root or a folder of image-path; the kernel checks this again, so that a
 * link changed meanwhile leads nowhere else. */
static int open_linked(const struct catalogue *c, const char *path) {
    char real[PATH_MAX];
    const char *below;
    if (!realpath(path, real))
        return -1;
    if ((below = path_below(real, c->root_real)))
        return open_beneath(c->root_fd, below);
    for (size_t i = 1; i < c->n_bases; i++)
        if ((below = path_below(real, c->bases[i].real)))
            return open_beneath(c->bases[i].fd, below);
    errno = EXDEV;
    return -1;
}

static bool path_of(const struct image_base *base, const char *below, char path[PATH_MAX]) {
    return snprintf(path, PATH_MAX, "%s/%s", base->path, below) < PATH_MAX;
}

int image_open_in(const struct catalogue *c, const struct image_base *base, const char *below) {
    char name[PATH_MAX], path[PATH_MAX];
    if (snprintf(name, sizeof(name), "%s%s", base->below, *below || *base->below ? below : ".") >= (int)sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open_beneath(base->fd, name);
    return fd < 0 && errno == EXDEV && path_of(base, below, path) ? open_linked(c, path) : fd;
}

int catalogue_open_boot(const struct catalogue *c, struct pxed_slice name) {
    char path[PXED_PATH_MAX + 8];
    struct pxed_slice os = PXED_SLICE("os/");
    if (snprintf(path, sizeof(path), "boot/%.*s", PXED_S(name)) >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (c->n_bases > 0 && pxed_slice_starts(name, os))
        return image_open_in(c, &c->bases[0], path + strlen("boot/os/"));
    return open_beneath(c->root_fd, path);
}

const char *image_link_target(const struct image_base *base, const char *below, struct pxed_arena *arena) {
    char path[PATH_MAX], real[PATH_MAX];
    struct stat st;
    if (!path_of(base, below, path) || !realpath(path, real) || stat(real, &st) < 0)
        return NULL;
    char *slash = strrchr(real, '/');
    if (!S_ISDIR(st.st_mode) && slash > real)
        *slash = '\0';
    return pxed_arena_dup(arena, pxed_slice_of(real)).ptr;
}
