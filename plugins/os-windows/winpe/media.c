/* Where boot.wim and the boot files come from, whatever kind of medium it is. */
#include "media.h"

#include "media_kind.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct media {
    const struct media_kind *kind;
    void *self;
    char *path;
};

struct media *media_open(const char *path) {
    struct stat st;
    struct media *media;

    if (stat(path, &st) != 0) {
        say_error("cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    if (!(media = calloc(1, sizeof(*media))) || !(media->path = strdup(path))) {
        free(media);
        say_error("out of memory");
        return NULL;
    }
    media->kind = S_ISDIR(st.st_mode) ? media_folder_open(path, &media->self) : media_iso_open(path, &media->self);
    if (media->kind)
        return media;
    media_close(media);
    return NULL;
}

void media_close(struct media *media) {
    if (!media)
        return;
    if (media->kind)
        media->kind->close(media->self);
    free(media->path);
    free(media);
}

const char *media_path(const struct media *media) {
    return media->path;
}

bool media_has(struct media *media, const char *name) {
    uint64_t size;

    return media->kind->has(media->self, name, &size);
}

struct copy {
    int fd;
    int error;
    uint64_t done, total;
};

static bool copy_bytes(void *ctx, const void *bytes, size_t len) {
    struct copy *copy = ctx;
    const char *p = bytes;

    while (len > 0) {
        ssize_t n = write(copy->fd, p, len);
        if (n < 0 && errno != EINTR) {
            copy->error = errno;
            return false;
        }
        if (n > 0) {
            p += n;
            len -= (size_t)n;
            copy->done += (uint64_t)n;
        }
        if (say_interrupted())
            return false;
    }
    say_progress(copy->done, copy->total);
    return true;
}

int media_copy(struct media *media, const char *name, const char *to) {
    struct copy copy = {.fd = -1};
    int error;

    if (!media->kind->has(media->self, name, &copy.total))
        return say_error("%s has no %s", media->path, name);
    copy.fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (copy.fd < 0)
        return say_error("cannot write %s: %s", to, strerror(errno));
    error = media->kind->read(media->self, name, copy_bytes, &copy);
    if (close(copy.fd) != 0 && error == 0) {
        copy.error = errno;
        error = ECANCELED;
    }
    if (error == ECANCELED)
        return copy.error ? say_error("cannot write %s: %s", to, strerror(copy.error)) : say_error("interrupted");
    if (error != 0 || copy.done != copy.total)
        return say_error("cannot read %s of %s: %s", name, media->path, error ? strerror(error) : "it is cut short");
    return 0;
}
