#include "leases.h"

enum {
    TICK = 8,   /* entries that one packet may let expire */
    SCAN = 512, /* addresses that one packet may try */
    RATE = 20,  /* new machines per second under pressure, and at once */
    EXPIRED_TRIES = 16,
};

/* Keyed and mixed twice: the seed is secret, so nobody can choose MACs that share a chain. */
static uint64_t mix(uint64_t key, uint64_t seed) {
    uint64_t h = (key ^ seed) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 32)) * (seed | 1);
    h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u;
    return h ^ (h >> 32);
}

static uint32_t *mac_head(const struct dhcp_leases *t, const struct pxed_hwaddr *mac) {
    uint64_t h = (uint64_t)mac->type << 8 | mac->len;
    for (size_t at = 0; at < mac->len && at < sizeof(mac->bytes); at += 8) {
        uint64_t word = 0;
        size_t left = sizeof(mac->bytes) - at;
        size_t n = mac->len - at < left ? mac->len - at : left;
        memcpy(&word, mac->bytes + at, n < 8 ? n : 8);
        h = mix(h ^ word, t->seed);
    }
    return &t->memory.mac_heads[h & (t->memory.heads - 1)];
}

static uint32_t *ip_head(const struct dhcp_leases *t, uint32_t ip) {
    return &t->memory.ip_heads[mix(ip, t->seed) & (t->memory.heads - 1)];
}

/* ---- lists ---- */

static void list_add(struct dhcp_leases *t, uint32_t index, enum dhcp_lease_state state) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_list *list = &t->scopes[e->scope].lists[state];
    e->state = (uint8_t)state;
    e->newer = DHCP_NONE;
    e->older = list->newest;
    if (list->newest != DHCP_NONE)
        dhcp_lease_at(t, list->newest)->newer = index;
    else
        list->oldest = index;
    list->newest = index;
    list->n++;
}

static void list_remove(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_list *list = &t->scopes[e->scope].lists[e->state];
    if (e->older != DHCP_NONE)
        dhcp_lease_at(t, e->older)->newer = e->newer;
    else
        list->oldest = e->newer;
    if (e->newer != DHCP_NONE)
        dhcp_lease_at(t, e->newer)->older = e->older;
    else
        list->newest = e->older;
    list->n--;
}

static void move(struct dhcp_leases *t, uint32_t index, enum dhcp_lease_state state) {
    list_remove(t, index);
    list_add(t, index, state);
}

/* ---- chains ---- */

/* A declined address is nobody's: it stays out of the chains, so that one machine cannot make its own one long. */
static void link_mac(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    if (e->mac.len == 0)
        return;
    uint32_t *head = mac_head(t, &e->mac);
    e->mac_next = *head;
    *head = index;
}

static void unlink_mac(struct dhcp_leases *t, uint32_t index) {
    if (dhcp_lease_at(t, index)->mac.len == 0)
        return;
    uint32_t *at = mac_head(t, &dhcp_lease_at(t, index)->mac);
    while (*at != index)
        at = &dhcp_lease_at(t, *at)->mac_next;
    *at = dhcp_lease_at(t, index)->mac_next;
}

static void link_ip(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    uint32_t *head = ip_head(t, e->ip);
    e->ip_next = *head;
    *head = index;
}

static void unlink_ip(struct dhcp_leases *t, uint32_t index) {
    uint32_t *at = ip_head(t, dhcp_lease_at(t, index)->ip);
    while (*at != index)
        at = &dhcp_lease_at(t, *at)->ip_next;
    *at = dhcp_lease_at(t, index)->ip_next;
}

/* ---- table ---- */

void dhcp_leases_init(struct dhcp_leases *t, struct dhcp_memory memory, struct dhcp_scope *scopes, unsigned n_scopes,
                      uint64_t seed) {
    *t = (struct dhcp_leases){
        .memory = memory, .spare = DHCP_NONE, .seed = seed, .scopes = scopes, .n_scopes = n_scopes};
    memset(memory.mac_heads, 0xff, sizeof(uint32_t) * memory.heads);
    memset(memory.ip_heads, 0xff, sizeof(uint32_t) * memory.heads);
    for (unsigned i = 0; i < n_scopes; i++) {
        for (int s = 0; s < DHCP_STATE_COUNT; s++)
            scopes[i].lists[s] = (struct dhcp_list){DHCP_NONE, DHCP_NONE, 0};
        scopes[i].in_use = 0;
    }
}

bool dhcp_leases_room(const struct dhcp_leases *t, uint32_t n) {
    return t->memory.cap - t->n >= n;
}

void dhcp_leases_grow(struct dhcp_leases *t, struct dhcp_memory memory) {
    t->memory = memory;
    memset(memory.mac_heads, 0xff, sizeof(uint32_t) * memory.heads);
    memset(memory.ip_heads, 0xff, sizeof(uint32_t) * memory.heads);
    for (uint32_t i = 0; i < t->used; i++) {
        if (dhcp_lease_at(t, i)->state == DHCP_FREE)
            continue;
        link_mac(t, i);
        link_ip(t, i);
    }
}

static uint32_t entry_new(struct dhcp_leases *t) {
    uint32_t index = t->spare;
    if (index != DHCP_NONE)
        t->spare = dhcp_lease_at(t, index)->newer;
    else if (t->used < t->memory.cap)
        index = t->used++;
    else
        return DHCP_NONE;
    memset(dhcp_lease_at(t, index), 0, sizeof(struct dhcp_lease));
    t->n++;
    return index;
}

void dhcp_lease_drop(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_scope *scope = &t->scopes[e->scope];
    list_remove(t, index);
    unlink_mac(t, index);
    unlink_ip(t, index);
    scope->in_use -= dhcp_scope_pooled(scope, e->ip);
    e->state = DHCP_FREE;
    e->newer = t->spare;
    t->spare = index;
    t->n--;
}

/* ---- scopes ---- */

bool dhcp_scope_has(const struct dhcp_scope *scope, uint32_t ip) {
    uint32_t mask = pxed_prefix_mask(scope->prefix);
    if (ip == 0 || ((ip ^ scope->server) & mask) != 0 || ip == scope->server)
        return false;
    return scope->prefix >= 31 || ((ip & ~mask) != 0 && (ip & ~mask) != ~mask);
}

bool dhcp_scope_pooled(const struct dhcp_scope *scope, uint32_t ip) {
    for (unsigned i = 0; i < scope->n_pools; i++)
        if (ip >= scope->pools[i].first && ip <= scope->pools[i].last)
            return true;
    return false;
}

bool dhcp_scope_add_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last) {
    uint32_t mask = pxed_prefix_mask(scope->prefix), net = scope->server & mask, end = net | ~mask;
    if (scope->prefix < 31) {
        net++;
        end--;
    }
    if (first < net)
        first = net;
    if (last > end)
        last = end;
    if (first > last || scope->n_pools == DHCP_POOLS)
        return false;
    scope->pools[scope->n_pools++] = (struct dhcp_pool){.first = first, .last = last};
    scope->size += (uint64_t)last - first + 1;
    return true;
}

bool dhcp_scope_admits(struct dhcp_scope *scope, uint64_t now) {
    if ((uint64_t)scope->lists[DHCP_OFFERED].n * 2 <= scope->size) {
        scope->rate_tokens = RATE;
        scope->rate_ms = now;
        return true;
    }
    uint64_t earned = (now - scope->rate_ms) * RATE / 1000;
    if (earned > 0) {
        scope->rate_tokens = earned + scope->rate_tokens > RATE ? RATE : scope->rate_tokens + (unsigned)earned;
        scope->rate_ms = now;
    }
    if (scope->rate_tokens == 0)
        return false;
    scope->rate_tokens--;
    return true;
}

/* ---- look-up ---- */

uint32_t dhcp_lease_by_ip(const struct dhcp_leases *t, uint32_t ip) {
    uint32_t index = *ip_head(t, ip);
    while (index != DHCP_NONE && dhcp_lease_at(t, index)->ip != ip)
        index = dhcp_lease_at(t, index)->ip_next;
    return index;
}

uint32_t dhcp_lease_next(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac, uint32_t from,
                         uint32_t but) {
    uint32_t index = from == DHCP_NONE ? *mac_head(t, mac) : dhcp_lease_at(t, from)->mac_next;
    for (; index != DHCP_NONE; index = dhcp_lease_at(t, index)->mac_next) {
        const struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (index != but && e->scope == scope && pxed_hwaddr_eq(&e->mac, mac))
            return index;
    }
    return DHCP_NONE;
}

uint32_t dhcp_lease_by_mac(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac) {
    static const uint8_t rank[DHCP_STATE_COUNT] = {[DHCP_BOUND] = 3, [DHCP_OFFERED] = 2, [DHCP_EXPIRED] = 1};
    uint32_t best = DHCP_NONE, index = DHCP_NONE;
    uint8_t top = 0;
    while ((index = dhcp_lease_next(t, scope, mac, index, DHCP_NONE)) != DHCP_NONE) {
        const struct dhcp_lease *e = dhcp_lease_at(t, index);
        uint8_t mine = rank[e->state];
        if (mine > top || (mine > 0 && mine == top && e->until > dhcp_lease_at(t, best)->until)) {
            best = index;
            top = mine;
        }
    }
    return best;
}

bool dhcp_lease_open_to(const struct dhcp_lease *lease, const struct pxed_hwaddr *mac, uint64_t now) {
    bool own = pxed_hwaddr_eq(&lease->mac, mac);
    switch ((enum dhcp_lease_state)lease->state) {
    case DHCP_DECLINED:
        return lease->until <= now;
    case DHCP_OFFERED:
    case DHCP_BOUND:
        return own || (lease->until <= now && !lease->pending);
    default:
        return own || !lease->pending;
    }
}

/* ---- transitions ---- */

void dhcp_leases_tick(struct dhcp_leases *t, unsigned scope, uint64_t now) {
    static const enum dhcp_lease_state ending[] = {DHCP_OFFERED, DHCP_BOUND, DHCP_DECLINED};
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
        struct dhcp_list *list = &t->scopes[scope].lists[ending[i]];
        for (int n = 0; n < TICK && list->oldest != DHCP_NONE; n++) {
            struct dhcp_lease *e = dhcp_lease_at(t, list->oldest);
            if (e->until > now || e->pending)
                break;
            move(t, list->oldest, DHCP_EXPIRED);
        }
    }
}

static bool usable(const struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                   const struct dhcp_reserved *reserved) {
    return dhcp_scope_has(&t->scopes[scope], ip) && !reserved->by_other(reserved->arg, ip, mac);
}

/* An address that nobody has had yet. The cursor goes round, so each costs its look-up once in a while. */
static uint32_t pick_fresh(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                           const struct dhcp_reserved *reserved) {
    struct dhcp_scope *s = &t->scopes[scope];
    unsigned tries = SCAN;
    for (unsigned i = 0; i < s->n_pools && s->in_use < s->size; i++) {
        struct dhcp_pool *pool = &s->pools[i];
        uint64_t size = (uint64_t)pool->last - pool->first + 1;
        for (uint64_t n = 0; n < size && tries > 0; n++, tries--) {
            uint32_t ip = pool->first + pool->cursor;
            pool->cursor = pool->cursor + 1 < size ? pool->cursor + 1 : 0;
            if (dhcp_lease_by_ip(t, ip) == DHCP_NONE && usable(t, scope, ip, mac, reserved))
                return ip;
        }
    }
    return 0;
}

/* The address that was free longest. One that is kept for another host is passed over and looked at again last. */
static uint32_t pick_expired(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                             const struct dhcp_reserved *reserved) {
    struct dhcp_scope *s = &t->scopes[scope];
    for (int n = 0; n < EXPIRED_TRIES && s->lists[DHCP_EXPIRED].oldest != DHCP_NONE; n++) {
        uint32_t index = s->lists[DHCP_EXPIRED].oldest;
        struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (dhcp_scope_pooled(s, e->ip) && !e->pending && usable(t, scope, e->ip, mac, reserved))
            return e->ip;
        move(t, index, DHCP_EXPIRED);
    }
    return 0;
}

uint32_t dhcp_lease_pick(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, bool evict, uint64_t now) {
    dhcp_leases_tick(t, scope, now);
    uint32_t ip = pick_fresh(t, scope, mac, reserved);
    if (ip == 0)
        ip = pick_expired(t, scope, mac, reserved);
    uint32_t oldest = t->scopes[scope].lists[DHCP_OFFERED].oldest;
    if (ip != 0 || !evict || oldest == DHCP_NONE)
        return ip;
    const struct dhcp_lease *e = dhcp_lease_at(t, oldest);
    if (e->pending || !dhcp_scope_pooled(&t->scopes[scope], e->ip) || !usable(t, scope, e->ip, mac, reserved))
        return 0;
    ip = e->ip;
    dhcp_lease_expire(t, oldest, now);
    return ip;
}

uint32_t dhcp_lease_hold(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                         uint64_t now) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (index == DHCP_NONE) {
        index = entry_new(t);
        if (index == DHCP_NONE)
            return DHCP_NONE;
        struct dhcp_lease *e = dhcp_lease_at(t, index);
        e->ip = ip;
        e->mac = *mac;
        e->scope = (uint8_t)scope;
        link_ip(t, index);
        link_mac(t, index);
        list_add(t, index, DHCP_OFFERED);
        t->scopes[scope].in_use += dhcp_scope_pooled(&t->scopes[scope], ip);
    } else {
        struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (!pxed_hwaddr_eq(&e->mac, mac)) {
            unlink_mac(t, index);
            e->mac = *mac;
            e->name_len = 0;
            e->kept = e->on_disk = e->unsaved = e->cleared = false;
            link_mac(t, index);
        }
        move(t, index, DHCP_OFFERED);
    }
    dhcp_lease_at(t, index)->until = now + DHCP_HOLD_MS;
    return index;
}

static void set_name(struct dhcp_lease *e, struct pxed_slice name) {
    if (name.len > DHCP_NAME_MAX)
        name.len = 0;
    if (name.len > 0)
        memcpy(e->name, name.ptr, name.len);
    e->name_len = (uint8_t)name.len;
}

void dhcp_lease_bind(struct dhcp_leases *t, uint32_t index, uint64_t until, struct pxed_slice name) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    move(t, index, DHCP_BOUND);
    e->until = until;
    if (name.ptr)
        set_name(e, name);
}

void dhcp_lease_expire(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    dhcp_lease_at(t, index)->until = now;
    move(t, index, DHCP_EXPIRED);
}

void dhcp_lease_decline(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_scope *scope = &t->scopes[e->scope];
    unlink_mac(t, index);
    e->mac = (struct pxed_hwaddr){0};
    e->name_len = 0;
    e->kept = e->on_disk = e->cleared = false;
    move(t, index, DHCP_DECLINED);
    e->until = now + DHCP_QUARANTINE_MS;
    uint64_t limit = scope->size / 10 > 0 ? scope->size / 10 : 1;
    if (scope->lists[DHCP_DECLINED].n > limit)
        dhcp_lease_expire(t, scope->lists[DHCP_DECLINED].oldest, now);
}

enum dhcp_lease_state dhcp_lease_after(const struct dhcp_lease *other) {
    return other->state == DHCP_EXPIRED ? DHCP_FREE : DHCP_EXPIRED;
}

void dhcp_lease_settle(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    uint32_t next = dhcp_lease_next(t, e->scope, &e->mac, DHCP_NONE, index);
    while (next != DHCP_NONE) {
        uint32_t other = next;
        next = dhcp_lease_next(t, e->scope, &e->mac, other, index);
        if (dhcp_lease_at(t, other)->pending)
            continue;
        if (dhcp_lease_after(dhcp_lease_at(t, other)) == DHCP_FREE)
            dhcp_lease_drop(t, other);
        else
            dhcp_lease_expire(t, other, now);
    }
}

bool dhcp_lease_restore(struct dhcp_leases *t, uint32_t ip, const struct pxed_hwaddr *mac, enum dhcp_lease_state state,
                        uint64_t until, bool kept, struct pxed_slice name) {
    unsigned scope = 0;
    while (scope < t->n_scopes && !dhcp_scope_has(&t->scopes[scope], ip))
        scope++;
    if (scope == t->n_scopes || dhcp_lease_by_ip(t, ip) != DHCP_NONE)
        return false;
    uint32_t index = dhcp_lease_hold(t, scope, ip, mac, 0);
    if (index == DHCP_NONE)
        return false;
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    set_name(e, name);
    move(t, index, state);
    e->until = until;
    e->kept = kept;
    e->on_disk = true;
    return true;
}

void dhcp_lease_undo(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    if (e->state != DHCP_OFFERED)
        return;
    if (e->on_disk)
        dhcp_lease_expire(t, index, now);
    else
        dhcp_lease_drop(t, index);
}
