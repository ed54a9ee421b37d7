/* A medium that is a folder: finds names ignoring case. */
#include "media_kind.h"

#include "pxed/slice.h"
#include "say.h"
#include "work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

/* The entry of a folder in its real spelling, appended to the folder's path; NULL: none. Frees `folder`. */
static char *folder_child(char *folder, struct pxed_slice name) {
    DIR *dir = opendir(folder);
    const struct dirent *entry = NULL;
    char *path = NULL;

    while (dir && (entry = readdir(dir)))
        if (pxed_slice_eq_nocase(name, pxed_slice_of(entry->d_name)))
            break;
    if (entry)
        path = work_path(folder, entry->d_name);
    if (dir)
        closedir(dir);
    free(folder);
    return path;
}

static char *folder_resolve(const char *root, const char *name) {
    struct pxed_slice rest = pxed_slice_of(name), word;
    char *path = work_path(root, ".");

    while (path && (word = pxed_slice_word(&rest, "/")).len > 0)
        path = folder_child(path, word);
    return path;
}

static bool folder_has(void *self, const char *name, uint64_t *ret_size) {
    char *path = folder_resolve(self, name);
    struct stat st;
    bool good = path && stat(path, &st) == 0 && S_ISREG(st.st_mode);

    if (good)
        *ret_size = (uint64_t)st.st_size;
    free(path);
    return good;
}

static int folder_read_file(void *self, const char *name, media_write_fn *write, void *ctx) {
    char *path = folder_resolve(self, name), *piece = malloc(PIECE);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int error = !path ? ENOENT : fd < 0 ? errno : piece ? 0 : ENOMEM;
    ssize_t n;

    while (error == 0 && (n = read(fd, piece, PIECE)) != 0)
        if (n < 0)
            error = errno;
        else if (!write(ctx, piece, (size_t)n))
            error = ECANCELED;
    if (fd >= 0)
        close(fd);
    free(piece);
    free(path);
    return error;
}

static void close_folder(void *self) {
    free(self);
}

const struct media_kind *media_folder_open(const char *path, void **ret_self) {
    static const struct media_kind kind = {folder_has, folder_read_file, close_folder};

    *ret_self = strdup(path);
    if (*ret_self)
        return &kind;
    say_error("out of memory");
    return NULL;
}
