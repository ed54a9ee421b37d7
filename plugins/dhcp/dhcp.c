/* The DHCP plugin: descriptor, start and stop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dhcp_ahead.h"
#include "dhcp_ask.h"
#include "dhcp_beside.h"
#include "dhcp_commit.h"
#include "dhcp_foreign.h"
#include "dhcp_import.h"
#include "dhcp_io.h"
#include "dhcp_nets.h"
#include "dhcp_ops.h"
#include "dhcp_packet.h"
#include "dhcp_pending.h"
#include "dhcp_probe.h"
#include "dhcp_replay.h"
#include "dhcp_store.h"
#include "pxed/arena.h"
#include "pxed/names.h"
#include "rows.h"

/* ---- life ---- */

/* Frees it after fini, when neither the loop nor the store refers to it any more. */
static void dhcp_free_if_done(struct dhcp *d) {
    if (!d->finished || d->handles > 0 || d->n_pending > 0)
        return;
    dhcp_pending_free(d);
    dhcp_table_free(d);
    dhcp_nets_free(d);
    free(d);
}

static void dhcp_answered(struct dhcp *d, const struct dhcp_answer *answer) {
    dhcp_ahead_hear(d, answer);
    dhcp_probe_hear(d, answer);
}

static int dhcp_init(struct pxed_ctx *ctx) {
    struct dhcp *d = pxed_xalloc(sizeof(*d));
    d->ctx = ctx;
    d->core = ctx->core;
    d->config = ctx->config;
    d->stations.fd = d->echo = -1;
    d->released = dhcp_free_if_done;
    d->again = dhcp_packet_again;
    d->answered = dhcp_answered;
    ctx->self = d;
    int r = dhcp_nets_init(d);
    dhcp_table_init(d);
    dhcp_leases_publish(d);
    dhcp_import_offer(d);
    dhcp_foreign_publish(d);
    if (r == 0)
        r = dhcp_open(d);
    if (r == 0 && d->serves)
        dhcp_ask_open(d);
    for (unsigned i = 0; i < d->n_links && r == 0; i++)
        dhcp_foreign_open(&d->links[i]);
    return r;
}

/* Does a plugin of this server answer names that clients need? */
static void ask_names(struct dhcp *d) {
    const struct pxed_dns_service *dns = d->core->find(d->ctx, "dns/1");
    for (unsigned i = 0; dns && i < d->n_links; i++)
        for (unsigned k = 0; k < d->n_nets; k++) /* each may have a domain of its own */
            d->links[i].names =
                dns->wanted(dns->self, &d->links[i].iface.addr, pxed_slice_of(d->nets[k].terms[0].config.domain));
}

static int dhcp_start(struct pxed_ctx *ctx) {
    struct dhcp *d = ctx->self;
    int r = 0;
    if (d->serves) {
        d->store = d->core->find(ctx, "store/1");
        if (!d->store) {
            pxed_log(ctx, PXED_LOG_ERROR, "no-store", NULL, NULL,
                     "mode = server needs a store: add store-sqlite to plugins");
            return -ENOENT;
        }
        r = dhcp_table_load(d);
    }
    ask_names(d);
    dhcp_beside(d);
    if (r == 0)
        r = dhcp_foreign_guard(d);
    if (r == 0)
        r = dhcp_foreign_listen(d);
    if (r == 0)
        r = dhcp_listen(d);
    if (r == 0)
        r = dhcp_retry_listen(d);
    if (r == 0)
        r = dhcp_ask_listen(d);
    if (r < 0)
        return r;
    dhcp_probe_listen(d);
    return dhcp_ahead_listen(d);
}

/* ACKs whose leases are being written are still sent. */
static void dhcp_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct dhcp *d = ctx->self;
    dhcp_deafen(d);
    dhcp_probe_forget(d);
    dhcp_ahead_stop(d);
    if (d->n_pending == 0)
        done(ctx);
    else
        d->stopped = done;
}

static void dhcp_fini(struct pxed_ctx *ctx) {
    struct dhcp *d = ctx->self;
    if (!d)
        return;
    ctx->self = NULL;
    d->stopped = NULL;
    dhcp_close(d);
    dhcp_foreign_close(d);
    dhcp_probe_close(d);
    dhcp_ahead_close(d);
    dhcp_ask_close(d);
    dhcp_retry_close(d);
    d->finished = true;
    dhcp_free_if_done(d);
}

static const struct pxed_protocol_ops ops = {.size = sizeof(ops),
                                             .check = dhcp_check,
                                             .explain = dhcp_explain,
                                             .replay = dhcp_replay,
                                             .net = dhcp_tell_net,
                                             .host = dhcp_check_host};
static const struct pxed_section_kind sections[] = {
    {"subnet", "a net behind a relay or on a further interface: [subnet 10.20.0.0/24]", dhcp_subnet_rows,
     offsetof(struct dhcp_config, subnets)},
    {"class", "machines of one kind: [class NAME]; its keys win over those of the net", dhcp_class_rows,
     offsetof(struct dhcp_config, classes)},
    {"quirk", "how machines of one kind want to be told their boot file: [quirk NAME]; the first that fits",
     dhcp_quirk_rows, offsetof(struct dhcp_config, quirks)},
    {0},
};
static const char *const provides[] = {"leases/1", NULL};
static const char *const needs[] = {"store/1", NULL};

PXED_PLUGIN(dhcp, .kind = PXED_KIND_PROTOCOL, .name = "dhcp", .version = "0.1",
            .summary = "leases addresses, or stands beside another DHCP server, and tells machines what to boot",
            .provides = provides, .needs = needs, .options = dhcp_rows, .config_size = sizeof(struct dhcp_config),
            .ops = &ops, .init = dhcp_init, .start = dhcp_start, .stop = dhcp_stop, .fini = dhcp_fini,
            .sections = sections)
