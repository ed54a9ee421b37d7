/* Chooses the address of a machine, and makes the transitions of the lease table's entries. Pure. */
#pragma once

#include "lease_table.h"

enum {
    DHCP_HOLD_MS = 60 * 1000, /* an OFFER reserves its address for this long */
    DHCP_QUARANTINE_MS = 600 * 1000,
};

/* Whom addresses are kept for. */
struct dhcp_reserved {
    bool (*by_other)(void *arg, uint32_t ip, const struct pxed_hwaddr *mac); /* another machine than `mac`: its ip= */
    void *arg;
    unsigned class; /* of the machine that asks, as in dhcp_pool; 0: none */
};

/* Expires ended offers, leases and quarantines, a few per call. */
void dhcp_leases_tick(struct dhcp_leases *t, unsigned scope, uint64_t now);
/* May `mac` have this entry's address: is it free, or its own? */
bool dhcp_lease_open_to(const struct dhcp_lease *lease, const struct pxed_hwaddr *mac, uint64_t now);

/* May it be given to `mac`, as far as pools and reservations go? */
bool dhcp_lease_usable(const struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                       const struct dhcp_reserved *reserved);
/* A free address of the pools for a machine without one: one that was probed ahead of time (`*ret_known`), else a fresh
 * one, else the one that has been free longest, else (if `evict`) the one of the oldest unanswered OFFER. 0: none. */
uint32_t dhcp_lease_pick(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, bool evict, uint64_t now, bool *ret_known);
/* A free address for machines that get theirs from this pool, to be probed ahead of time. 0: none. */
uint32_t dhcp_lease_spare(struct dhcp_leases *t, unsigned scope, unsigned pool, struct dhcp_reserved reserved);
/* Holds `ip` for `mac` as OFFERED. The address must be free for it. DHCP_NONE without room (dhcp_leases_room). */
uint32_t dhcp_lease_hold(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                         uint64_t now);
void dhcp_lease_bind(struct dhcp_leases *t, uint32_t index, uint64_t until, struct pxed_slice name);
void dhcp_lease_expire(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* Quarantines it; if more than a tenth of the pool is quarantined the oldest one is released, so that no client can use
 * up the pool. */
void dhcp_lease_decline(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* A probe of an address that was held for `mac` meanwhile (lease->looking) has ended: another machine has it, so it is
 * quarantined (true), or `mac` may have it. Nothing happens if it is held for it no more. */
bool dhcp_lease_looked(struct dhcp_leases *t, uint32_t ip, const struct pxed_hwaddr *mac, bool taken, uint64_t now);
/* The machine of `index` uses that address: its other entries of the scope lose it. A lease or offer becomes free but
 * is remembered, an older memory is dropped: so a machine that asks for one address after another has at most two. */
void dhcp_lease_settle(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* What dhcp_lease_settle turns another entry into: DHCP_EXPIRED, or DHCP_FREE if it is dropped. */
enum dhcp_lease_state dhcp_lease_after(const struct dhcp_lease *other);

/* An entry from the store. Call in order of `until`, oldest first. False when its address does not lie in the scope or
 * is there already. */
bool dhcp_lease_restore(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                        enum dhcp_lease_state state, uint64_t until, bool kept, struct pxed_slice name);
/* A machine's hold could not be stored: the entry goes back to what is on disk, or is dropped. A lease in force is not
 * changed. */
void dhcp_lease_undo(struct dhcp_leases *t, uint32_t index, uint64_t now);
