/* Port 53 of TCP on each served interface (RFC 7766): for whoever got a truncated answer, or asks this way. */
#pragma once

#include "dns_state.h"

int dns_tcp_open(struct dns_link *link); /* privileged; 0 or a negative errno */
void dns_tcp_ready(void *data, int events);
/* Prepares the timer of idle connections. Call it before the first dns_tcp_ready. */
void dns_tcp_start(struct dns *d);
/* Closes every connection and the timer. */
void dns_tcp_end(struct dns *d);
