/* All connections: idle ones, timeouts, and shutdown. */
#pragma once

#include "http_state.h"

/* Closes the connection that has waited longest for a request, of all or, if `addr` is set, of one address. Without
 * one, if of all: the one whose client has taken nothing for longest. False: there is none. */
bool http_conns_evict(struct http *h, const struct pxed_addr *addr);
/* Before one more of this address: closes its oldest that waits, if it has too many. */
void http_conns_room(struct http *h, const struct pxed_addr *addr);
void http_conns_tick(struct http *h);  /* timeouts */
void http_conns_drain(struct http *h); /* closes what is idle */
void http_conns_end(struct http *h);   /* closes all */
