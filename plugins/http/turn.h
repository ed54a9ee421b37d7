/* What sending files may take of one turn of the loop, so that DHCP, TFTP and small answers never wait long for it. Who
 * comes after that waits in a queue and is served in the next turns, in the order of coming. */
#pragma once

#include "connection_state.h"

/* How many bytes this connection may send now; 0: it was queued, and http->run will be called. */
size_t http_turn_share(struct http_conn *c);
/* It has sent so much since `began` (uv_hrtime). */
void http_turn_count(struct http_conn *c, size_t sent, uint64_t began);
/* Its socket takes more: do others wait? Then it was queued behind them. */
bool http_turn_others(struct http_conn *c);
/* `began`: uv_hrtime; counts what is no piece of a file. */
void http_turn_spend(struct http_conn *c, uint64_t began);
/* http->run will be called for it in the next turn. */
void http_turn_later(struct http_conn *c);
/* Takes it out of the queue, if it is in there. */
void http_turn_leave(struct http_conn *c);

void http_turn_init(struct http *h);
void http_turn_end(struct http *h);
