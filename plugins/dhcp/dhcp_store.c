/* The lease table: from the store, and published as leases/1. */
#include "dhcp_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dhcp_doubt.h"
#include "dhcp_nets.h"
#include "pxed/grow.h"
#include "record.h"

enum { FIRST_ROOM = 1024 };

/* ---- memory ---- */

static struct dhcp_memory memory_new(struct dhcp_lease *old, uint32_t cap) {
    struct dhcp_memory m = {.cap = cap, .heads = cap};
    m.entries = pxed_xrealloc(old, sizeof(struct dhcp_lease) * cap);
    m.mac_heads = pxed_xalloc(sizeof(uint32_t) * cap);
    m.ip_heads = pxed_xalloc(sizeof(uint32_t) * cap);
    return m;
}

void dhcp_table_init(struct dhcp *d) {
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        seed = uv_hrtime();
    dhcp_leases_init(&d->table, memory_new(NULL, FIRST_ROOM), d->scopes, d->n_nets, seed);
}

void dhcp_table_room(struct dhcp *d) {
    struct dhcp_memory old = d->table.memory;
    if (dhcp_leases_room(&d->table, 1))
        return;
    dhcp_leases_grow(&d->table, memory_new(old.entries, old.cap * 2));
    free(old.mac_heads);
    free(old.ip_heads);
}

void dhcp_table_free(struct dhcp *d) {
    free(d->table.memory.entries);
    free(d->table.memory.mac_heads);
    free(d->table.memory.ip_heads);
    d->table.memory = (struct dhcp_memory){0};
}

/* ---- whom addresses are kept for ---- */

static bool reserved_by_other(void *arg, uint32_t ip, const struct pxed_hwaddr *mac) {
    struct dhcp *d = arg;
    const struct dhcp_nets nets = dhcp_nets_of(d);
    int scope = dhcp_net_of(&nets, ip);
    const struct dhcp_config *c = scope < 0 ? d->config : &d->nets[scope].terms[0].config;
    const struct pxed_addrs *ours[] = {&c->router, &c->dns, &c->ntp};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        for (size_t n = 0; n < ours[i]->n; n++)
            if (pxed_addr_u32(&ours[i]->items[n]) == ip)
                return true;
    struct pxed_addr addr = pxed_addr_v4(ip);
    const struct pxed_host *host = d->core->host_by_ip(d->ctx, &addr);
    return host && !pxed_host_has(host, mac);
}

struct dhcp_reserved dhcp_reserved_of(struct dhcp *d, unsigned class) {
    return (struct dhcp_reserved){reserved_by_other, d, class};
}

/* ---- loading ---- */

struct loading {
    struct dhcp_record *items; /* names are copies */
    size_t n, bad;
    struct pxed_arena names;
};

static void on_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct loading *l = arg;
    (void)version;
    PXED_GROW(l->items, l->n);
    if (!dhcp_record_read(key, value, &l->items[l->n])) {
        l->bad++;
        return;
    }
    struct dhcp_record *r = &l->items[l->n++];
    if (r->name.len > 0)
        r->name = pxed_arena_dup(&l->names, r->name);
}

static int by_end(const void *a, const void *b) {
    const struct dhcp_record *x = a, *y = b;
    return (x->end > y->end) - (x->end < y->end);
}

int dhcp_table_load(struct dhcp *d) {
    struct loading l = {0};
    uint64_t now = dhcp_now(d);
    int64_t wall = (int64_t)d->core->wall(d->ctx);
    const struct dhcp_nets nets = dhcp_nets_of(d);
    int r = d->store->load(d->store->self, DHCP_RECORD_TABLE, on_record, &l);
    if (r < 0) {
        pxed_log(d->ctx, PXED_LOG_ERROR, "leases-unreadable", NULL, NULL, "cannot read the leases: %s", strerror(-r));
    } else {
        size_t kept = 0;
        if (l.n > 0)
            qsort(l.items, l.n, sizeof(*l.items), by_end);
        for (size_t i = 0; i < l.n; i++) {
            const struct dhcp_record *e = &l.items[i];
            int scope = dhcp_net_of(&nets, e->ip);
            dhcp_table_room(d);
            kept += scope >= 0 && dhcp_lease_restore(&d->table, (unsigned)scope, e->ip, &e->mac, e->state,
                                                     dhcp_record_until(e->end, now, wall), e->kept, e->name);
        }
        pxed_log(d->ctx, l.bad ? PXED_LOG_WARNING : PXED_LOG_INFO, "leases-read", NULL, NULL,
                 "leases=%zu elsewhere=%zu unreadable=%zu", kept, l.n - kept, l.bad);
    }
    free(l.items);
    pxed_arena_clear(&l.names);
    return r < 0 ? r : dhcp_doubt_load(d);
}

/* ---- leases/1 ---- */

static void each_lease(void *self, void (*row)(void *arg, const struct pxed_lease *lease), void *arg) {
    static const char *const names[DHCP_STATE_COUNT] = {
        [DHCP_OFFERED] = "offered", [DHCP_BOUND] = "bound", [DHCP_EXPIRED] = "expired", [DHCP_DECLINED] = "declined"};
    struct dhcp *d = self;
    uint64_t now = dhcp_now(d);
    int64_t wall = (int64_t)d->core->wall(d->ctx);
    for (uint32_t i = 0; i < d->table.used; i++) {
        const struct dhcp_lease *e = dhcp_lease_at(&d->table, i);
        if (e->state == DHCP_FREE)
            continue;
        enum dhcp_lease_state state = (enum dhcp_lease_state)e->state;
        struct pxed_lease lease = {.ip = pxed_addr_v4(e->ip),
                                   .mac = e->mac,
                                   .expires = dhcp_record_end(e->until, now, wall),
                                   .hostname = pxed_slice(e->name, e->name_len)};
        lease.state = e->until <= now && !e->pending ? "expired" : names[state];
        row(arg, &lease);
    }
}

static bool lease_holder(void *self, const struct pxed_addr *ip, struct pxed_hwaddr *ret) {
    struct dhcp *d = self;
    uint32_t index = dhcp_lease_by_ip(&d->table, pxed_addr_u32(ip));
    if (ip->family != 4 || index == DHCP_NONE)
        return false;
    const struct dhcp_lease *e = dhcp_lease_at(&d->table, index);
    if (e->state != DHCP_BOUND || e->until <= dhcp_now(d))
        return false;
    *ret = e->mac;
    return true;
}

static void each_pool(void *self, void (*row)(void *arg, const struct pxed_pool *pool), void *arg) {
    static const char *const modes[] = {
        [DHCP_MODE_SERVER] = "server", [DHCP_MODE_PROXY] = "proxy", [DHCP_MODE_OFF] = "off"};
    struct dhcp *d = self;
    for (unsigned i = 0; i < d->n_nets; i++) {
        const struct dhcp_net *net = &d->nets[i];
        const struct dhcp_scope *s = &d->scopes[i];
        struct pxed_pool pool = {.net = net->label,
                                 .mode = modes[net->terms[0].config.mode],
                                 .size = s->size,
                                 .live = s->live,
                                 .declared = s->declared,
                                 .behind = net->link == DHCP_NO_LINK ? "relay" : d->links[net->link].iface.name};
        row(arg, &pool);
    }
}

static const char *quiet_net(void *self, const struct pxed_addr *ip) {
    const struct dhcp *d = self;
    struct dhcp_nets nets = dhcp_nets_of(d);
    int net = ip->family == 4 ? dhcp_net_of(&nets, pxed_addr_u32(ip)) : DHCP_NO_SCOPE;
    return net == DHCP_NO_SCOPE || d->nets[net].heard ? NULL : d->nets[net].label;
}

void dhcp_leases_publish(struct dhcp *d) {
    d->leases = (struct pxed_leases_service){.size = sizeof(d->leases),
                                             .self = d,
                                             .each = each_lease,
                                             .holder = lease_holder,
                                             .pools = each_pool,
                                             .quiet = quiet_net};
    d->core->publish(d->ctx, "leases/1", &d->leases);
}
