/* Syncs files so that they survive a power cut. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int store_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) == 0 ? 0 : -errno;
    close(fd);
    return rc;
}

int store_sync_folder(const char *path) {
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    return store_sync(dirname(folder));
}

int store_put_in_place(const char *temporary, const char *path) {
    int rc = store_sync(temporary);
    if (rc < 0)
        return rc;
    if (rename(temporary, path) < 0)
        return -errno;
    return store_sync_folder(path);
}
