/* The entries of the lease table and how they are found. Pure: memory, clock and randomness come from the caller.
 *
 * One entry per address that was ever given out; a machine (its hardware address) has one address per scope, kept
 * across ROM, loader, installer and system. An entry is in exactly one list of its scope, oldest first, so that each
 * packet costs a bounded number of steps, however large the pool:
 *   OFFERED   held for a client that was sent an OFFER      BOUND     a lease on stable storage
 *   EXPIRED   free, but its last owner gets it back first   DECLINED  found in use by another machine
 * A declined entry has no machine. Times are milliseconds of the monotonic clock. Addresses are in host order. */
#pragma once

#include "scope.h"

enum { DHCP_NAME_MAX = 63 };
#define DHCP_NONE UINT32_MAX

struct dhcp_lease {
    uint64_t until; /* end of the lease, of the hold or of the quarantine */
    void *pending;  /* set by the I/O layer: a commit of this entry is running, so it must not move */
    uint32_t ip;
    uint32_t mac_next, ip_next; /* hash chains */
    uint32_t older, newer;      /* neighbours in the state's list */
    struct pxed_hwaddr mac;
    uint16_t scope;
    uint8_t state;
    uint8_t name_len;
    bool pooled;   /* its address lies in a pool */
    bool declared; /* its machine was a declared host when it got it */
    bool kept;     /* given because ip= reserves it for this machine's host */
    bool on_disk;  /* the store has a record of this machine at this address */
    bool unsaved;  /* set by the I/O layer: the store differs from the table and is to be written when it can */
    bool cleared;  /* this machine may have it without a (further) probe */
    bool looking;  /* held while it is probed whether another machine has it: no ACK before the end of that */
    char name[DHCP_NAME_MAX]; /* as accepted by dhcp_hostname() */
};

/* Memory of a table: `cap` entries, and two arrays of `heads` (a power of two). Owned by the caller. */
struct dhcp_memory {
    struct dhcp_lease *entries;
    uint32_t cap;
    uint32_t *mac_heads, *ip_heads;
    uint32_t heads;
};

struct dhcp_ahead;

struct dhcp_leases {
    struct dhcp_memory memory;
    uint32_t used;  /* entries below this index have been used */
    uint32_t spare; /* chain of dropped entries, linked by `newer` */
    uint32_t n;     /* live entries */
    uint64_t seed;  /* of the hash: prevents hostile MACs from choosing their chain */
    struct dhcp_scope *scopes;
    unsigned n_scopes;
    struct dhcp_ahead *ahead; /* NULL: addresses are given without a probe, unless leases are in doubt */
};

/* `scopes` are completed by dhcp_scope_add_pool first. The memory's entries need no initialisation. */
void dhcp_leases_init(struct dhcp_leases *t, struct dhcp_memory memory, struct dhcp_scope *scopes, unsigned n_scopes,
                      uint64_t seed);
/* Is there room for `n` more entries without growing? */
bool dhcp_leases_room(const struct dhcp_leases *t, uint32_t n);
/* Moves to larger memory, whose entries already hold a copy of the old ones; indices stay valid. */
void dhcp_leases_grow(struct dhcp_leases *t, struct dhcp_memory memory);

/* Index of the entry, or DHCP_NONE. By MAC: bound before offered before expired. */
uint32_t dhcp_lease_by_ip(const struct dhcp_leases *t, uint32_t ip);
uint32_t dhcp_lease_by_mac(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac);
/* Another entry of the same machine and scope after `from` (DHCP_NONE: the first one), skipping `but`. */
uint32_t dhcp_lease_next(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac, uint32_t from,
                         uint32_t but);
static inline struct dhcp_lease *dhcp_lease_at(const struct dhcp_leases *t, uint32_t index) {
    return &t->memory.entries[index];
}

/* A new entry, in the state OFFERED; DHCP_NONE without room. */
uint32_t dhcp_lease_add(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac);
void dhcp_lease_drop(struct dhcp_leases *t, uint32_t index);
/* Puts it at the newest end of the list of `state`. */
void dhcp_lease_move(struct dhcp_leases *t, uint32_t index, enum dhcp_lease_state state);
/* Its machine is a declared host, or is not. */
void dhcp_lease_declare(struct dhcp_leases *t, uint32_t index, bool declared);
/* Gives it to another machine, or with an unset `mac` to none. */
void dhcp_lease_reassign(struct dhcp_leases *t, uint32_t index, const struct pxed_hwaddr *mac);
