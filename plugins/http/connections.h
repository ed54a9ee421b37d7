/* All connections: idle ones, timeouts, and shutdown. */
#pragma once

#include "http_state.h"

/* Closes the idle connection that has waited longest; false when there is none. */
bool http_conns_evict(struct http *h);
void http_conns_tick(struct http *h);  /* timeouts */
void http_conns_drain(struct http *h); /* closes what is idle */
void http_conns_end(struct http *h);   /* closes all */
