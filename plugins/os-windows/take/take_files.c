/* Opens what is in another server's folder. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pxed/grow.h"
#include "take.h"

/* The name in the folder: as asked, else the only one in another case. */
static const char *spelled_in(struct take *t, int dir_fd, struct pxed_slice name) {
    const char *found = NULL;
    bool two = false, exact = false;
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e; dir && !exact && (e = readdir(dir));) {
        exact = pxed_slice_is(name, e->d_name);
        if (!exact && !pxed_slice_eq_nocase(name, pxed_slice_of(e->d_name)))
            continue;
        two = found != NULL;
        found = pxed_arena_dup(t->arena, pxed_slice_of(e->d_name)).ptr;
    }
    if (dir)
        closedir(dir);
    return two && !exact ? NULL : found;
}

int take_open(struct take *t, const char *path, const char **ret_spelled) {
    struct pxed_slice rest = pxed_slice_of(path), name;
    const char *spelled = "";
    int at = openat(t->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* of its own position */
    while (at >= 0 && (name = pxed_slice_word(&rest, "/\\")).len > 0) {
        if (pxed_slice_is(name, "."))
            continue;
        const char *known = pxed_slice_is(name, "..") ? NULL : spelled_in(t, at, name);
        int next = known ? openat(at, known, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
        close(at);
        at = next;
        spelled = known ? pxed_arena_printf(t->arena, "%s%s%s", spelled, *spelled ? "/" : "", known) : spelled;
    }
    if (ret_spelled)
        *ret_spelled = spelled;
    return at;
}

struct pxed_slice take_read(struct take *t, const char *path) {
    struct stat st;
    struct pxed_slice text = PXED_NO_SLICE;
    const char *spelled;
    int fd = take_open(t, path, &spelled);
    if (fd < 0)
        return text;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > TAKE_FILE_MAX) {
        take_left(t, spelled, 0, "no file, or larger than 8 MiB: not read");
        close(fd);
        return text;
    }
    char *bytes = pxed_arena_alloc(t->arena, (size_t)st.st_size + 1);
    ssize_t n = pread(fd, bytes, (size_t)st.st_size, 0);
    close(fd);
    size_t room = (n > 0 ? (size_t)n : 0) * TAKE_GROWTH + 1;
    struct pxed_buf out = {.ptr = pxed_arena_alloc(t->arena, room), .cap = room};
    take_decode(pxed_slice(bytes, n > 0 ? (size_t)n : 0), &out);
    return pxed_buf_slice(&out);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **take_names(struct take *t, const char *path) {
    int fd = take_open(t, path, NULL);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const char **names = NULL;
    size_t n = 0;
    for (struct dirent *e; dir && n < TAKE_NAMES_MAX && (e = readdir(dir));)
        if (e->d_name[0] != '.') {
            PXED_ARENA_GROW(t->arena, names, n);
            names[n++] = pxed_arena_dup(t->arena, pxed_slice_of(e->d_name)).ptr;
        }
    PXED_ARENA_GROW(t->arena, names, n);
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    qsort(names, n, sizeof(*names), by_bytes);
    names[n] = NULL;
    return names;
}
