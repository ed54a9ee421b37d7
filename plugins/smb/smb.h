/* The plugin's state in the daemon. */
#pragma once

#include <uv.h>

#include "helper.h"
#include "pxed/helper.h"
#include "pxed/plugin.h"

struct smb_config {
    unsigned mode; /* enum smb_mode */
    bool guest;
    const char *name, *server, *user, *password, *program;
    uint64_t port, first_id;
};

struct smb_queued; /* an order for which the helper's socket had no room */

struct smb {
    struct pxed_ctx *ctx;
    const struct smb_config *config;
    struct pxed_share_smb service;
    char *folder; /* the published folder; NULL before serve */
    struct pxed_helper helper;
    unsigned begins; /* helpers that have begun */
    bool gone, watching, ended;
    uv_poll_t poll;
    struct smb_queued *queue, **queue_end;
};
