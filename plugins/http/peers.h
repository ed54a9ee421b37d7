/* The connections of each peer address: how many, and which of them wait for a request, in the order in which they
 * began to. Pure: a fixed table, open addressing. */
#pragma once

#include "pxed/addr.h"
#include "pxed/queue.h"

enum { HTTP_PEER_SLOTS = 8192 }; /* a power of two, at least twice the maximum number of connections */

/* The queues that a connection waits in. */
enum { HTTP_OF_ALL, HTTP_OF_PEER };

struct http_peers {
    uint64_t seed; /* random: a peer cannot choose its bucket */
    struct pxed_queue waiting;
    struct {
        struct pxed_addr addr;
        uint16_t count; /* 0: free */
        struct pxed_queue waiting;
    } slots[HTTP_PEER_SLOTS];
};

/* Counts one more; false, counting nothing, if the address already has `limit` or the table is full. */
bool http_peers_enter(struct http_peers *p, const struct pxed_addr *addr, unsigned limit);
void http_peers_leave(struct http_peers *p, const struct pxed_addr *addr);
unsigned http_peers_count(const struct http_peers *p, const struct pxed_addr *addr);

/* A connection of `addr`, which has entered, begins to wait for a request, or has ended to. */
void http_peers_wait(struct http_peers *p, const struct pxed_addr *addr, struct pxed_link *w);
void http_peers_heard(struct http_peers *p, const struct pxed_addr *addr, struct pxed_link *w);
/* Those of one address, or of all if `addr` is NULL; valid until the next call that changes `p`. */
const struct pxed_queue *http_peers_waiting(const struct http_peers *p, const struct pxed_addr *addr);
