/* Chooses the address of a machine and changes its state. */
#include "leases.h"

#include "ahead.h"

enum {
    TICK = 8,         /* entries that one packet may let expire */
    SCAN = 4096,      /* addresses that one packet may try */
    SCAN_AHEAD = 256, /* the same for one that nobody waits for: the search goes on later */
    EXPIRED_TRIES = 16,
};

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
            dhcp_lease_move(t, list->oldest, DHCP_EXPIRED);
        }
    }
}

bool dhcp_lease_usable(const struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                       const struct dhcp_reserved *reserved) {
    return dhcp_scope_has(&t->scopes[scope], ip) && dhcp_scope_open(&t->scopes[scope], ip, reserved->class) &&
           !reserved->by_other(reserved->arg, ip, mac);
}

/* The same, and not on the list of those that are probed ahead of time. */
static bool lease_loose(const struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                        const struct dhcp_reserved *reserved) {
    return (!t->ahead || !dhcp_ahead_has(t->ahead, ip)) && dhcp_lease_usable(t, scope, ip, mac, reserved);
}

/* An address of a pool that was never given. The cursor wraps around, so each address is rarely looked up. */
static uint32_t fresh_of(struct dhcp_leases *t, unsigned scope, struct dhcp_pool *pool, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, unsigned *tries) {
    uint64_t size = (uint64_t)pool->last - pool->first + 1;
    for (uint64_t n = 0; *tries > 0 && n < size; n++, --*tries) {
        uint32_t ip = pool->first + pool->cursor;
        pool->cursor = pool->cursor + 1 < size ? pool->cursor + 1 : 0;
        if (dhcp_lease_by_ip(t, ip) == DHCP_NONE && lease_loose(t, scope, ip, mac, reserved))
            return ip;
    }
    return 0;
}

static uint32_t pick_fresh(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                           const struct dhcp_reserved *reserved) {
    struct dhcp_scope *s = &t->scopes[scope];
    unsigned tries = SCAN;
    uint32_t ip = 0;
    for (unsigned i = 0; i < s->n_pools && s->in_use < s->size && ip == 0; i++)
        if (dhcp_scope_open(s, s->pools[i].first, reserved->class))
            ip = fresh_of(t, scope, &s->pools[i], mac, reserved, &tries);
    return ip;
}

/* The address that has been free longest. One reserved for another host is skipped and considered last. */
static uint32_t pick_expired(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                             const struct dhcp_reserved *reserved) {
    struct dhcp_scope *s = &t->scopes[scope];
    for (int n = 0; n < EXPIRED_TRIES && s->lists[DHCP_EXPIRED].oldest != DHCP_NONE; n++) {
        uint32_t index = s->lists[DHCP_EXPIRED].oldest;
        struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (!e->pending && lease_loose(t, scope, e->ip, mac, reserved))
            return e->ip;
        dhcp_lease_move(t, index, DHCP_EXPIRED);
    }
    return 0;
}

uint32_t dhcp_lease_spare(struct dhcp_leases *t, unsigned scope, unsigned pool, struct dhcp_reserved reserved) {
    static const struct pxed_hwaddr nobody;
    struct dhcp_scope *s = &t->scopes[scope];
    unsigned tries = SCAN_AHEAD;
    reserved.class = s->pools[pool].class;
    uint32_t ip = s->in_use < s->size ? fresh_of(t, scope, &s->pools[pool], &nobody, &reserved, &tries) : 0;
    return ip ? ip : pick_expired(t, scope, &nobody, &reserved);
}

uint32_t dhcp_lease_pick(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, bool evict, uint64_t now, bool *ret_known) {
    *ret_known = false;
    dhcp_leases_tick(t, scope, now);
    uint32_t ip = t->ahead ? dhcp_ahead_take(t, scope, mac, reserved, now, ret_known) : 0;
    if (ip == 0)
        ip = pick_fresh(t, scope, mac, reserved);
    if (ip == 0)
        ip = pick_expired(t, scope, mac, reserved);
    uint32_t oldest = t->scopes[scope].lists[DHCP_OFFERED].oldest;
    if (ip != 0 || !evict || oldest == DHCP_NONE)
        return ip;
    const struct dhcp_lease *e = dhcp_lease_at(t, oldest);
    if (e->pending || !dhcp_lease_usable(t, scope, e->ip, mac, reserved))
        return 0;
    ip = e->ip;
    dhcp_lease_expire(t, oldest, now);
    return ip;
}

uint32_t dhcp_lease_hold(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                         uint64_t now) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (index == DHCP_NONE) {
        index = dhcp_lease_add(t, scope, ip, mac);
        if (index == DHCP_NONE)
            return DHCP_NONE;
    } else {
        struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (!pxed_hwaddr_eq(&e->mac, mac)) {
            dhcp_lease_reassign(t, index, mac);
            e->unsaved = false;
        }
        dhcp_lease_move(t, index, DHCP_OFFERED);
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
    dhcp_lease_move(t, index, DHCP_BOUND);
    e->until = until;
    if (name.ptr)
        set_name(e, name);
}

void dhcp_lease_expire(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    dhcp_lease_at(t, index)->until = now;
    dhcp_lease_move(t, index, DHCP_EXPIRED);
}

void dhcp_lease_decline(struct dhcp_leases *t, uint32_t index, uint64_t now) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_scope *scope = &t->scopes[e->scope];
    dhcp_lease_reassign(t, index, &(struct pxed_hwaddr){0});
    dhcp_lease_move(t, index, DHCP_DECLINED);
    e->until = now + DHCP_QUARANTINE_MS;
    uint64_t limit = scope->size / 10 > 0 ? scope->size / 10 : 1;
    if (scope->lists[DHCP_DECLINED].n > limit)
        dhcp_lease_expire(t, scope->lists[DHCP_DECLINED].oldest, now);
}

bool dhcp_lease_looked(struct dhcp_leases *t, uint32_t ip, const struct pxed_hwaddr *mac, bool taken, uint64_t now) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    struct dhcp_lease *e = index == DHCP_NONE ? NULL : dhcp_lease_at(t, index);
    if (!e || !e->looking || e->pending || !pxed_hwaddr_eq(&e->mac, mac))
        return false;
    e->looking = false;
    e->cleared = !taken;
    if (taken)
        dhcp_lease_decline(t, index, now);
    return taken;
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

/* Behind the highest address that was ever given: below it few are fresh, so after a restart the first machine would
 * search them all. */
static void move_cursor(struct dhcp_scope *scope, uint32_t ip) {
    for (unsigned i = 0; i < scope->n_pools; i++) {
        struct dhcp_pool *pool = &scope->pools[i];
        if (ip >= pool->first && ip < pool->last && ip - pool->first >= pool->cursor)
            pool->cursor = ip - pool->first + 1;
    }
}

bool dhcp_lease_restore(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                        enum dhcp_lease_state state, uint64_t until, bool kept, struct pxed_slice name) {
    if (!dhcp_scope_has(&t->scopes[scope], ip) || dhcp_lease_by_ip(t, ip) != DHCP_NONE)
        return false;
    uint32_t index = dhcp_lease_hold(t, scope, ip, mac, 0);
    if (index == DHCP_NONE)
        return false;
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    set_name(e, name);
    dhcp_lease_move(t, index, state);
    e->until = until;
    e->kept = kept;
    e->on_disk = true;
    move_cursor(&t->scopes[scope], ip);
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
