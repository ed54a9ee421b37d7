/* What a machine has already, whether it may have an address, and for how long. Pure. */
#include "claim.h"

#include "ahead.h"

enum {
    LEASE_MIN_MS = 120 * 1000,
    SHORT_MS = 300 * 1000, /* of undeclared machines when the pool gets tight */
    LEAST_MS = 1000,       /* option 51 counts seconds: a shorter lease has ended */
};

struct dhcp_scope *dhcp_scope_of(struct dhcp_leases *t, const struct dhcp_query *q) {
    return &t->scopes[q->scope];
}

/* Option 51 of the client counts if it asks for less than we give. */
static uint64_t wanted_time(const struct dhcp_query *q, const struct dhcp_scope *scope) {
    uint32_t asked;
    uint64_t most = q->lease_ms;
    if (q->host == NULL && dhcp_scope_tight(scope) && most > SHORT_MS)
        most = SHORT_MS;
    if (!dhcp_get_u32(q->m, DHCP_OPT_LEASE_TIME, &asked) || (uint64_t)asked * 1000 >= most)
        return most;
    uint64_t least = most < LEASE_MIN_MS ? most : LEASE_MIN_MS;
    return (uint64_t)asked * 1000 < least ? least : (uint64_t)asked * 1000;
}

uint32_t dhcp_own_lease(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (index == DHCP_NONE || !pxed_hwaddr_eq(&dhcp_lease_at(t, index)->mac, &q->facts->seen.mac))
        return DHCP_NONE;
    return index;
}

bool dhcp_allowed(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    const struct dhcp_scope *scope = dhcp_scope_of(t, q);
    if (!dhcp_scope_has(scope, ip))
        return false;
    if (ip == dhcp_scope_reserved(q->host, scope))
        return true;
    /* What it has it keeps: the class of a machine is another once its system runs. */
    bool open = dhcp_scope_open(scope, ip, q->reserved.class) ||
                (dhcp_scope_pooled(scope, ip) && dhcp_own_lease(t, q, ip) != DHCP_NONE);
    return open && !q->reserved.by_other(q->reserved.arg, ip, &q->facts->seen.mac);
}

/* Does this machine have a lease in force, as recorded on disk? */
bool dhcp_alive(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_own_lease(t, q, ip);
    if (index == DHCP_NONE)
        return false;
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    return e->state == DHCP_BOUND && !e->unsaved && e->until >= q->now + LEAST_MS;
}

/* An unwritten lease is never longer than on disk, except for a host's own ip=, which is in the host file. */
uint64_t dhcp_time_for(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint64_t time = wanted_time(q, dhcp_scope_of(t, q));
    if (!q->cannot_write || ip == dhcp_scope_reserved(q->host, dhcp_scope_of(t, q)) || !dhcp_alive(t, q, ip))
        return time;
    uint64_t left = dhcp_lease_at(t, dhcp_own_lease(t, q, ip))->until - q->now;
    return left < time ? left : time;
}

/* Which port of which relay it came from, as a number; 0: no relay says (RFC 3046 3.1). */
static uint64_t circuit_of(const struct dhcp_query *q) {
    struct pxed_slice id;
    if (q->m->giaddr == 0 || !dhcp_tlv_find(q->m->options[DHCP_OPT_RELAY], true, DHCP_RELAY_CIRCUIT, &id))
        return 0;
    return pxed_hash(id.ptr, id.len, q->m->giaddr) | 1;
}

/* May a machine without an address have one? */
enum pxed_reason dhcp_admits(struct dhcp_leases *t, const struct dhcp_query *q) {
    return q->host ? PXED_WHY_OK : dhcp_scope_admits(dhcp_scope_of(t, q), circuit_of(q), q->now);
}

/* Does it hold an address of the pool already, by an OFFER or a lease? */
bool dhcp_holds(const struct dhcp_leases *t, uint32_t own, uint64_t now) {
    if (own == DHCP_NONE)
        return false;
    const struct dhcp_lease *e = dhcp_lease_at(t, own);
    return e->state != DHCP_EXPIRED && (e->until > now || e->pending);
}

bool dhcp_is_free(const struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    return index == DHCP_NONE || dhcp_lease_open_to(dhcp_lease_at(t, index), &q->facts->seen.mac, q->now);
}

bool dhcp_is_orphaned(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (index == DHCP_NONE)
        return false;
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    bool kept = e->kept || !dhcp_scope_pooled(dhcp_scope_of(t, q), ip);
    return e->state == DHCP_BOUND && !e->pending && kept && q->reserved.by_other(q->reserved.arg, ip, &e->mac);
}

bool dhcp_is_siblings(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (index == DHCP_NONE || dhcp_is_free(t, q, ip) || ip != dhcp_scope_reserved(q->host, dhcp_scope_of(t, q)))
        return false;
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    if (q->reserved.by_other(q->reserved.arg, ip, &q->facts->seen.mac))
        return false;
    return !e->pending && !pxed_hwaddr_eq(&e->mac, &q->facts->seen.mac) && pxed_host_has(q->host, &e->mac);
}

bool dhcp_sibling_gave_way(const struct dhcp_query *q, uint32_t ip) {
    return q->facts->seen.boots || (q->known.ip == ip && !q->known.taken);
}

bool dhcp_looked_at(const struct dhcp_query *q, uint32_t ip) {
    return q->known.ip == ip && !q->known.early;
}

bool dhcp_is_doubtful(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(t, ip);
    if (!q->doubt || index == DHCP_NONE || dhcp_own_lease(t, q, ip) == DHCP_NONE)
        return q->doubt;
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    return !e->pending && !e->cleared && !dhcp_alive(t, q, ip);
}

bool dhcp_to_look_at(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t own = dhcp_own_lease(t, q, ip);
    const struct dhcp_lease *e = own == DHCP_NONE ? NULL : dhcp_lease_at(t, own);
    if (q->doubt)
        return dhcp_is_doubtful(t, q, ip);
    if (!t->ahead || q->cannot_write || dhcp_looked_at(q, ip) ||
        ip == dhcp_scope_reserved(q->host, dhcp_scope_of(t, q)))
        return false;
    if (e && (e->looking || e->state != DHCP_OFFERED || e->pending || e->cleared))
        return e->looking;
    return q->known.probes > 0 || dhcp_ahead_may_wait(t->ahead, q->now);
}
