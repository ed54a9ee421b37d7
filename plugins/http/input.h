/* What a connection has received of its request: the buffer, the budget of all, and the queue of those that wait. */
#pragma once

#include "connection_state.h"

void http_input_begin(struct http_conn *c); /* its own small buffer, empty */
void http_input_end(struct http_conn *c);
/* Begins to wait for a request, or has ended to. A local socket's peer is never closed for others, so it does not
 * queue. */
void http_input_wait(struct http_conn *c, bool wait);
/* The connection holds the state of TLS from now on, or no longer. Of those without a whole request only so many may:
 * the oldest is closed. */
void http_input_tls(struct http_conn *c);
void http_input_no_tls(struct http_conn *c);
/* Room for at least one more byte of the request being read. False: the connection was closed, to keep the budget of
 * all. */
bool http_input_room(struct http_conn *c);
/* Drops the first `n` bytes, a request that was answered. */
void http_input_drop(struct http_conn *c, size_t n);
/* May a body follow the head that was read? Events and what may be a script take one; files do not. */
bool http_input_takes_body(const struct http_conn *c);
