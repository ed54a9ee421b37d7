/* The state that the files of the plugin share. */
#pragma once

#include <uv.h>

#include "deadlines.h"
#include "options.h"
#include "pxed/plugin.h"
#include "pxed/poll.h"
#include "table.h"

enum {
    TFTP_REQUEST_MOST = 1024,                 /* bytes; RFC 2347 says 512 */
    TFTP_BATCH = 64,                          /* requests taken from the socket with one call */
    TFTP_PACKETS = TFTP_FLIGHT_FRAMES + 1024, /* room for a window with its headers */
};

struct tftp_config {
    uint64_t max_blksize, max_windowsize, max_transfers;
    uint64_t port; /* 69, but for tests without privileges */
    bool single_port;
};

/* Port 69 on one served interface. */
struct tftp_listener {
    struct tftp *tftp;
    struct pxed_iface iface;
    int fd;
    struct pxed_poll poll;
};

struct tftp {
    struct pxed_ctx *ctx;
    const struct tftp_config *config;
    struct tftp_limits limits;
    struct tftp_listener *listeners;
    size_t n_listeners;
    struct tftp_table table;
    struct tftp_deadlines deadlines;
    uv_timer_t timer;
    uint64_t timer_at; /* when it fires; UINT64_MAX: it is stopped */
    size_t open_handles;
    bool stopping;
    void (*stop_done)(struct pxed_ctx *ctx);

    /* Scratch for one packet at a time; nothing survives a callback in it. */
    char packets[TFTP_PACKETS];
    char source[TFTP_BLKSIZE_MOST + 8]; /* netascii: what the file says */
    char incoming[TFTP_BATCH][TFTP_REQUEST_MOST];
};
