/* Makes, names and exchanges files so that each step survives a power cut. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
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

int store_make_empty(const char *path) {
    static const char *const ends[] = {"", "-wal", "-journal"};
    char old[PATH_MAX];
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (snprintf(old, sizeof(old), "%s%s", path, ends[i]) >= PATH_MAX)
            return -ENAMETOOLONG;
        else if (unlink(old) < 0 && errno != ENOENT)
            return -errno;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static bool files_exists(const char *path) {
    return access(path, F_OK) == 0 || errno != ENOENT;
}

void store_dated_name(const char *path, const char *word, time_t now, char ret[PATH_MAX]) {
    char date[32];
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
    snprintf(ret, PATH_MAX, "%s.%s-%s", path, word, date);
    for (unsigned n = 2; files_exists(ret) && n < 1000; n++)
        snprintf(ret, PATH_MAX, "%s.%s-%s-%u", path, word, date, n);
}

/* The file gets its second name before the first is removed, so that it always has one. On file systems without hard
 * links it is renamed. */
static int give_name(const char *from, const char *to) {
    return link(from, to) == 0 || rename(from, to) == 0 ? 0 : -errno;
}

int store_exchange(const char *path, const char *fresh, const char *moved) {
    char log[PATH_MAX], moved_log[PATH_MAX];
    if (snprintf(log, sizeof(log), "%s-wal", path) >= PATH_MAX ||
        snprintf(moved_log, sizeof(moved_log), "%s-wal", moved) >= PATH_MAX)
        return -ENAMETOOLONG;
    int rc = give_name(path, moved);
    if (rc == 0 && rename(log, moved_log) < 0 && errno != ENOENT)
        rc = -errno;
    if (rc == 0)
        rc = store_sync_folder(path);
    return rc == 0 ? store_put_in_place(fresh, path) : rc;
}
