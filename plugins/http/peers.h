/* The number of connections of each peer address. Pure: a fixed table, open addressing. */
#pragma once

#include "pxed/addr.h"

enum { HTTP_PEER_SLOTS = 8192 }; /* a power of two, at least twice the maximum number of connections */

struct http_peers {
    uint64_t seed; /* random: a peer cannot choose its bucket */
    struct {
        struct pxed_addr addr;
        uint16_t count; /* 0: free */
    } slots[HTTP_PEER_SLOTS];
};

/* Counts one more; false, counting nothing, if the address already has `limit` or the table is full. */
bool http_peers_enter(struct http_peers *p, const struct pxed_addr *addr, unsigned limit);
void http_peers_leave(struct http_peers *p, const struct pxed_addr *addr);
unsigned http_peers_count(const struct http_peers *p, const struct pxed_addr *addr);
