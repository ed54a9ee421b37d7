/* The core's functions for plugins: each only calls into one room. */
#include "core_table.h"

#include <stddef.h>
#include <stdio.h>

#include "clock.h"
#include "content.h"
#include "content_again.h"
#include "decide.h"
#include "declare.h"
#include "handed.h"
#include "log.h"
#include "nonces.h"
#include "offers.h"
#include "rungs.h"
#include "stage.h"

static struct plugin *plugin_of(struct pxed_ctx *ctx) {
    return (struct plugin *)(void *)((char *)ctx - offsetof(struct plugin, ctx));
}

static struct daemon *core_daemon_of(struct pxed_ctx *ctx) {
    return plugin_of(ctx)->owner;
}

static struct uv_loop_s *get_loop(struct pxed_ctx *ctx) {
    return core_daemon_of(ctx)->loop;
}

static uint64_t get_now(struct pxed_ctx *ctx) {
    return uv_now(core_daemon_of(ctx)->loop);
}

static uint64_t get_wall(struct pxed_ctx *ctx) {
    (void)ctx;
    return (uint64_t)clock_wall();
}

static void write_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                      const struct pxed_addr *ip, const char *format, va_list args) {
    log_write(plugin_of(ctx)->desc.name, level, event, mac, ip, format, args);
}

static size_t get_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    *ret = core_daemon_of(ctx)->ifaces;
    return core_daemon_of(ctx)->n_ifaces;
}

/* A plugin of an older minor has room for an older verdict. */
static void core_decide(struct pxed_ctx *ctx, const struct pxed_facts *facts, struct pxed_verdict *ret) {
    struct pxed_verdict verdict;
    decide_facts(core_daemon_of(ctx), facts, &verdict);
    memcpy(ret, &verdict,
           plugin_of(ctx)->desc.abi_minor >= 8 ? sizeof(verdict) : offsetof(struct pxed_verdict, loader));
}

static const char *choose_loader(struct pxed_ctx *ctx, const struct pxed_facts *facts, const struct pxed_list *wanted) {
    return rungs_choose(core_daemon_of(ctx), facts, wanted);
}

static size_t choose_way(struct pxed_ctx *ctx, const struct pxed_facts *facts, const char *const *names, size_t n) {
    return offers_way(core_daemon_of(ctx), facts, names, n);
}

static const struct pxed_host *get_host(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac) {
    const struct catalogue_host *h = catalogue_find(core_daemon_of(ctx)->catalogue, mac);
    return h ? &h->pub : NULL;
}

static const struct pxed_host *get_host_by_ip(struct pxed_ctx *ctx, const struct pxed_addr *ip) {
    const struct catalogue_host *h = catalogue_find_ip(core_daemon_of(ctx)->catalogue, ip);
    return h ? &h->pub : NULL;
}

static void core_step(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, enum pxed_stage stage,
                      enum pxed_reason reason, const struct pxed_addr *ip, const char *detail) {
    decide_step(core_daemon_of(ctx), mac, stage, reason, ip, detail);
}

static void core_refuse(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer,
                        const char *detail) {
    decide_refuse(core_daemon_of(ctx), reason, peer, detail);
}

static bool core_open_name(struct pxed_ctx *ctx, const struct pxed_request *request, enum pxed_reason *ret_reason,
                           struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    struct pxed_request whole = {0}; /* a plugin of an older minor has a shorter one */
    memcpy(&whole, request, plugin_of(ctx)->desc.abi_minor >= 8 ? sizeof(whole) : offsetof(struct pxed_request, tls));
    return content_open(core_daemon_of(ctx), &whole, ret_reason, ret_content, later, arg, ret_ticket);
}

static void core_cancel(struct pxed_ctx *ctx, uint64_t ticket) {
    content_cancel(core_daemon_of(ctx), ticket);
}

static void cgi_failed(struct pxed_ctx *ctx, struct pxed_content *content, const char *why) {
    content_cgi_failed(core_daemon_of(ctx), content, why);
}

static const void *core_find(struct pxed_ctx *ctx, const char *name) {
    return services_find(&core_daemon_of(ctx)->services, name);
}

/* While the store cannot write, nothing armed takes effect. Once it can again, lines that could not be recorded count
 * as new. */
static void store_changed(void *arg, bool failing) {
    struct daemon *d = arg;
    if (failing) {
        d->counters[PXED_WHY_STORE_CANNOT_WRITE]++;
        log_core(
            PXED_LOG_ERROR, "store-cannot-write",
            "the store cannot be written: nothing armed takes effect, hosts with ip= and leases on disk are served "
            "on (STORE_CANNOT_WRITE); it is tried every 2 s");
    } else {
        log_core(PXED_LOG_INFO, "store-writes", "the store is written again");
    }
    if (d->stopping || !d->machines.ledger)
        return;
    stage_all(d);
    if (!failing)
        declare_hosts(d, d->catalogue, NULL);
}

static void core_publish(struct pxed_ctx *ctx, const char *name, const void *service) {
    struct daemon *d = core_daemon_of(ctx);
    if (strcmp(name, "store/1") == 0 && !d->guard.inner) { /* all commits go through the guard */
        store_guard_init(&d->guard, service, d->loop, store_changed, d);
        service = &d->guard.pub;
    }
    if (!services_publish(&d->services, name, service))
        log_core(PXED_LOG_ERROR, "services", "no room for the service %s", name);
}

static const char *state_dir(struct pxed_ctx *ctx) {
    return core_daemon_of(ctx)->state_dir;
}

static bool loader_seen(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, uint64_t within_ms) {
    struct daemon *d = core_daemon_of(ctx);
    const struct catalogue_host *h = catalogue_find(d->catalogue, mac);
    const struct machine *m = machines_find(&d->machines, h ? &h->pub.macs[0] : mac);
    return m && machine_awake(m)->loader_at > 0 && clock_wall() - machine_awake(m)->loader_at <= (int64_t)within_ms;
}

static bool make_nonce(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, char ret[static 17]) {
    uint64_t nonce = nonces_make(core_daemon_of(ctx), mac);
    snprintf(ret, 17, "%016llx", (unsigned long long)nonce);
    return nonce != 0;
}

static size_t hosts_without_ip(struct pxed_ctx *ctx) {
    return core_daemon_of(ctx)->catalogue->n_without_ip;
}

static int start_helper(struct pxed_ctx *ctx, const struct pxed_helper_setup *setup, struct pxed_helper *ret) {
    return keeper_start_helper(&core_daemon_of(ctx)->keeper, setup, ret);
}

static int take_socket(struct pxed_ctx *ctx, int type, const struct pxed_addr *addr, uint16_t port, const char *iface) {
    return handed_take(core_daemon_of(ctx), type, addr, port, iface);
}

const struct pxed_core core_table = {
    .size = sizeof(struct pxed_core),
    .loop = get_loop,
    .now = get_now,
    .wall = get_wall,
    .log = write_log,
    .ifaces = get_ifaces,
    .decide = core_decide,
    .host = get_host,
    .host_by_ip = get_host_by_ip,
    .step = core_step,
    .refuse = core_refuse,
    .open = core_open_name,
    .cancel = core_cancel,
    .cgi_failed = cgi_failed,
    .publish = core_publish,
    .find = core_find,
    .state_dir = state_dir,
    .loader_seen = loader_seen,
    .hosts_without_ip = hosts_without_ip,
    .helper = start_helper,
    .socket = take_socket,
    .nonce = make_nonce,
    .loader = choose_loader,
    .way = choose_way,
};
