/* Free addresses that were probed before a machine asks for one, so that its OFFER need not wait. Pure: who sends the
 * probes and hears the answers is the I/O layer; memory and clock come from the caller.
 *
 * Each pool has a list of them, oldest first. Nobody answers for half a second: the address is known to be free, and is
 * asked for again after five minutes. Somebody answers: it is kept back as long. The list is only a hint for choosing;
 * whether an address may be given says the lease table. */
#pragma once

#include "leases.h"

enum {
    DHCP_AHEAD_ALL = 8192,         /* of all pools */
    DHCP_AHEAD_POOL = 256,         /* of one */
    DHCP_AHEAD_STEP = 64,          /* questions in one step */
    DHCP_AHEAD_AGAIN_MS = 200,     /* the second and last question, in case the first was lost */
    DHCP_AHEAD_END_MS = 300,       /* after it; without an answer by then the address is free */
    DHCP_AHEAD_TICK_MS = 50,       /* between two steps while there is something to ask */
    DHCP_AHEAD_REST_MS = 60 * 1000 /* else */
};

struct dhcp_ahead_entry {
    uint64_t asked_at; /* the last question */
    uint64_t free_at;  /* end of the last round without an answer */
    uint64_t secret;   /* set by the I/O layer with each question */
    uint32_t ip;
    uint32_t ip_next;      /* hash chain; of an unused entry: the next unused one */
    uint32_t older, newer; /* neighbours in the list of its pool */
    uint16_t scope;
    uint8_t pool;
    uint8_t questions; /* of this round; 0: none runs */
    bool known;        /* a round has ended without an answer */
    bool held; /* somebody answered: it is in no list, and given to nobody but its last owner until asked again */
};

struct dhcp_ahead {
    struct dhcp_ahead_entry *entries; /* DHCP_AHEAD_ALL of them, zeroed; owned by the caller */
    uint32_t heads[DHCP_AHEAD_ALL / 8];
    uint32_t used, spare, n_held;
    uint32_t each;           /* wanted for a pool */
    unsigned next_scope;     /* where the search for a pool that lacks some goes on */
    bool begun;              /* a first round has ended: before it a machine waits rather than get an unknown address */
    bool lacking;            /* some were taken since the last step */
    struct dhcp_bucket wait; /* one token for each address taken, or machine that waits for a probe of its own */
    uint64_t burst_until;    /* nobody waits before */
};

/* `entries` as above. The scopes of `t` are complete. */
void dhcp_ahead_init(struct dhcp_ahead *a, struct dhcp_ahead_entry *entries, const struct dhcp_leases *t);
bool dhcp_ahead_has(const struct dhcp_ahead *a, uint32_t ip);

/* An address of the pools that a machine of this class gets: one that is known to be free, else one that is being asked
 * for; it leaves the list. 0: none. `*ret_known` says which. */
uint32_t dhcp_ahead_take(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, uint64_t now, bool *ret_known);
/* May one more machine wait for a probe of its own? Not while many come at once: then addresses are given unasked. */
bool dhcp_ahead_may_wait(struct dhcp_ahead *a, uint64_t now);

/* What is to be done at this time: ends rounds, begins others, and writes the entries to ask for to `ret_ask`. Returns
 * their number; `*ret_ms`: the next step is due then. `reserved` is for no machine. */
unsigned dhcp_ahead_step(struct dhcp_leases *t, struct dhcp_reserved reserved, uint64_t now,
                         struct dhcp_ahead_entry *ret_ask[static DHCP_AHEAD_STEP], uint64_t *ret_ms);
/* Somebody answers from this address: it is given to no other machine than its last owner, who may be the one. False if
 * it was not being asked for. */
bool dhcp_ahead_answered(struct dhcp_leases *t, uint32_t ip, uint64_t now);
/* The entry of an address, or NULL. */
struct dhcp_ahead_entry *dhcp_ahead_find(const struct dhcp_ahead *a, uint32_t ip);
