/* Files inside an ISO: the core's index (UDF, Joliet, Rock Ridge, ISO 9660) gives each file's place. */
#include "media_kind.h"

#include "iso.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

struct disc {
    int fd;
    struct iso *index;
};

static const struct iso_file *media_iso_find(void *self, const char *name) {
    return iso_find(((struct disc *)self)->index, pxed_slice_of(name));
}

static bool media_iso_has(void *self, const char *name, uint64_t *ret_size) {
    const struct iso_file *file = media_iso_find(self, name);

    if (file)
        *ret_size = file->size;
    return file != NULL;
}

static int media_iso_read_file(void *self, const char *name, media_write_fn *write, void *ctx) {
    const struct iso_file *file = media_iso_find(self, name);
    char *piece;
    int error = 0;

    if (!file)
        return ENOENT;
    if (file->bytes)
        return write(ctx, file->bytes, (size_t)file->size) ? 0 : ECANCELED;
    if (!(piece = malloc(PIECE)))
        return ENOMEM;
    for (uint64_t done = 0; error == 0 && done < file->size;) {
        uint64_t left = file->size - done;
        ssize_t n =
            pread(((struct disc *)self)->fd, piece, left < PIECE ? (size_t)left : PIECE, (off_t)(file->offset + done));
        if (n <= 0)
            error = n < 0 ? errno : EIO;
        else if (!write(ctx, piece, (size_t)n))
            error = ECANCELED;
        else
            done += (uint64_t)n;
    }
    free(piece);
    return error;
}

static void close_disc(void *self) {
    struct disc *disc = self;

    if (disc->index)
        iso_unref(disc->index);
    close(disc->fd);
    free(disc);
}

const struct media_kind *media_iso_open(const char *path, void **ret_self) {
    static const struct media_kind kind = {media_iso_has, media_iso_read_file, close_disc};
    struct disc *disc = calloc(1, sizeof(*disc));
    enum iso_error error = ISO_OK;
    char why[ISO_WHY_MAX] = "";

    if (!disc) {
        say_error("out of memory");
        return NULL;
    }
    disc->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (disc->fd < 0) {
        say_error("cannot read %s: %s", path, strerror(errno));
        free(disc);
        return NULL;
    }
    disc->index = iso_get(disc->fd, &error, why);
    if (disc->index) {
        *ret_self = disc;
        return &kind;
    }
    if (error == ISO_FOREIGN)
        say_error("%s is neither a WIM nor an ISO", path);
    else
        say_error("cannot read %s: %s", path, why);
    close_disc(disc);
    return NULL;
}
