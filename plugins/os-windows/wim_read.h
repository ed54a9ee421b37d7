/* A WIM's metadata: its header and its XML. The WIM may be inside an ISO. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WIN_WIM_IMAGES = 64, WIN_WIM_TEXT = 128 };

struct win_wim_image {
    char name[WIN_WIM_TEXT];    /* UTF-8 without control characters, cut where too long; empty: not said */
    char edition[WIN_WIM_TEXT]; /* "ServerStandard" */
    char kind[32];              /* "Client", "Server", "Server Core", "WindowsPE" */
    char language[32];          /* the default one: "en-US" */
    const char *arch;           /* "x86", "amd64", "arm64", "arm", "ia64", or NULL: not said */
    unsigned major, minor, build;
};

struct win_wim {
    unsigned n; /* images: at most WIN_WIM_IMAGES are kept, `total` are there */
    unsigned total;
    unsigned boot_index;  /* 0: none */
    bool hollow;          /* without the files' data, as WDS keeps images: that is in Res.RWM */
    unsigned part, parts; /* of a split WIM; 1 of 1 otherwise */
    struct win_wim_image images[WIN_WIM_IMAGES];
};

/* Reads the WIM of `size` bytes at `offset` of a file. NULL and *ret filled, or a sentence that says what is wrong.
 * `fd` stays open and its position is irrelevant. The files' data in the WIM is not read. */
const char *win_wim_read(int fd, uint64_t offset, uint64_t size, struct win_wim *ret);
