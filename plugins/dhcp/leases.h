/* Which address a machine gets, and what becomes of it: the transitions of the lease table's entries. Pure. */
#pragma once

#include "lease_table.h"

enum {
    DHCP_HOLD_MS = 60 * 1000, /* an OFFER reserves its address for so long */
    DHCP_QUARANTINE_MS = 600 * 1000,
};

/* Is `ip` kept for a machine other than `mac` (ip= of a host)? */
struct dhcp_reserved {
    bool (*by_other)(void *arg, uint32_t ip, const struct pxed_hwaddr *mac);
    void *arg;
};

/* Lets what is over be over: ended offers, leases and quarantines become EXPIRED, a few per call. */
void dhcp_leases_tick(struct dhcp_leases *t, unsigned scope, uint64_t now);
/* May `mac` have this entry's address: nobody holds it, or it is its own? */
bool dhcp_lease_open_to(const struct dhcp_lease *lease, const struct pxed_hwaddr *mac, uint64_t now);

/* A free address of the pools for a machine that has none: a fresh one, else the one that was free longest, else (if
 * `evict`) the one of the oldest unanswered OFFER. 0: none. */
uint32_t dhcp_lease_pick(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, bool evict, uint64_t now);
/* Holds `ip` for `mac` as OFFERED. The address must be free for it. DHCP_NONE without room (dhcp_leases_room). */
uint32_t dhcp_lease_hold(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac,
                         uint64_t now);
void dhcp_lease_bind(struct dhcp_leases *t, uint32_t index, uint64_t until, struct pxed_slice name);
void dhcp_lease_expire(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* Quarantine; when more than a tenth of the pool is in it the oldest one ends, so that no client can burn the pool. */
void dhcp_lease_decline(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* The machine of `index` has settled there: its other entries of the scope lose it. A lease or offer is free but
 * remembered, an older memory is dropped: so a machine that asks for address after address keeps two at most. */
void dhcp_lease_settle(struct dhcp_leases *t, uint32_t index, uint64_t now);
/* What dhcp_lease_settle makes of another entry: DHCP_EXPIRED, or DHCP_FREE when it is dropped. */
enum dhcp_lease_state dhcp_lease_after(const struct dhcp_lease *other);

/* An entry from the store. Call in order of `until`, oldest first. False when its address lies in no scope or is there
 * already. */
bool dhcp_lease_restore(struct dhcp_leases *t, uint32_t ip, const struct pxed_hwaddr *mac, enum dhcp_lease_state state,
                        uint64_t until, bool kept, struct pxed_slice name);
/* What was held for a machine could not be stored: a memory of what is on disk stays, anything else is dropped. A lease
 * that is alive is not touched. */
void dhcp_lease_undo(struct dhcp_leases *t, uint32_t index, uint64_t now);
