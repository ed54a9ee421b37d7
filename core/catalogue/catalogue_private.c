/* A file is private by its path and, if it has several names, by its inode. */
#define _GNU_SOURCE
#include "catalogue_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Another name of the same file; for a folder (state), of any file in it. */
static bool is_same(const char *path, const struct stat *st) {
    struct stat own;
    if (stat(path, &own) < 0)
        return false;
    if (!S_ISDIR(own.st_mode))
        return own.st_dev == st->st_dev && own.st_ino == st->st_ino;
    DIR *dir = opendir(path);
    bool same = false;
    for (struct dirent *e; dir && !same && (e = readdir(dir));)
        same = fstatat(dirfd(dir), e->d_name, &own, AT_SYMLINK_NOFOLLOW) == 0 && own.st_dev == st->st_dev &&
               own.st_ino == st->st_ino;
    if (dir)
        closedir(dir);
    return same;
}

bool catalogue_is_private(const struct catalogue *c, int fd, const struct stat *st) {
    char link[64], path[PATH_MAX];
    if (!c->private_inside && st->st_nlink == 1)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < c->n_private; i++) {
        size_t len = strlen(c->private_files[i]);
        if (strncmp(path, c->private_files[i], len) == 0 && (path[len] == '\0' || path[len] == '/'))
            return true;
        if (st->st_nlink > 1 && is_same(c->private_files[i], st))
            return true;
    }
    return false;
}
