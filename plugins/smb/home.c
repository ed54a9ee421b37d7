/* Opens and fills state/smb. */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int smb_home_open(const char *state_dir, bool make) {
    struct stat st;
    int state = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC), home = -1, error = 0;
    if (state < 0)
        return -errno;
    /* After switching to their account's uid, sessions look accounts up here: searchable, but not readable. */
    if (make && mkdirat(state, "smb", 0711) != 0 && errno != EEXIST)
        error = errno;
    if (error == 0 && (home = openat(state, "smb", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        error = errno;
    close(state);
    if (home < 0)
        return -error;
    if (fstat(home, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
        close(home);
        return -EPERM;
    }
    if (make)
        (void)!fchmod(home, 0711);
    return home;
}

int smb_home_tree(int home) {
    static const struct {
        const char *name;
        mode_t mode;
    } folders[] = {{"private", 0700}, {"lock", 0755},    {"state", 0755}, {"cache", 0755},
                   {"pid", 0755},     {"ncalrpc", 0755}, {"log", 0750}};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if ((mkdirat(home, folders[i].name, folders[i].mode) != 0 && errno != EEXIST) ||
            fchmodat(home, folders[i].name, folders[i].mode, 0) != 0)
            return -errno;
    return 0;
}

static int write_whole(int fd, struct pxed_slice text) {
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno != EINTR)
            return -errno;
        text = pxed_slice_skip(text, n > 0 ? (size_t)n : 0);
    }
    return 0;
}

static int date_after_old(int home, const char *name, int fd) {
    struct stat old;
    struct timespec now, times[2];
    clock_gettime(CLOCK_REALTIME, &now);
    if (fstatat(home, name, &old, AT_SYMLINK_NOFOLLOW) == 0 && old.st_mtim.tv_sec >= now.tv_sec)
        now = (struct timespec){old.st_mtim.tv_sec + 1, 0};
    times[0] = times[1] = now;
    return futimens(fd, times) == 0 ? 0 : -errno;
}

int smb_home_write(int home, const char *name, struct pxed_slice text, mode_t mode) {
    char fresh[64];
    snprintf(fresh, sizeof(fresh), ".%s.new", name);
    int fd = openat(home, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600), rc;
    if (fd < 0)
        return -errno;
    rc = write_whole(fd, text);
    if (rc == 0)
        rc = fchmod(fd, mode) == 0 ? date_after_old(home, name, fd) : -errno;
    close(fd);
    if (rc == 0)
        rc = renameat(home, fresh, home, name) == 0 ? 0 : -errno;
    if (rc != 0)
        unlinkat(home, fresh, 0);
    return rc;
}

bool smb_home_read(int home, const char *name, struct pxed_buf *out) {
    char piece[4096];
    ssize_t n;
    int fd = openat(home, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        pxed_buf_add(out, pxed_slice(piece, (size_t)n));
    close(fd);
    return n == 0;
}
