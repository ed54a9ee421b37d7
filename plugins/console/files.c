/* The files of the page: read into memory at start, so that no request waits for a disk or opens a file. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pxed/grow.h"

enum { FILE_MAX = 512 * 1024 };

static const char *type_of(const char *name) {
    static const struct {
        const char *end, *type;
    } types[] = {
        {".js", "text/javascript; charset=utf-8"}, {".css", "text/css; charset=utf-8"}, {".svg", "image/svg+xml"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (pxed_slice_ends(pxed_slice_of(name), pxed_slice_of(types[i].end)))
            return types[i].type;
    return NULL;
}

static int read_whole(int folder, const char *name, char **ret, size_t *ret_len) {
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) || st.st_size > FILE_MAX ? -EFBIG : 0;
    size_t len = 0, size = r == 0 ? (size_t)st.st_size : 0;
    char *bytes = r == 0 ? pxed_xalloc(size + 1) : NULL;
    while (r == 0 && len < size) {
        ssize_t n = read(fd, bytes + len, size - len);
        if (n <= 0)
            r = n < 0 ? -errno : -EIO;
        else
            len += (size_t)n;
    }
    close(fd);
    if (r < 0) {
        free(bytes);
        return r;
    }
    *ret = bytes;
    *ret_len = len;
    return 0;
}

static int take_file(struct console *c, int folder, const char *name) {
    struct console_file f = {.type = type_of(name)};
    if (!f.type || strlen(name) >= sizeof(f.name))
        return 0;
    int r = read_whole(folder, name, &f.bytes, &f.len);
    if (r < 0)
        return r;
    snprintf(f.name, sizeof(f.name), "%s", name);
    snprintf(f.etag, sizeof(f.etag), "\"%016llx\"", (unsigned long long)pxed_hash(f.bytes, f.len, 0));
    PXED_GROW(c->files, c->n_files);
    c->files[c->n_files++] = f;
    return 0;
}

/* P/sbin/pxed has its files in P/share/pxed. */
static void own_folder(char folder[static PATH_MAX + 32]) {
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[n > 0 ? n : 0] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(folder, PATH_MAX + 32, "%s/share/pxed/console", exe);
}

int console_files_load(struct console *c) {
    char folder[PATH_MAX + 32];
    own_folder(folder);
    DIR *dir = opendir(folder);
    int r = dir ? 0 : -errno;
    for (struct dirent *e; dir && r == 0 && (e = readdir(dir));)
        r = take_file(c, dirfd(dir), e->d_name);
    if (dir)
        closedir(dir);
    if (r < 0)
        pxed_log(c->ctx, PXED_LOG_ERROR, "files", NULL, NULL,
                 "text=\"cannot read the page's files\" folder=%s error=\"%s\"", folder, strerror(-r));
    return r;
}

void console_files_free(struct console *c) {
    for (size_t i = 0; i < c->n_files; i++)
        free(c->files[i].bytes);
    free(c->files);
    c->files = NULL;
    c->n_files = 0;
}

const struct console_file *console_file_find(const struct console *c, struct pxed_slice name) {
    for (size_t i = 0; i < c->n_files; i++)
        if (pxed_slice_is(name, c->files[i].name))
            return &c->files[i];
    return NULL;
}
