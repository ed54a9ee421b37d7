/* The two kinds of media. Both find a name ignoring case. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the next bytes of a file; false ends the copying. */
typedef bool media_write_fn(void *ctx, const void *bytes, size_t len);

struct media_kind {
    /* Does this file exist, and what is its size? */
    bool (*has)(void *self, const char *name, uint64_t *ret_size);
    /* Reads the whole file, in order. 0 or an errno; ECANCELED: `write` returned false. */
    int (*read)(void *self, const char *name, media_write_fn *write, void *ctx);
    void (*close)(void *self);
};

/* NULL after printing the error. Sets *ret_self. */
const struct media_kind *media_folder_open(const char *path, void **ret_self);
const struct media_kind *media_iso_open(const char *path, void **ret_self);
