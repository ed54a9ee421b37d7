/* A file is private by its inode, and by its path where a private place lies in a served folder. */
#define _GNU_SOURCE
#include "catalogue_private.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "private_set.h"

bool catalogue_is_private(const struct catalogue *c, int fd, const struct stat *st) {
    char link[64], path[PATH_MAX];
    if (private_set_has(c->private_set, c->private_files, c->n_private, fd, st))
        return true;
    if (!c->private_inside)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < c->n_private; i++) {
        size_t len = strlen(c->private_files[i]);
        if (strncmp(path, c->private_files[i], len) == 0 && (path[len] == '\0' || path[len] == '/'))
            return true;
    }
    return false;
}
