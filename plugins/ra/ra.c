/* The router advertisement plugin: option row, descriptor, start and stop. */
#include "ra_io.h"

#include <errno.h>

#include "pxed/arena.h"

static const struct pxed_option options[] = {
    PXED_OPTION(
        struct ra_config, answer, ENUM, "answer", .fallback = "ipxe", .words = "ipxe no", .flags = PXED_OPT_RESTART,
        .help =
            "ipxe: answer router solicitations of iPXE and gPXE with an empty advertisement, which saves 13 "
            "seconds per boot, and end firmware's boot by IPv6 after such a loader, which takes OVMF a minute; silent "
            "while a real IPv6 router is heard. no: never"),
    {0},
};

static int ra_init(struct pxed_ctx *ctx) {
    const struct ra_config *config = ctx->config;
    const struct pxed_iface *ifaces;
    struct ra *ra = pxed_xalloc(sizeof(*ra));
    ra->ctx = ctx;
    ra->core = ctx->core;
    ctx->self = ra;
    if (config->answer == RA_ANSWER_NO)
        return 0;
    size_t n = ra->core->ifaces(ctx, &ifaces);
    ra->links = pxed_xalloc(sizeof(*ra->links) * (n + 1));
    for (size_t i = 0; i < n; i++) {
        if (ifaces[i].mac.len != 6) /* the option holds an Ethernet address */
            continue;
        struct ra_link *link = &ra->links[ra->n_links++];
        link->ra = ra;
        link->iface = ifaces[i];
        link->fd = -1;
    }
    ra_open(ra);
    return 0;
}

static int ra_start(struct pxed_ctx *ctx) {
    return ra_listen(ctx->self);
}

static void ra_fini(struct pxed_ctx *ctx) {
    struct ra *ra = ctx->self;
    ctx->self = NULL;
    if (ra)
        ra_close(ra);
}

PXED_PLUGIN(ra, .kind = PXED_KIND_PROTOCOL, .name = "ra", .version = "0.1",
            .summary = "answers iPXE's router solicitations, so that it does not wait for IPv6", .options = options,
            .config_size = sizeof(struct ra_config), .init = ra_init, .start = ra_start, .fini = ra_fini)
