/* The temporary folder beside OUTPUT, and the last step: OUTPUT appears complete or not at all. */
#include "work.h"

#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *work_need(char *memory) {
    if (!memory) {
        fputs("pxed-winpe: out of memory\n", stderr);
        abort();
    }
    return memory;
}

char *work_path(const char *dir, const char *name) {
    char *path = NULL;

    if (asprintf(&path, "%s/%s", dir, name) < 0)
        path = NULL;
    return work_need(path);
}

char *work_make(const char *output) {
    const char *slash = strrchr(output, '/'), *base = slash ? slash + 1 : output;
    char *path = NULL;

    if (asprintf(&path, "%.*s.%s.XXXXXX", slash ? (int)(slash + 1 - output) : 0, output, base) < 0)
        path = NULL;
    work_need(path);
    if (mkdtemp(path))
        return path;
    say_error("cannot write beside %s: %s", output, strerror(errno));
    free(path);
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void work_remove(char *work) {
    if (work && nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        say_error("cannot remove %s: %s", work, strerror(errno));
    free(work);
}

int work_parents(const char *base, const char *path) {
    char *copy = work_need(strdup(path));
    int result = 0;

    for (char *p = copy + strlen(base) + 1; (p = strchr(p, '/')) && result == 0; p++) {
        *p = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            result = say_error("cannot make %s: %s", copy, strerror(errno));
        *p = '/';
    }
    free(copy);
    return result;
}

int work_write(const char *path, const void *bytes, unsigned long len) {
    FILE *file = fopen(path, "wxe");
    bool good = file && fwrite(bytes, 1, len, file) == len;
    int error = errno;

    if (file && fclose(file) != 0 && good) {
        good = false;
        error = errno;
    }
    return good ? 0 : say_error("cannot write %s: %s", path, strerror(error));
}

static int work_flush(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);
    int error = errno;

    if (fd >= 0)
        close(fd);
    return result == 0 ? 0 : say_error("cannot flush %s: %s", path, strerror(error));
}

int work_publish(const char *made, const char *output, bool force) {
    unsigned flags = force ? 0 : RENAME_NOREPLACE;
    mode_t mask = umask(0);

    umask(mask);
    if (chmod(made, 0666 & ~mask) != 0 || work_flush(made) != 0)
        return say_error("cannot finish %s", output);
    int result = renameat2(AT_FDCWD, made, AT_FDCWD, output, flags);
    if (result != 0 && errno == EINVAL && flags) { /* a file system without NOREPLACE: link() refuses as well */
        result = link(made, output);
        if (result == 0)
            unlink(made);
    }
    if (result != 0)
        return errno == EEXIST ? say_error("%s exists: --force replaces it", output)
                               : say_error("cannot write %s: %s", output, strerror(errno));
    /* The name is durable once its folder is; a file system that cannot flush a folder is no error. */
    const char *slash = strrchr(output, '/');
    char *folder = work_need(slash ? strndup(output, (size_t)(slash + 1 - output)) : strdup("."));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
    return 0;
}
