/* Identifies the client: combines the kernel's facts with a machine's record. What follows from it:
 * policy/believe.c. */
#include "content_who.h"

#include <stdio.h>

#include "clock.h"
#include "decide.h"
#include "nets.h"
#include "pxed/leases.h"
#include "services.h"

enum { FOREIGN_STEP_MS = 60 * 1000, KNOWN_CLIENTS = 256, KNOWN_MS = 250 };

/* What the kernel said of a client lately, by TCP: its address is its own then. */
static struct lately {
    uint64_t until; /* ms of the loop's clock */
    struct pxed_addr peer;
    struct who kernel;
} lately[KNOWN_CLIENTS];

static struct lately *lately_of(const struct lookup *l) {
    const struct pxed_addr *peer = &l->request->peer;
    return &lately[pxed_hash(peer->bytes, sizeof(peer->bytes), 0) % KNOWN_CLIENTS];
}

static bool lately_known(const struct lookup *l) {
    const struct lately *k = lately_of(l);
    return l->request->via == PXED_VIA_HTTP && uv_now(l->d->loop) < k->until &&
           pxed_addr_eq(&k->peer, &l->request->peer);
}

static void ask_kernel_anew(struct lookup *l) {
    struct lately *k = lately_of(l);
    who_look(&l->request->peer, &l->kernel);
    bool waits = !l->kernel.own && !l->kernel.routed && !l->kernel.resolved;
    if (l->request->via != PXED_VIA_HTTP || waits)
        return;
    k->until = uv_now(l->d->loop) + KNOWN_MS;
    k->peer = l->request->peer;
    k->kernel = l->kernel;
}

/* A neighbour entry is asked for each time: another machine may claim the address. That the client is behind a gateway
 * proves nothing for it, and nobody on the wire can change it. */
static void who_ask_kernel(struct lookup *l) {
    if (!l->looked && lately_known(l) && lately_of(l)->kernel.gateway.family != 0)
        l->kernel = lately_of(l)->kernel;
    else if (!l->looked)
        ask_kernel_anew(l);
    l->looked = true;
}

/* Whose file is fetched, over TCP: the requests of one client within a quarter of a second are one question. The kernel
 * itself keeps an entry for a second against another machine's claim (arp(7), locktime). */
static void ask_kernel_at_times(struct lookup *l) {
    if (!l->looked && lately_known(l)) {
        l->kernel = lately_of(l)->kernel;
        l->looked = true;
    }
    who_ask_kernel(l);
}

bool content_is_server(struct lookup *l) {
    who_ask_kernel(l);
    return l->kernel.own;
}

/* Is this one of the machine's hardware addresses? */
static bool is_its_mac(const struct pxed_hwaddr *seen, const struct machine *m, const struct catalogue_host *host,
                       const struct pxed_hwaddr *mac) {
    return host ? pxed_host_has(&host->pub, seen) : pxed_hwaddr_eq(m ? &m->mac : mac, seen);
}

/* `net`: of the client, if it is a declared one. */
static bool believes_query(const struct lookup *l, const struct pxed_net *net) {
    if (net && net->believe != PXED_BELIEVE_AS_CORE)
        return net->believe == PXED_BELIEVE_QUERY;
    return l->d->catalogue->settings.believe == SETTINGS_BELIEVE_QUERY;
}

/* Behind a relay no hardware address is seen: there the lease tells whose address it is. */
static bool find_holder(const struct lookup *l, const struct pxed_net *net, struct pxed_hwaddr *ret) {
    const struct pxed_leases_service *leases = services_find(&l->d->services, "leases/1");
    return net && net->declared && leases &&
           leases->size >= offsetof(struct pxed_leases_service, holder) + sizeof(leases->holder) && leases->holder &&
           leases->holder(leases->self, &l->request->peer, ret);
}

enum believe_who content_who(struct lookup *l, const struct machine *m, const struct catalogue_host *host,
                             const struct pxed_hwaddr *mac) {
    const struct pxed_net *net = nets_find(l->d->catalogue, &l->request->peer);
    struct pxed_hwaddr holder;
    who_ask_kernel(l);
    struct believe_facts facts = {
        .own = l->kernel.own,
        .token = m && l->token == m,
        .nonce = m && l->nonce == m,
        .routed = l->kernel.routed,
        .resolved = l->kernel.resolved,
        .its_card = l->kernel.resolved && is_its_mac(&l->kernel.mac, m, host, mac),
        .leased = l->kernel.routed && find_holder(l, net, &holder) && is_its_mac(&holder, m, host, mac),
        .query = believes_query(l, net),
    };
    enum believe_who who = believe_tell(&facts);
    l->wait |= who == BELIEVE_NEIGHBOUR && !l->kernel.resolved && !l->last_look;
    return who;
}

void content_find_asker(struct lookup *l) {
    struct pxed_hwaddr holder;
    if (l->asker)
        return;
    ask_kernel_at_times(l);
    if (l->kernel.own)
        return;
    const struct pxed_net *net = nets_find(l->d->catalogue, &l->request->peer);
    if (l->token || l->nonce)
        l->asker = l->token ? l->token : l->nonce;
    else if (l->kernel.resolved && !l->kernel.routed)
        l->asker = decide_find(l->d, &l->kernel.mac, NULL);
    else if (l->kernel.routed && find_holder(l, net, &holder))
        l->asker = decide_find(l->d, &holder, NULL);
    else if (believes_query(l, net)) /* a name without a MAC: by address */
        l->asker = machines_find_ip(&l->d->machines, &l->request->peer);
    else
        l->wait |= !l->kernel.routed && !l->last_look;
}

void content_tell_foreign(struct lookup *l, struct machine *m, enum pxed_reason why) {
    char seen[64], ip[PXED_ADDR_TEXT], text[512], name[256];
    int64_t now = clock_wall();
    struct pxed_buf b = PXED_BUF(name);
    l->d->counters[why]++;
    if (machine_awake(m)->foreign_at > 0 && now - machine_awake(m)->foreign_at < FOREIGN_STEP_MS)
        return;
    machine_edit(m)->foreign_at = now;
    who_ask_kernel(l);
    pxed_buf_escaped(&b, pxed_slice_head(l->name.path.ptr ? l->name.path : l->path, 100)); /* never with a token */
    snprintf(text, sizeof(text), "asked by ip=%s %s name=\"%s\"", pxed_addr_text(&l->request->peer, ip),
             who_text(&l->kernel, seen), pxed_buf_cstr(&b));
    journal_step(&l->d->machines, m, "refused", why, text, clock_calendar());
}
