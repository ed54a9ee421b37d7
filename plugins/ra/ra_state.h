/* The state that the files of the plugin share. Loop thread only. */
#pragma once

#include <uv.h>

#include "pxed/plugin.h"
#include "pxed/poll.h"
#include "watch.h"

enum ra_answer { RA_ANSWER_IPXE, RA_ANSWER_NO };

struct ra_config {
    unsigned answer; /* enum ra_answer */
};

struct ra;

/* A served interface with its packet socket. */
struct ra_link {
    struct ra *ra;
    struct pxed_iface iface;
    int fd; /* -1: idle */
    struct pxed_poll poll;
    uv_timer_t again; /* runs while a solicitor waits; libuv's as long as poll is open */
    bool silent;      /* a real router was heard, and this was logged */
    struct ra_watch watch;
};

struct ra {
    struct pxed_ctx *ctx;
    const struct pxed_core *core;
    struct ra_link *links;
    size_t n_links;
    unsigned handles; /* open libuv handles */
    bool finished;    /* freed with the last of them */
};
