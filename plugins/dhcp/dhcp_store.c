#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dhcp.h"
#include "pxed/arena.h"
#include "record.h"

enum { FIRST_ROOM = 1024, PUTS_MAX = 4 };
static const char table_name[] = "lease";

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
    dhcp_leases_init(&d->table, memory_new(NULL, FIRST_ROOM), d->scopes, d->n_links, seed);
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

/* ---- loading ---- */

struct loading {
    struct dhcp_record *items; /* names are copies */
    size_t n, cap, bad;
    struct pxed_arena names;
};

static void on_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct loading *l = arg;
    (void)version;
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 256;
        l->items = pxed_xrealloc(l->items, sizeof(*l->items) * l->cap);
    }
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

/* The table runs on the monotonic clock, so that a step of the wall clock ends no lease; the store on the wall clock.
 */
static uint64_t until_of(int64_t end, uint64_t now, int64_t wall_ms) {
    enum { FAR_S = 10 * 366 * 86400 };
    int64_t left = end - wall_ms / 1000;
    if (left > FAR_S)
        left = FAR_S;
    if (left >= 0)
        return now + (uint64_t)left * 1000;
    return left < -FAR_S || (uint64_t)-left * 1000 > now ? 0 : now - (uint64_t)-left * 1000;
}

static int64_t end_of(uint64_t until, uint64_t now, int64_t wall_ms) {
    return (wall_ms + ((int64_t)until - (int64_t)now)) / 1000;
}

int dhcp_table_load(struct dhcp *d) {
    struct loading l = {0};
    uint64_t now = dhcp_now(d);
    int64_t wall = (int64_t)d->core->wall(d->ctx);
    int r = d->store->load(d->store->self, table_name, on_record, &l);
    if (r < 0) {
        pxed_log(d->ctx, PXED_LOG_ERROR, "leases-unreadable", NULL, NULL, "cannot read the leases: %s", strerror(-r));
    } else {
        size_t kept = 0;
        if (l.n > 0)
            qsort(l.items, l.n, sizeof(*l.items), by_end);
        for (size_t i = 0; i < l.n; i++) {
            const struct dhcp_record *e = &l.items[i];
            dhcp_table_room(d);
            kept += dhcp_lease_restore(&d->table, e->ip, &e->mac, e->state, until_of(e->end, now, wall), e->name);
        }
        pxed_log(d->ctx, l.bad ? PXED_LOG_WARNING : PXED_LOG_INFO, "leases-read", NULL, NULL,
                 "leases=%zu elsewhere=%zu unreadable=%zu", kept, l.n - kept, l.bad);
    }
    free(l.items);
    pxed_arena_clear(&l.names);
    return r < 0 ? r : 0;
}

/* ---- writing ---- */

/* The puts of one commit and the memory of their texts. */
struct batch {
    struct pxed_put puts[PUTS_MAX];
    size_t n;
    char keys[PUTS_MAX][PXED_ADDR_TEXT];
    char values[PUTS_MAX][DHCP_RECORD_MAX];
};

static struct pxed_put *batch_add(struct batch *b, uint32_t ip) {
    struct pxed_buf key = PXED_BUF(b->keys[b->n]);
    dhcp_record_key(ip, &key);
    struct pxed_put *put = &b->puts[b->n++];
    *put = (struct pxed_put){.table = table_name, .key = pxed_buf_slice(&key), .replaces = PXED_STORE_ANY};
    return put;
}

static void batch_write(struct batch *b, struct dhcp *d, const struct dhcp_lease *e, enum dhcp_lease_state state,
                        uint64_t until, struct pxed_slice name) {
    struct dhcp_record r = {.ip = e->ip, .state = state, .mac = e->mac, .name = name};
    struct pxed_buf value = PXED_BUF(b->values[b->n]);
    r.end = end_of(until, dhcp_now(d), (int64_t)d->core->wall(d->ctx));
    dhcp_record_write(&r, &value);
    batch_add(b, e->ip)->value = pxed_buf_slice(&value);
}

/* A machine that settles elsewhere loses what it had in this network, in the same transaction. */
static void batch_settle(struct batch *b, struct dhcp *d, uint32_t lease) {
    const struct dhcp_lease *e = dhcp_lease_at(&d->table, lease);
    uint32_t other = DHCP_NONE;
    while (b->n < PUTS_MAX && (other = dhcp_lease_next(&d->table, e->scope, &e->mac, other, lease)) != DHCP_NONE) {
        const struct dhcp_lease *old = dhcp_lease_at(&d->table, other);
        if (old->pending)
            continue;
        if (dhcp_lease_after(old) == DHCP_FREE)
            batch_add(b, old->ip); /* without a value: deleted */
        else
            batch_write(b, d, old, DHCP_EXPIRED, dhcp_now(d), pxed_slice(old->name, old->name_len));
    }
}

struct dhcp_pending *dhcp_pending_new(struct dhcp *d) {
    struct dhcp_pending *p = d->unused;
    if (p)
        d->unused = p->next;
    else
        p = pxed_xalloc(sizeof(*p));
    p->d = d;
    p->len = 0;
    return p;
}

static void pending_end(struct dhcp_pending *p) {
    struct dhcp *d = p->d;
    p->next = d->unused;
    d->unused = p;
    d->n_pending--;
    if (d->n_pending == 0 && d->stopped) {
        void (*stopped)(struct pxed_ctx * ctx) = d->stopped;
        d->stopped = NULL;
        dhcp_flush(d);
        stopped(d->ctx);
    }
    dhcp_free_if_done(d);
}

static void refuse_unstored(struct dhcp_pending *p) {
    struct dhcp *d = p->d;
    struct pxed_addr ip = pxed_addr_v4(dhcp_lease_at(&d->table, p->lease)->ip);
    pxed_log(d->ctx, PXED_LOG_ERROR, "lease-unstored", &p->mac, &ip, "the store could not write it; no ACK is sent");
    d->core->step(d->ctx, &p->mac, PXED_STAGE_NONE, PXED_WHY_STORE_FAILED, NULL, NULL);
}

static void on_stored(void *arg, int result) {
    struct dhcp_pending *p = arg;
    struct dhcp *d = p->d;
    struct dhcp_lease *e = dhcp_lease_at(&d->table, p->lease);
    e->pending = NULL;
    if (d->finished) {
        pending_end(p);
        return;
    }
    if (result != PXED_STORE_OK) {
        refuse_unstored(p);
        pending_end(p);
        return;
    }
    struct pxed_addr ip = pxed_addr_v4(e->ip);
    dhcp_lease_bind(&d->table, p->lease, p->until, p->name);
    dhcp_lease_settle(&d->table, p->lease, dhcp_now(d));
    dhcp_send(p->port, &p->route, &p->mac, pxed_slice((const char *)p->packet, p->len));
    pxed_log(d->ctx, PXED_LOG_DEBUG, "ack", &p->mac, &ip, "interface=%s", p->port->link->iface.name);
    d->core->step(d->ctx, &p->mac, PXED_STAGE_LEASED, PXED_WHY_OK, &ip, NULL);
    pending_end(p);
}

void dhcp_commit(struct dhcp_pending *p) {
    struct dhcp *d = p->d;
    struct dhcp_lease *e = dhcp_lease_at(&d->table, p->lease);
    struct batch b;
    b.n = 0;
    batch_write(&b, d, e, DHCP_BOUND, p->until, p->name.ptr ? p->name : pxed_slice(e->name, e->name_len));
    batch_settle(&b, d, p->lease);
    e->pending = p;
    d->n_pending++;
    if (d->store->commit(d->store->self, b.puts, b.n, on_stored, p) == 0)
        return;
    e->pending = NULL;
    refuse_unstored(p);
    pending_end(p);
}

static void on_noted(void *arg, int result) {
    struct dhcp_pending *p = arg;
    if (result != PXED_STORE_OK && !p->d->finished)
        pxed_log(p->d->ctx, PXED_LOG_ERROR, "lease-unstored", NULL, NULL, "the store could not write a lease's end");
    pending_end(p);
}

void dhcp_note(struct dhcp *d, uint32_t lease) {
    const struct dhcp_lease *e = dhcp_lease_at(&d->table, lease);
    struct dhcp_pending *p = dhcp_pending_new(d);
    struct batch b;
    b.n = 0;
    batch_write(&b, d, e, (enum dhcp_lease_state)e->state, e->until, pxed_slice(e->name, e->name_len));
    d->n_pending++;
    int r = d->store->commit(d->store->self, b.puts, b.n, on_noted, p);
    if (r < 0)
        on_noted(p, r);
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
                                   .expires = end_of(e->until, now, wall),
                                   .hostname = pxed_slice(e->name, e->name_len)};
        lease.state = e->until <= now && !e->pending ? "expired" : names[state];
        row(arg, &lease);
    }
}

void dhcp_leases_publish(struct dhcp *d) {
    d->leases = (struct pxed_leases_service){.size = sizeof(d->leases), .self = d, .each = each_lease};
    d->core->publish(d->ctx, "leases/1", &d->leases);
}
