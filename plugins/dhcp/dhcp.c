/* The DHCP plugin: option rows, descriptor, start and stop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dhcp_beside.h"
#include "dhcp_commit.h"
#include "dhcp_import.h"
#include "dhcp_io.h"
#include "dhcp_ops.h"
#include "dhcp_packet.h"
#include "dhcp_pending.h"
#include "dhcp_probe.h"
#include "dhcp_store.h"
#include "extra.h"
#include "pxed/arena.h"
#include "pxed/names.h"

#define ROW(member, kind, name, ...)                                                                                   \
    PXED_OPTION(struct dhcp_config, member, kind, name, .flags = PXED_OPT_RESTART, __VA_ARGS__)

static const struct pxed_option options[] = {
    ROW(mode, ENUM, "mode", .fallback = "proxy", .words = "server proxy",
        .help = "proxy: beside an existing DHCP server, leases nothing. server: leases addresses"),
    ROW(range, RANGES, "range",
        .help = "addresses to lease: FIRST - LAST; repeatable. Server mode only, like all below "
                "up to option"),
    ROW(router, ADDRS, "router", .help = "default gateway for clients (option 3); a host's gateway= wins"),
    ROW(dns, ADDRS, "dns", .help = "name servers for clients (option 6); a host's dns= wins"),
    ROW(domain, STR, "domain", .help = "DNS domain for clients (option 15); a host's domain= wins"),
    ROW(ntp, ADDRS, "ntp", .help = "time servers for clients (option 42); a host's ntp= wins"),
    ROW(mtu, UINT, "mtu", .help = "interface MTU for clients (option 26); 0: not sent", .min = 0, .max = 65535),
    ROW(lease_time, DURATION, "lease-time", .fallback = "1h", .help = "how long a lease lasts", .min = 10 * 1000,
        .max = 365ull * 24 * 3600 * 1000),
    ROW(option, LINES, "option",
        .help = "any other DHCP option: NUMBER VALUE; VALUE is addresses, 0x and hex digits, or text; repeatable"),
    ROW(loader_bios, STR, "loader-bios", .fallback = "undionly.kpxe",
        .help = "boot file for BIOS firmware, a name on TFTP; a host's loader= wins over every loader key"),
    ROW(loader_efi_ia32, STR, "loader-efi-ia32", .help = "boot file for 32-bit x86 UEFI firmware"),
    ROW(loader_efi_x64, STR, "loader-efi-x64", .fallback = "snponly.efi",
        .help = "boot file for 64-bit x86 UEFI firmware, also by HTTP boot"),
    ROW(loader_efi_arm64, STR, "loader-efi-arm64", .help = "boot file for 64-bit ARM UEFI firmware, also by HTTP boot"),
    ROW(uefi_skip_4011, BOOL, "uefi-skip-4011", .fallback = "no",
        .help =
            "tell UEFI firmware not to ask port 4011 (option 43.6 = 8): a second faster, but some boards then ignore "
            "the offer"),
    {0},
};

/* ---- making ---- */

static int put_extra(struct dhcp *d) {
    const struct pxed_list *lines = &d->config->option;
    size_t cap = lines->n * 257 + 1;
    struct pxed_buf out = {.ptr = d->extra = pxed_xalloc(cap), .cap = cap};
    unsigned number;
    for (size_t i = 0; i < lines->n; i++) {
        const char *wrong = dhcp_extra_parse(pxed_slice_of(lines->items[i]), &out, &number);
        if (wrong) {
            pxed_log(d->ctx, PXED_LOG_ERROR, "bad-option", NULL, NULL, "option = %s: %s", lines->items[i], wrong);
            return -EINVAL;
        }
    }
    for (unsigned i = 0; i < d->n_links; i++)
        d->links[i].site.extra = pxed_buf_slice(&out);
    return 0;
}

static void port_init(struct dhcp_port *port, struct dhcp_link *link, uint16_t number) {
    port->link = link;
    port->number = number;
    port->fd = port->out.fd = -1;
}

static void link_init(struct dhcp *d, struct dhcp_link *link, struct dhcp_scope *scope,
                      const struct pxed_iface *iface) {
    link->d = d;
    link->iface = *iface;
    link->arp = -1;
    link->site =
        (struct dhcp_site){.config = d->config, .server = pxed_addr_u32(&iface->addr), .prefix = iface->prefix};
    port_init(&link->server, link, DHCP_PORT_SERVER);
    port_init(&link->pxe, link, DHCP_PORT_PXE);
    scope->server = link->site.server;
    scope->prefix = iface->prefix;
    if (d->config->mode != DHCP_MODE_SERVER)
        return;
    for (size_t i = 0; i < d->config->range.n; i++)
        dhcp_scope_add_pool(scope, pxed_addr_u32(&d->config->range.items[i].first),
                            pxed_addr_u32(&d->config->range.items[i].last));
    if (d->config->range.n > 0 && scope->size == 0)
        pxed_log(d->ctx, PXED_LOG_WARNING, "no-range", NULL, &link->iface.addr,
                 "interface=%s no part of range lies in its network", link->iface.name);
}

static void links_init(struct dhcp *d) {
    const struct pxed_iface *ifaces;
    size_t n = d->core->ifaces(d->ctx, &ifaces);
    d->links = pxed_xalloc(sizeof(*d->links) * (n + 1));
    d->scopes = pxed_xalloc(sizeof(*d->scopes) * (n + 1));
    for (size_t i = 0; i < n && d->n_links < UINT8_MAX; i++) {
        if (ifaces[i].addr.family != 4) {
            pxed_log(d->ctx, PXED_LOG_WARNING, "no-address", NULL, NULL, "interface=%s has no IPv4 address: no DHCP",
                     ifaces[i].name);
            continue;
        }
        link_init(d, &d->links[d->n_links], &d->scopes[d->n_links], &ifaces[i]);
        d->n_links++;
    }
}

/* ---- life ---- */

/* Frees it after fini, when neither the loop nor the store refers to it any more. */
static void dhcp_free_if_done(struct dhcp *d) {
    if (!d->finished || d->handles > 0 || d->n_pending > 0)
        return;
    dhcp_pending_free(d);
    dhcp_table_free(d);
    free(d->links);
    free(d->scopes);
    free(d->extra);
    free(d);
}

static int dhcp_init(struct pxed_ctx *ctx) {
    struct dhcp *d = pxed_xalloc(sizeof(*d));
    d->ctx = ctx;
    d->core = ctx->core;
    d->config = ctx->config;
    d->stations.fd = -1;
    d->released = dhcp_free_if_done;
    d->again = dhcp_packet_again;
    ctx->self = d;
    links_init(d);
    dhcp_table_init(d);
    dhcp_leases_publish(d);
    dhcp_import_offer(d);
    int r = put_extra(d);
    if (r == 0)
        r = dhcp_open(d);
    for (unsigned i = 0; i < d->n_links && r == 0 && d->config->mode == DHCP_MODE_SERVER; i++)
        dhcp_probe_open(&d->links[i]);
    return r;
}

/* Does a plugin of this server answer names that clients need? */
static void ask_names(struct dhcp *d) {
    const struct pxed_dns_service *dns = d->core->find(d->ctx, "dns/1");
    for (unsigned i = 0; dns && i < d->n_links; i++)
        d->links[i].site.names = dns->wanted(dns->self, &d->links[i].iface.addr, pxed_slice_of(d->config->domain));
}

static int dhcp_start(struct pxed_ctx *ctx) {
    struct dhcp *d = ctx->self;
    int r = 0;
    if (d->config->mode == DHCP_MODE_SERVER) {
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
        r = dhcp_listen(d);
    if (r == 0)
        r = dhcp_retry_listen(d);
    return r < 0 ? r : dhcp_probe_listen(d);
}

/* ACKs whose leases are being written are still sent. */
static void dhcp_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct dhcp *d = ctx->self;
    dhcp_deafen(d);
    dhcp_probe_forget(d);
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
    dhcp_probe_close(d);
    dhcp_retry_close(d);
    d->finished = true;
    dhcp_free_if_done(d);
}

static const struct pxed_protocol_ops ops = {.size = sizeof(ops), .check = dhcp_check, .explain = dhcp_explain};
static const char *const provides[] = {"leases/1", NULL};
static const char *const needs[] = {"store/1", NULL};

PXED_PLUGIN(dhcp, .kind = PXED_KIND_PROTOCOL, .name = "dhcp", .version = "0.1",
            .summary = "leases addresses, or stands beside another DHCP server, and tells machines what to boot",
            .provides = provides, .needs = needs, .options = options, .config_size = sizeof(struct dhcp_config),
            .ops = &ops, .init = dhcp_init, .start = dhcp_start, .stop = dhcp_stop, .fini = dhcp_fini)
