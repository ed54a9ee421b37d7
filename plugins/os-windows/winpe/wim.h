/* WIM files through libwim: the source is opened read-only, the result is a new file. Paths inside an image use slashes
 * and are compared without case, as Windows does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wim; /* opaque: an open source */

struct wim_image {
    unsigned index;
    const char *name;    /* "" if it has none */
    const char *arch;    /* x86, amd64, arm64, or NULL: the WIM does not say */
    unsigned version[3]; /* of Windows, major first; 0: the WIM does not say */
    uint64_t bytes;      /* of all its files */
    bool bootable;       /* the WIM's boot index points at it */
    bool winpe;          /* holds wpeinit.exe */
    bool setup;          /* holds the setup.exe that an installation medium starts instead of startnet.cmd */
};

/* A local file or folder, and its place in the image. Later ones replace earlier ones in the same place. */
struct wim_add {
    const char *from, *to;
};

/* Call before everything else, and at the end. -1 after printing the error. */
int wim_start(void);
void wim_end(void);

/* Opens and checks a WIM (its integrity table, if it has one). `called` is the operator's name for it. NULL after
 * printing the error. */
struct wim *wim_open(const char *path, const char *called);
void wim_close(struct wim *wim);

unsigned wim_images(const struct wim *wim);
/* Its name lives until wim_write or wim_close. -1 after printing the error. */
int wim_describe(struct wim *wim, unsigned index, struct wim_image *ret);
/* The requested image, or with 0 the bootable one, or the only one. -1 after printing the error. */
int wim_choose(struct wim *wim, unsigned wanted, struct wim_image *ret);

bool wim_has(struct wim *wim, unsigned image, const char *path);
/* Copies one file of an image to the new file `to`; `scratch` is an empty folder, which is empty again afterwards. */
int wim_copy(struct wim *wim, unsigned image, const char *path, const char *scratch, const char *to);

/* Writes a WIM with this one image, bootable, with the additions; `called` is its final name. The source is used up: it
 * may only be closed. The result is read back and compared with its hash. Compressed data is copied unchanged, unless
 * `recompress` is set or Windows' boot manager could not read it. */
int wim_write(struct wim *wim, unsigned image, const struct wim_add *adds, size_t n, bool recompress, const char *to,
              const char *called);
