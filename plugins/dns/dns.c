/* The DNS plugin: option row, descriptor, start and stop. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "dns_tcp.h"
#include "dns_udp.h"
#include "pxed/arena.h"

static const struct pxed_option options[] = {
    PXED_OPTION(struct dns_config, names, LIST, "names", .fallback = "hosts, name", .flags = PXED_OPT_RESTART,
                .help = "what is answered: `name`, pxed's own of [pxed] name; `hosts`, those of the host file, with "
                        "their ip= or lease; and their addresses' reverse names. Everything else is REFUSED"),
    {0},
};

static void dns_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct dns_config *c = config;
    static const char *const words[] = {"hosts", "name", NULL};
    for (size_t i = 0; i < c->names.n; i++) {
        struct pxed_slice word = pxed_slice_of(c->names.items[i]);
        if (pxed_slice_is(word, words[0]) || pxed_slice_is(word, words[1]))
            continue;
        const char *near = pxed_nearest(word, words);
        pxed_diag_add(diags, PXED_ERROR, file, c->names.lines ? c->names.lines[i] : 0,
                      "[dns] names: '%s' is none of: hosts name%s%s%s", c->names.items[i],
                      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

/* ---- the service ---- */

static bool dns_has_domain(const struct dns *d, struct pxed_slice domain) {
    for (size_t i = 0; i < d->n_domains; i++)
        if (pxed_slice_eq_nocase(d->domains[i], domain))
            return true;
    return false;
}

static bool dns_wanted(void *self, const struct pxed_addr *addr, struct pxed_slice domain) {
    struct dns *d = self;
    if (domain.len > 0 && dns_name_fits(domain) && d->n_domains < DNS_DOMAINS_MAX && !dns_has_domain(d, domain))
        d->domains[d->n_domains++] = pxed_arena_dup(&d->memory, domain);
    if (!d->own_named || d->names->own(d->names->self).len == 0)
        return false;
    for (size_t i = 0; i < d->n_links; i++)
        if (d->links[i].udp >= 0 && pxed_addr_eq(&d->links[i].iface.addr, addr))
            return true;
    return false;
}

/* ---- life ---- */

static void dns_close_link(struct dns_link *link) {
    if (link->udp >= 0)
        close(link->udp);
    if (link->tcp >= 0)
        close(link->tcp);
    link->udp = link->tcp = -1;
}

/* Names are a help: without port 53 there is all the rest. */
static void dns_open_link(struct dns_link *link) {
    struct dns *d = link->dns;
    const char *protocol = "UDP";
    int r = link->iface.addr.family == 4 ? dns_udp_open(link) : -EAFNOSUPPORT;
    if (r == 0) {
        protocol = "TCP";
        r = dns_tcp_open(link);
    }
    if (r == 0)
        return;
    dns_close_link(link);
    pxed_log(d->ctx, PXED_LOG_WARNING, "no-dns", NULL, &link->iface.addr,
             "interface=%s names are not answered: %s port 53: %s%s", link->iface.name, protocol, strerror(-r),
             r == -EADDRINUSE ? "; see `ss -lpn sport = :53`: end that program or tie it to other addresses" : "");
}

static void dns_free_if_done(struct dns *d) {
    if (!d->finished || d->handles > 0)
        return;
    for (size_t i = 0; i < d->n_links; i++)
        dns_close_link(&d->links[i]);
    pxed_arena_clear(&d->memory);
    free(d->leased);
    free(d->links);
    free(d);
}

static int dns_init(struct pxed_ctx *ctx) {
    const struct dns_config *config = ctx->config;
    const struct pxed_iface *ifaces;
    size_t n = ctx->core->ifaces(ctx, &ifaces);
    struct dns *d = pxed_xalloc(sizeof(*d));
    d->ctx = ctx;
    d->core = ctx->core;
    d->released = dns_free_if_done;
    ctx->self = d;
    for (size_t i = 0; i < config->names.n; i++) {
        d->own_named |= strcmp(config->names.items[i], "name") == 0;
        d->hosts_named |= strcmp(config->names.items[i], "hosts") == 0;
    }
    if (getrandom(&d->rate.seed, sizeof(d->rate.seed), 0) != (ssize_t)sizeof(d->rate.seed))
        d->rate.seed = uv_hrtime();
    d->links = pxed_xalloc(sizeof(*d->links) * (n + 1));
    d->n_links = n;
    for (size_t i = 0; i < n; i++) {
        d->links[i] = (struct dns_link){.dns = d, .iface = ifaces[i], .udp = -1, .tcp = -1};
        dns_open_link(&d->links[i]);
    }
    d->names = d->core->find(ctx, "names/1"); /* the core's own: it is there before any plugin */
    d->service = (struct pxed_dns_service){.size = sizeof(d->service), .self = d, .wanted = dns_wanted};
    if (d->names)
        d->core->publish(ctx, "dns/1", &d->service);
    return d->names ? 0 : -ENOENT;
}

static int dns_listen(struct dns_link *link, struct pxed_poll *poll, int fd, void (*ready)(void *data, int events)) {
    struct dns *d = link->dns;
    int r = pxed_poll_open(poll, d->core->loop(d->ctx), fd, ready, link);
    if (r == 0) {
        d->handles++;
        r = pxed_poll_start(poll, UV_READABLE);
    }
    if (r < 0)
        pxed_log(d->ctx, PXED_LOG_ERROR, "socket-failed", NULL, NULL, "cannot poll port 53: %s", uv_strerror(r));
    return r;
}

static int dns_start(struct pxed_ctx *ctx) {
    struct dns *d = ctx->self;
    d->leases = d->core->find(ctx, "leases/1");
    dns_tcp_start(d);
    for (size_t i = 0; i < d->n_links; i++) {
        struct dns_link *link = &d->links[i];
        if (link->udp < 0)
            continue;
        int r = dns_listen(link, &link->udp_poll, link->udp, dns_udp_ready);
        if (r == 0)
            r = dns_listen(link, &link->tcp_poll, link->tcp, dns_tcp_ready);
        if (r < 0)
            return r;
        pxed_log(ctx, PXED_LOG_INFO, "listen", NULL, &link->iface.addr, "interface=%s port=53", link->iface.name);
    }
    return 0;
}

static void on_poll_closed(uv_handle_t *handle) {
    const struct dns_link *link = handle->data;
    dns_handle_closed(link->dns);
}

static void dns_fini(struct pxed_ctx *ctx) {
    struct dns *d = ctx->self;
    if (!d)
        return;
    ctx->self = NULL;
    d->finished = true;
    dns_tcp_end(d);
    for (size_t i = 0; i < d->n_links; i++) {
        pxed_poll_close(&d->links[i].udp_poll, on_poll_closed);
        pxed_poll_close(&d->links[i].tcp_poll, on_poll_closed);
    }
    dns_free_if_done(d);
}

static const struct pxed_protocol_ops ops = {.size = sizeof(ops), .check = dns_check};
static const char *const provides[] = {"dns/1", NULL};
static const char *const needs[] = {"names/1", NULL};

PXED_PLUGIN(dns, .kind = PXED_KIND_PROTOCOL, .name = "dns", .version = "0.1",
            .summary = "answers the names of pxed and of its hosts; forwards nothing", .provides = provides,
            .needs = needs, .options = options, .config_size = sizeof(struct dns_config), .ops = &ops, .init = dns_init,
            .start = dns_start, .fini = dns_fini)
