/* Copies share their blocks where the file system can, and are renamed into place when they are on disk. */
#define _GNU_SOURCE
#include "import_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { PIECE = 64 << 20 };

static void show_bar(const char *name, off_t done, off_t size) {
    char bar[TEXT_SHORT], bytes[TEXT_SHORT];
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r%s %s %s", text_bar(size > 0 ? (double)done / (double)size : 1, 24, bar),
            text_bytes((double)done, bytes), name);
    if (done == size)
        fputs("\033[K\n", stderr);
}

/* copy_file_range where the kernel can, else by hand. */
static ssize_t copy_piece(int from, int to, size_t n) {
    static char buffer[1 << 20];
    ssize_t got = copy_file_range(from, NULL, to, NULL, n, 0);
    if (got >= 0 || (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP))
        return got;
    got = read(from, buffer, n < sizeof(buffer) ? n : sizeof(buffer));
    for (ssize_t at = 0, w; at < got; at += w)
        if ((w = write(to, buffer + at, (size_t)(got - at))) < 0)
            return -1;
    return got;
}

int import_bytes(int from, int to, const char *name) {
    struct stat st;
    if (fstat(from, &st) < 0)
        return -errno;
    for (off_t done = 0; done < st.st_size;) {
        ssize_t n = copy_piece(from, to, st.st_size - done < PIECE ? (size_t)(st.st_size - done) : PIECE);
        if (n <= 0)
            return n < 0 ? -errno : -EIO; /* it became shorter meanwhile */
        done += n;
        show_bar(name, done, st.st_size);
    }
    return fsync(to) < 0 ? -errno : 0;
}

static int copy_file(const char *from, const char *to) {
    char part[PATH_MAX];
    const char *slash = strrchr(to, '/');
    if (snprintf(part, sizeof(part), "%.*s/.%s.part", (int)(slash - to), to, slash + 1) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    int in = open(from, O_RDONLY | O_CLOEXEC),
        out = in < 0 ? -1 : open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int rc = in < 0 || out < 0 ? -errno : import_bytes(in, out, slash + 1);
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(part, to) < 0)
        rc = -errno;
    if (rc < 0 && out >= 0)
        unlink(part);
    return rc;
}

int import_file(const char *from, const char *to, bool copy) {
    if (copy)
        return copy_file(from, to);
    return link(from, to) < 0 ? -errno : 0;
}

static struct {
    size_t skip; /* of the source's path */
    const char *to;
    int rc;
} tree;

static int copy_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    char to[PATH_MAX];
    (void)at;
    if (snprintf(to, sizeof(to), "%s%s", tree.to, path + tree.skip) >= (int)sizeof(to))
        tree.rc = -ENAMETOOLONG;
    else if (type == FTW_D && mkdir(to, 0755) < 0 && errno != EEXIST)
        tree.rc = -errno;
    else if (type == FTW_F && S_ISREG(st->st_mode))
        tree.rc = copy_file(path, to);
    return tree.rc;
}

int import_tree(const char *from, const char *to) {
    char real[PATH_MAX];
    if (!realpath(from, real))
        return -errno;
    tree.skip = strlen(real);
    tree.to = to;
    tree.rc = 0;
    if (nftw(real, copy_entry, 16, FTW_PHYS) < 0 && tree.rc == 0)
        tree.rc = -errno;
    return tree.rc;
}
