/* Leases of another server, taken over while running. */
#include "dhcp_import.h"

#include <stdlib.h>
#include <string.h>

#include "dhcp_commit.h"
#include "dhcp_nets.h"
#include "dhcp_pending.h"
#include "dhcp_store.h"
#include "pxed/arena.h"
#include "record.h"

/* Leases being written, and who waits for them. */
struct import {
    struct dhcp *d;
    struct dhcp_pending *hold; /* keeps the plugin until the last one is written */
    void (*done)(void *arg, size_t stored);
    void *arg;
    size_t n;
    struct {
        uint32_t ip;
        struct pxed_hwaddr mac;
    } items[];
};

/* ---- may it be taken? ---- */

/* The net that leases this address, or DHCP_NO_SCOPE. */
static int import_scope(const struct dhcp *d, uint32_t ip) {
    const struct dhcp_nets nets = dhcp_nets_of(d);
    int scope = dhcp_net_of(&nets, ip);
    bool leases =
        scope >= 0 && dhcp_scope_has(&d->scopes[scope], ip) && d->nets[scope].terms[0].config.mode == DHCP_MODE_SERVER;
    return leases ? scope : DHCP_NO_SCOPE;
}

/* Does the machine hold another address of this network? */
static bool import_elsewhere(const struct dhcp *d, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac) {
    uint32_t own = DHCP_NONE;
    while ((own = dhcp_lease_next(&d->table, scope, mac, own, DHCP_NONE)) != DHCP_NONE) {
        const struct dhcp_lease *e = dhcp_lease_at(&d->table, own);
        if (e->ip != ip && (e->pending || (e->state == DHCP_BOUND && e->until > dhcp_now(d))))
            return true;
    }
    return false;
}

static enum pxed_reason import_judge(void *self, const struct pxed_lease *lease) {
    struct dhcp *d = self;
    if (!d->serves || !d->store)
        return PXED_WHY_LEASE_NOT_HERE;
    if (lease->expires <= (int64_t)(d->core->wall(d->ctx) / 1000))
        return PXED_WHY_LEASE_ENDED;
    uint32_t ip = pxed_addr_u32(&lease->ip), at = dhcp_lease_by_ip(&d->table, ip);
    int scope = import_scope(d, ip);
    const struct pxed_host *keeper = d->core->host_by_ip(d->ctx, &lease->ip);
    const struct pxed_host *host = d->core->host(d->ctx, &lease->mac);
    bool kept = pxed_host_has(keeper, &lease->mac);
    if (lease->mac.len == 0 || scope < 0 || (!kept && !dhcp_scope_pooled(&d->scopes[scope], ip)))
        return keeper && !kept ? PXED_WHY_LEASE_TAKEN : PXED_WHY_LEASE_OUTSIDE;
    if (keeper && !kept)
        return PXED_WHY_LEASE_TAKEN;
    if (at != DHCP_NONE && (dhcp_lease_at(&d->table, at)->pending ||
                            !dhcp_lease_open_to(dhcp_lease_at(&d->table, at), &lease->mac, dhcp_now(d))))
        return PXED_WHY_LEASE_TAKEN;
    uint32_t reserved = dhcp_scope_reserved(host, &d->scopes[scope]);
    if ((reserved != 0 && reserved != ip) || import_elsewhere(d, (unsigned)scope, ip, &lease->mac))
        return PXED_WHY_LEASE_ANOTHER;
    return PXED_WHY_OK;
}

/* ---- taking ---- */

/* Held as by an OFFER until it is written; a REQUEST that comes meanwhile joins its commit. A lease in force is never
 * made shorter. */
static void import_one(struct dhcp *d, const struct pxed_lease *lease) {
    uint32_t ip = pxed_addr_u32(&lease->ip);
    uint64_t now = dhcp_now(d);
    uint64_t until = dhcp_record_until(lease->expires, now, (int64_t)d->core->wall(d->ctx));
    dhcp_table_room(d);
    uint32_t index = dhcp_lease_by_ip(&d->table, ip);
    const struct dhcp_lease *own = index == DHCP_NONE ? NULL : dhcp_lease_at(&d->table, index);
    if (own && own->state == DHCP_BOUND && pxed_hwaddr_eq(&own->mac, &lease->mac) && own->until > until)
        until = own->until;
    if (!own || own->state != DHCP_BOUND || !pxed_hwaddr_eq(&own->mac, &lease->mac))
        index = dhcp_lease_hold(&d->table, (unsigned)import_scope(d, ip), ip, &lease->mac, now);
    struct dhcp_lease *e = dhcp_lease_at(&d->table, index);
    const struct pxed_host *host = d->core->host(d->ctx, &lease->mac);
    e->kept = ip == dhcp_scope_reserved(host, &d->scopes[e->scope]);
    dhcp_lease_declare(&d->table, index, host != NULL);
    struct dhcp_pending *p = dhcp_pending_new(d);
    p->again = false;
    p->lease = index;
    p->until = until;
    p->mac = lease->mac;
    p->name = PXED_NO_SLICE;
    if (lease->hostname.len > 0 && lease->hostname.len <= DHCP_NAME_MAX) {
        memcpy(p->name_bytes, lease->hostname.ptr, lease->hostname.len);
        p->name = pxed_slice(p->name_bytes, lease->hostname.len);
    }
    dhcp_commit(p);
}

static void import_written(void *arg, int result) {
    struct import *i = arg;
    struct dhcp *d = i->d;
    size_t stored = 0;
    for (size_t k = 0; k < i->n && result == PXED_STORE_OK && !d->finished; k++) {
        uint32_t index = dhcp_lease_by_ip(&d->table, i->items[k].ip);
        const struct dhcp_lease *e = index == DHCP_NONE ? NULL : dhcp_lease_at(&d->table, index);
        stored += e && e->on_disk && pxed_hwaddr_eq(&e->mac, &i->items[k].mac) ? 1 : 0;
    }
    if (stored > 0)
        pxed_log(d->ctx, PXED_LOG_INFO, "leases-imported", NULL, NULL, "leases=%zu", stored);
    struct dhcp_pending *hold = i->hold;
    i->done(i->arg, stored);
    free(i);
    dhcp_pending_end(hold);
}

/* A record of the import itself, put behind the leases: when it is on disk, they are. */
static void import_seal(struct import *i) {
    struct dhcp *d = i->d;
    char text[24];
    struct pxed_buf value = PXED_BUF(text);
    pxed_buf_u64(&value, d->core->wall(d->ctx));
    struct pxed_put put = {
        .table = "dhcp", .key = PXED_SLICE("imported"), .value = pxed_buf_slice(&value), .replaces = PXED_STORE_ANY};
    i->hold = dhcp_pending_new(d);
    d->n_pending++;
    int r = d->store->commit(d->store->self, &put, 1, import_written, i);
    if (r < 0)
        import_written(i, r);
}

static void import_take(void *self, const struct pxed_lease *leases, size_t n, enum pxed_reason *reasons,
                        void (*done)(void *arg, size_t stored), void *arg) {
    struct dhcp *d = self;
    struct import *i = pxed_xalloc(sizeof(*i) + n * sizeof(i->items[0]));
    i->d = d;
    i->done = done;
    i->arg = arg;
    for (size_t k = 0; k < n; k++) {
        reasons[k] = import_judge(d, &leases[k]);
        if (reasons[k] == PXED_WHY_OK && dhcp_cannot_write(d))
            reasons[k] = PXED_WHY_STORE_CANNOT_WRITE;
        if (reasons[k] != PXED_WHY_OK)
            continue;
        i->items[i->n].ip = pxed_addr_u32(&leases[k].ip);
        i->items[i->n++].mac = leases[k].mac;
        import_one(d, &leases[k]);
    }
    if (d->store) {
        import_seal(i);
        return;
    }
    done(arg, 0);
    free(i);
}

void dhcp_import_offer(struct dhcp *d) {
    d->leases.judge = import_judge;
    d->leases.take = import_take;
}
