/* The lease table: which address belongs to which machine. Pure: memory, clock and randomness come from the caller.
 *
 * One entry per address that was ever given out; a machine (its hardware address) has one address per scope, kept
 * across ROM, loader, installer and system. An entry is in exactly one list of its scope, oldest first, so that each
 * packet costs a bounded number of steps, however large the pool:
 *   OFFERED   held for a client that was sent an OFFER      BOUND     a lease on stable storage
 *   EXPIRED   free, but its last owner gets it back first   DECLINED  found in use by another machine
 * A declined entry has no machine. Times are milliseconds of the monotonic clock. Addresses are in host order. */
#pragma once

#include "pxed/addr.h"

enum {
    DHCP_POOLS = 8,           /* ranges per scope */
    DHCP_HOLD_MS = 60 * 1000, /* an OFFER reserves its address for so long */
    DHCP_QUARANTINE_MS = 600 * 1000,
    DHCP_NAME_MAX = 63,
};
#define DHCP_NONE UINT32_MAX

enum dhcp_lease_state { DHCP_FREE, DHCP_OFFERED, DHCP_BOUND, DHCP_EXPIRED, DHCP_DECLINED, DHCP_STATE_COUNT };

struct dhcp_lease {
    uint64_t until; /* end of the lease, of the hold or of the quarantine */
    void *pending;  /* the I/O layer's: a commit of this entry is on its way; it stays where it is */
    uint32_t ip;
    uint32_t mac_next, ip_next; /* hash chains */
    uint32_t older, newer;      /* neighbours in the state's list */
    struct pxed_hwaddr mac;
    uint8_t state;
    uint8_t scope;
    uint8_t name_len;
    bool kept;    /* given because ip= kept it for this machine's host */
    bool on_disk; /* the store has a record of this machine at this address */
    bool unsaved; /* the I/O layer's: the store does not say what the table says; it is to be written when it can */
    bool cleared; /* looked at: no other machine had it when this one was to get it */
    char name[DHCP_NAME_MAX]; /* as dhcp_hostname() lets it through */
};

struct dhcp_list {
    uint32_t oldest, newest;
    uint32_t n;
};

struct dhcp_pool {
    uint32_t first, last;
    uint32_t cursor; /* offset of the next address to try */
};

/* One served network. */
struct dhcp_scope {
    uint32_t server; /* our address in it, also option 54 */
    uint8_t prefix;
    struct dhcp_pool pools[DHCP_POOLS];
    unsigned n_pools;
    uint64_t size;   /* addresses in its pools */
    uint64_t in_use; /* entries of them */
    struct dhcp_list lists[DHCP_STATE_COUNT];
    uint64_t rate_ms; /* token bucket of new machines under pressure */
    unsigned rate_tokens;
};

/* Memory of a table: `cap` entries, and two arrays of `heads` (a power of two). Owned by the caller. */
struct dhcp_memory {
    struct dhcp_lease *entries;
    uint32_t cap;
    uint32_t *mac_heads, *ip_heads;
    uint32_t heads;
};

/* Is `ip` kept for a machine other than `mac` (ip= of a host)? */
struct dhcp_reserved {
    bool (*by_other)(void *arg, uint32_t ip, const struct pxed_hwaddr *mac);
    void *arg;
};

struct dhcp_leases {
    struct dhcp_memory memory;
    uint32_t used;  /* entries below this index have been used */
    uint32_t spare; /* chain of dropped entries, linked by `newer` */
    uint32_t n;     /* live entries */
    uint64_t seed;  /* of the hash: keeps hostile MACs from choosing their chain */
    struct dhcp_scope *scopes;
    unsigned n_scopes;
};

/* `scopes` are completed by dhcp_scope_add_pool first. The memory's entries need no initialisation. */
void dhcp_leases_init(struct dhcp_leases *t, struct dhcp_memory memory, struct dhcp_scope *scopes, unsigned n_scopes,
                      uint64_t seed);
/* Is there room for `n` more entries without growing? */
bool dhcp_leases_room(const struct dhcp_leases *t, uint32_t n);
/* Moves to larger memory, whose entries already hold a copy of the old ones; indices stay valid. */
void dhcp_leases_grow(struct dhcp_leases *t, struct dhcp_memory memory);

/* The part of first..last that lies in the scope's network, without network, broadcast and server address. False when
 * nothing is left or the scope has DHCP_POOLS ranges. */
bool dhcp_scope_add_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last);
bool dhcp_scope_has(const struct dhcp_scope *scope, uint32_t ip); /* is it a host address of this network? */
bool dhcp_scope_pooled(const struct dhcp_scope *scope, uint32_t ip);

/* Index of the entry, or DHCP_NONE. By MAC: bound before offered before expired. */
uint32_t dhcp_lease_by_ip(const struct dhcp_leases *t, uint32_t ip);
uint32_t dhcp_lease_by_mac(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac);
/* Another entry of the same machine and scope after `from` (DHCP_NONE: the first one), skipping `but`. */
uint32_t dhcp_lease_next(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac, uint32_t from,
                         uint32_t but);
static inline struct dhcp_lease *dhcp_lease_at(const struct dhcp_leases *t, uint32_t index) {
    return &t->memory.entries[index];
}

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
void dhcp_lease_drop(struct dhcp_leases *t, uint32_t index);
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

/* May one more unknown machine be offered an address? Only when offers that nobody took hold more than half of the
 * pool (a flood), new ones are counted out at 20 a second. */
bool dhcp_scope_admits(struct dhcp_scope *scope, uint64_t now);
