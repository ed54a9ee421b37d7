/* Files of an ISO by its index, files of a folder beneath it. */
#define _GNU_SOURCE
#include "medium.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "family_glob.h"

bool medium_open(struct medium *m, const char *path, char why[ISO_WHY_MAX]) {
    enum iso_error error;
    struct stat st;
    *m = (struct medium){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    *why = '\0';
    if (m->fd < 0 || fstat(m->fd, &st) < 0)
        snprintf(why, ISO_WHY_MAX, "%s", strerror(errno));
    else if (S_ISREG(st.st_mode))
        m->iso = iso_get(m->fd, &error, why);
    else if (!S_ISDIR(st.st_mode))
        snprintf(why, ISO_WHY_MAX, "it is neither a file nor a folder");
    if (*why && m->fd >= 0)
        close(m->fd);
    return !*why;
}

void medium_close(struct medium *m) {
    iso_unref(m->iso);
    close(m->fd);
}

bool medium_has(void *ctx, const char *name) {
    const struct medium *m = ctx;
    if (strcmp(name, "*.iso") == 0)
        return m->iso != NULL;
    if (name[0] == '/')
        return true;
    if (m->iso)
        return iso_find(m->iso, pxed_slice_of(name)) != NULL;
    int fd = open_beneath(m->fd, name);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int medium_open_file(const struct medium *m, const char *name, uint64_t *ret_offset, uint64_t *ret_size) {
    struct stat st;
    const struct iso_file *file = m->iso ? iso_find(m->iso, pxed_slice_of(name)) : NULL;
    int fd = !m->iso ? open_beneath(m->fd, name) : file && !file->bytes ? fcntl(m->fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (fd < 0)
        return -1;
    if (!m->iso && fstat(fd, &st) < 0) {
        close(fd);
        return -1;
    }
    *ret_offset = file ? file->offset : 0;
    *ret_size = file ? file->size : (uint64_t)st.st_size;
    return fd;
}

struct pxed_slice medium_read(const struct medium *m, const char *name, size_t size, struct pxed_arena *arena) {
    const struct iso_file *file = m->iso ? iso_find(m->iso, pxed_slice_of(name)) : NULL;
    char *text = pxed_arena_alloc(arena, size + 1);
    if (file && file->bytes)
        return pxed_slice_head(pxed_slice(file->bytes, (size_t)file->size), size);
    if (m->iso && !file)
        return PXED_NO_SLICE;
    int fd = m->iso ? dup(m->fd) : open_beneath(m->fd, name);
    size_t n = file && file->size < size ? (size_t)file->size : size;
    ssize_t got = fd >= 0 ? pread(fd, text, n, file ? (off_t)file->offset : 0) : -1;
    if (fd >= 0)
        close(fd);
    return got >= 0 ? pxed_slice(text, (size_t)got) : PXED_NO_SLICE;
}

const char *medium_glob(void *ctx, const char *pattern, struct pxed_arena *arena) {
    const struct medium *m = ctx;
    const char *slash = strrchr(pattern, '/');
    if (m->iso) {
        const char *found = iso_glob(m->iso, pattern);
        return found ? pxed_arena_dup(arena, pxed_slice_of(found)).ptr : NULL;
    }
    const char *folder = slash ? pxed_arena_printf(arena, "%.*s", (int)(slash - pattern), pattern) : ".";
    return family_glob(open_beneath(m->fd, folder), pattern, arena);
}
