/* What a power cut would leave, at its strictest: LD_PRELOAD for a daemon under test. Each fsync and fdatasync of
 * something below the folder PXED_POWER_OF is noted in the folder PXED_POWER_DISK before it returns: of a file its
 * bytes, of a folder its names. power_cut.py then makes the folder what that disk holds: what no sync covered is gone.
 * A real disk keeps more, and never less than what it said was there. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int (*real(const char *name))(int) {
    int (*call)(int);
    *(void **)&call = dlsym(RTLD_NEXT, name);
    if (!call)
        abort();
    return call;
}

/* A number of an inode comes again after its file is gone; with its birth it does not. */
static bool key_of(int fd, const char *name, char *to, size_t n) {
    struct statx st;
    if (statx(fd, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &st) < 0)
        return false;
    snprintf(to, n, "%llu-%lld.%09u", (unsigned long long)st.stx_ino, (long long)st.stx_btime.tv_sec,
             st.stx_btime.tv_nsec);
    return true;
}

static bool below(int fd) {
    const char *of = getenv("PXED_POWER_OF");
    char link[40], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    size_t len = of ? strlen(of) : 0;
    return n > 0 && len > 0 && (size_t)n >= len && memcmp(path, of, len) == 0 && ((size_t)n == len || path[len] == '/');
}

static bool note_names(int fd, int to) {
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again < 0 ? NULL : fdopendir(again);
    if (!dir)
        return false;
    char key[64];
    for (struct dirent *e; (e = readdir(dir));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && key_of(fd, e->d_name, key, sizeof(key)))
            dprintf(to, "%s %s\n", key, e->d_name);
    return closedir(dir) == 0;
}

static bool note_bytes(int fd, int to) {
    char link[40], bytes[65536];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* the caller's own may be for writing only */
    int from = open(link, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    while (from >= 0 && (n = read(from, bytes, sizeof(bytes))) > 0)
        if (write(to, bytes, (size_t)n) != n)
            abort();
    if (from >= 0)
        close(from);
    return n == 0;
}

static int synced(int fd, int rc) {
    static atomic_uint counter;
    const char *disk = getenv("PXED_POWER_DISK");
    char key[64], path[PATH_MAX], part[PATH_MAX];
    struct stat st;
    if (rc < 0 || !disk || !below(fd) || fstat(fd, &st) < 0 || !key_of(fd, "", key, sizeof(key)))
        return rc;
    snprintf(path, sizeof(path), "%s/%s", disk, key);
    snprintf(part, sizeof(part), "%s/.%d-%u", disk, (int)getpid(), atomic_fetch_add(&counter, 1));
    int to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0 || !(S_ISDIR(st.st_mode) ? note_names(fd, to) : note_bytes(fd, to)) || rename(part, path) < 0)
        abort(); /* or the test would prove nothing */
    close(to);
    return rc;
}

__attribute__((visibility("default"))) int fsync(int fd) {
    return synced(fd, real("fsync")(fd));
}

__attribute__((visibility("default"))) int fdatasync(int fd) {
    return synced(fd, real("fdatasync")(fd));
}
