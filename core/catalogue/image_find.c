/* Searches the folders of images in order: each for the name as asked, then for it in any case. */
#define _GNU_SOURCE
#include "image_find.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "catalogue_os.h"
#include "image_base.h"
#include "image_names.h"
#include "pxed/path.h"

static bool is_absent(int error) {
    return error == ENOENT || error == ENOTDIR || error == EISDIR || error == EBADF || error == ENAMETOOLONG;
}

static int open_regular(const struct catalogue *c, const struct image_base *base, const char *below, struct stat *ret) {
    struct stat st;
    int fd = image_open_in(c, base, below);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        return -1;
    }
    if (ret)
        *ret = st;
    return fd;
}

/* Folders of image-path hold more than images: only those named like an OS id, and files that [os ID] iso names. */
static bool is_meant(const struct catalogue *c, struct pxed_slice rest) {
    ptrdiff_t slash = pxed_slice_find(rest, '/', 0);
    if (slash >= 0) {
        struct pxed_os_id id;
        char lower[64];
        size_t n = (size_t)slash;
        for (size_t i = 0; i < n && n < sizeof(lower); i++)
            lower[i] = pxed_lower(rest.ptr[i]);
        return n < sizeof(lower) && pxed_os_id_parse(pxed_slice(lower, n), &id);
    }
    for (size_t i = 0; i < c->n_iso_names; i++)
        if (pxed_slice_is(rest, c->iso_names[i]))
            return true;
    return false;
}

struct found_file {
    const struct image_base *base;
    char below[PXED_PATH_MAX + 8]; /* as spelled on disk */
};

static int open_in_base(const struct catalogue *c, size_t i, struct found_file *f, struct stat *ret) {
    const struct image_base *base = f->base = &c->bases[i];
    int fd = open_regular(c, base, f->below, ret);
    if (fd >= 0 || !is_absent(errno) || !strchr(f->below, '/') || !image_names_spell(c, base, f->below))
        return fd;
    return open_regular(c, base, f->below, ret);
}

static int open_found(const struct catalogue *c, struct pxed_slice name, struct found_file *f, struct stat *ret) {
    struct pxed_slice os = PXED_SLICE("os/");
    if (!pxed_slice_starts(name, os) || name.len >= sizeof(f->below)) {
        errno = ENOENT;
        return -1;
    }
    name = pxed_slice_skip(name, os.len);
    for (size_t i = 0; i < c->n_bases; i++) {
        if (i == 1 && !is_meant(c, name))
            break;
        snprintf(f->below, sizeof(f->below), "%.*s", PXED_S(name));
        int fd = open_in_base(c, i, f, ret);
        if (fd >= 0 || !is_absent(errno))
            return fd;
    }
    errno = ENOENT;
    return -1;
}

int catalogue_open_image(const struct catalogue *c, struct pxed_slice name, struct stat *ret) {
    struct found_file f;
    return open_found(c, name, &f, ret);
}

bool catalogue_image_file(const struct catalogue *c, const char *name, struct stat *ret) {
    int fd = catalogue_open_image(c, pxed_slice_of(name), ret);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

const char *catalogue_name_path(const struct catalogue *c, struct pxed_slice name, struct pxed_arena *arena) {
    struct found_file f = {.base = NULL};
    int fd = open_found(c, name, &f, NULL);
    if (fd < 0 && is_absent(errno))
        return NULL;
    if (fd >= 0)
        close(fd);
    return pxed_arena_printf(arena, "%s/%s", f.base->path, f.below);
}

const char *catalogue_image_path(const struct catalogue *c, struct pxed_slice id, const char *file,
                                 struct pxed_arena *arena) {
    return catalogue_name_path(
        c, pxed_slice_of(pxed_arena_printf(arena, "os/%.*s/%s", PXED_S(catalogue_folder(c, id)), file)), arena);
}

const char *catalogue_image_dir(const struct catalogue *c, struct pxed_slice id, size_t i, const char *below,
                                struct pxed_arena *arena) {
    char path[PXED_PATH_MAX + 8];
    for (size_t b = 0; b < c->n_bases; b++) {
        const char *folder = image_folder_in(&c->bases[b], id);
        if (!folder || i-- > 0)
            continue;
        int n = snprintf(path, sizeof(path), "%s%s%s", folder, *below ? "/" : "", below);
        if (*below && n < (int)sizeof(path) && image_names_spell(c, &c->bases[b], path))
            return pxed_arena_printf(arena, "%s/%s", c->bases[b].path, path);
        return pxed_arena_printf(arena, "%s/%s%s%s", c->bases[b].path, folder, *below ? "/" : "", below);
    }
    return NULL;
}

const char *catalogue_image_dirs(const struct catalogue *c, struct pxed_slice id, struct pxed_arena *arena) {
    const char *all = "";
    for (size_t b = 0; b < c->n_bases; b++) {
        const char *own = image_folder_in(&c->bases[b], id);
        struct pxed_slice folder = own ? pxed_slice_of(own) : id;
        all = pxed_arena_printf(arena, "%s%s%s/%.*s", all, *all ? ", " : "", c->bases[b].path, PXED_S(folder));
    }
    return all;
}
