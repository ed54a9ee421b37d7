/* A served network: its addresses, its pools, and which new machines are accepted under pressure. Pure. */
#pragma once

#include "pxed/model.h"
#include "pxed/reason.h"

enum { DHCP_POOLS = 8 }; /* ranges per scope */

enum dhcp_lease_state { DHCP_FREE, DHCP_OFFERED, DHCP_BOUND, DHCP_EXPIRED, DHCP_DECLINED, DHCP_STATE_COUNT };

/* Leases of one state; see lease_table.h. */
struct dhcp_list {
    uint32_t oldest, newest;
    uint32_t n;
};

struct dhcp_pool {
    uint32_t first, last;
    uint32_t cursor;        /* offset of the next address to try */
    unsigned class;         /* for members of this class alone; 0: for those of no class that has a pool here */
    struct dhcp_list ahead; /* free addresses that are probed ahead of time; see ahead.h */
    uint64_t dry_until;     /* no free address was found for it */
};

/* A token bucket; zeroed it is full. */
struct dhcp_bucket {
    uint64_t at; /* ms */
    unsigned tokens;
};

/* Takes one of `most` tokens that come back at `rate` a second. False: none is left. */
bool dhcp_bucket_take(struct dhcp_bucket *b, unsigned rate, unsigned most, uint64_t now);

enum { DHCP_CIRCUITS = 64 }; /* buckets for the circuits of relays; two circuits may share one */

/* One served network. */
struct dhcp_scope {
    uint32_t net; /* any address of it */
    uint8_t prefix;
    uint32_t server; /* our own address in it, which no machine gets; 0: none, it lies behind a relay */
    struct dhcp_pool pools[DHCP_POOLS];
    unsigned n_pools;
    uint64_t size;     /* addresses in its pools */
    uint64_t in_use;   /* entries of them */
    uint64_t live;     /* of these: offered, leased or quarantined */
    uint64_t declared; /* of these: held by a declared host */
    uint64_t floating; /* declared hosts without ip=, with or without a lease; set by the caller */
    struct dhcp_list lists[DHCP_STATE_COUNT];
    struct dhcp_bucket offers; /* new machines while many offers are unanswered */
    struct dhcp_bucket circuits[DHCP_CIRCUITS];
};

/* The part of first..last that lies in the scope's network, without network, broadcast and server address. False when
 * nothing is left or the scope has DHCP_POOLS ranges. */
bool dhcp_scope_add_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last);
/* The same for members of one class; added before the pools of the net. */
bool dhcp_scope_add_class_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last, unsigned class);
bool dhcp_scope_has(const struct dhcp_scope *scope, uint32_t ip);    /* is it a host address of this network? */
bool dhcp_scope_covers(const struct dhcp_scope *scope, uint32_t ip); /* of this network, ours and the net's own too? */
bool dhcp_scope_pooled(const struct dhcp_scope *scope, uint32_t ip);
/* Is it in a pool that a machine of this class (0: of none) gets a new address from? */
bool dhcp_scope_open(const struct dhcp_scope *scope, uint32_t ip, unsigned class);

/* May one more undeclared machine get an address? OK, or DHCP_RATE: if unanswered offers hold more than half of the
 * pool (a flood) new ones are limited to 20 per second, and once half of it is in use to 8 per second of one circuit,
 * which `circuit` is a hash of (0: none). Or DHCP_KEPT: what is left is kept for declared hosts without ip= that have
 * no lease yet, at most a quarter of the pool. */
enum pxed_reason dhcp_scope_admits(struct dhcp_scope *scope, uint64_t circuit, uint64_t now);
/* Is three quarters of the pool in use? Then leases of undeclared machines are short. */
bool dhcp_scope_tight(const struct dhcp_scope *scope);

/* The address that ip= reserves for this host in this network; 0: none. */
uint32_t dhcp_scope_reserved(const struct pxed_host *host, const struct dhcp_scope *scope);
