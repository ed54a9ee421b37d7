/* TFTP server, read only: RFC 1350 with options 2347, 2348, 2349 and 7440. */
#include <stdlib.h>

#include "loop.h"
#include "pxed/arena.h"
#include "session.h"
#include "tftp_io.h"

static void tftp_on_timer_closed(uv_handle_t *handle) {
    tftp_handle_closed(handle->data);
}

static struct tftp *tftp_make(struct pxed_ctx *ctx) {
    struct tftp *tftp = pxed_xalloc(sizeof(*tftp));
    const struct tftp_config *config = ctx->config;
    tftp->ctx = ctx;
    tftp->config = config;
    tftp->limits = (struct tftp_limits){.blksize = config->max_blksize, .windowsize = config->max_windowsize};
    tftp->timer_at = UINT64_MAX;
    if (uv_random(NULL, NULL, &tftp->table.seed, sizeof(tftp->table.seed), 0, NULL) < 0)
        tftp->table.seed = uv_hrtime();
    uv_timer_init(ctx->core->loop(ctx), &tftp->timer);
    tftp->timer.data = tftp;
    tftp->open_handles = 1;
    return tftp;
}

static void tftp_fini(struct pxed_ctx *ctx) {
    struct tftp *tftp = ctx->self;
    if (!tftp)
        return;
    ctx->self = NULL;
    tftp->stop_done = NULL;
    for (size_t i = 0; i < TFTP_TABLE_BUCKETS; i++) {
        while (tftp->table.buckets[i])
            tftp_session_end((struct tftp_session *)tftp->table.buckets[i], PXED_WHY_OK, false);
    }
    for (size_t i = 0; i < tftp->n_listeners; i++)
        tftp_listener_close(&tftp->listeners[i]);
    uv_close((uv_handle_t *)&tftp->timer, tftp_on_timer_closed);
}

static int tftp_init(struct pxed_ctx *ctx) {
    const struct pxed_iface *ifaces;
    struct tftp *tftp = tftp_make(ctx);
    int rc = 0;
    ctx->self = tftp;
    size_t n = ctx->core->ifaces(ctx, &ifaces);
    tftp->listeners = pxed_xalloc(n * sizeof(*tftp->listeners));
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct tftp_listener *listener = &tftp->listeners[tftp->n_listeners++];
        *listener = (struct tftp_listener){.tftp = tftp, .iface = ifaces[i]};
        rc = tftp_listen(listener);
    }
    if (rc < 0)
        tftp_fini(ctx);
    return rc;
}

static int tftp_start(struct pxed_ctx *ctx) {
    struct tftp *tftp = ctx->self;
    int rc = 0;
    for (size_t i = 0; i < tftp->n_listeners && rc == 0; i++)
        rc = tftp_listener_begin(&tftp->listeners[i]);
    return rc;
}

static void tftp_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct tftp *tftp = ctx->self;
    tftp->stopping = true;
    if (tftp->table.n == 0)
        done(ctx);
    else
        tftp->stop_done = done;
}

static const struct pxed_option options[] = {
    PXED_OPTION(struct tftp_config, max_blksize, UINT, "max-blksize", .fallback = "65464",
                .help = "largest block; never more than fits the interface's MTU", .flags = PXED_OPT_RESTART,
                .min = TFTP_BLKSIZE_DEFAULT, .max = TFTP_BLKSIZE_MOST),
    PXED_OPTION(struct tftp_config, max_windowsize, UINT, "max-windowsize", .fallback = "64",
                .help = "blocks sent before an answer is awaited, if the client asks for more than one",
                .flags = PXED_OPT_RESTART, .min = 1, .max = TFTP_WINDOW_MOST),
    PXED_OPTION(struct tftp_config, max_transfers, UINT, "max-transfers", .fallback = "4096",
                .help = "at once; a quarter of them for one address. Others are not answered and ask again",
                .flags = PXED_OPT_RESTART, .min = 4, .max = 65536),
    PXED_OPTION(struct tftp_config, port, UINT, "port", .fallback = "69", .help = "UDP port; firmware knows only 69",
                .flags = PXED_OPT_RESTART, .min = 1, .max = 65535),
    PXED_OPTION(struct tftp_config, single_port, BOOL, "single-port", .fallback = "no",
                .help =
                    "transfers use that port, too, not one each: for NAT, containers and firewalls that know no TFTP",
                .flags = PXED_OPT_RESTART),
    {0},
};
static const struct pxed_protocol_ops ops = {.size = sizeof(ops)};

PXED_PLUGIN(tftp, .kind = PXED_KIND_PROTOCOL, .name = "tftp", .version = "0.1.0",
            .summary = "serves loaders and boot files over TFTP, read only", .options = options,
            .config_size = sizeof(struct tftp_config), .ops = &ops, .init = tftp_init, .start = tftp_start,
            .stop = tftp_stop, .fini = tftp_fini)
