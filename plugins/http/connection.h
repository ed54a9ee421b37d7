/* One TCP connection: reads a request, waits for its answer, sends it, and again. */
#pragma once

#include "connection_state.h"

/* Takes ownership of the accepted socket; `local`: what was asked, family 0: a local socket. */
void http_conn_open(struct http_listener *l, int fd, const struct pxed_addr *local, const struct pxed_addr *peer,
                    uint16_t peer_port);
/* Continues as far as possible without waiting. The connection may be closed and freed afterwards. */
void http_conn_run(struct http_conn *c);
/* Answers a request that will never be whole; then the connection is closed. */
void http_conn_turn_down(struct http_conn *c, enum http_refusal why);
void http_conn_close(struct http_conn *c);
