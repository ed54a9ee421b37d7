/* Port 53 of UDP on each served interface. */
#pragma once

#include "dns_state.h"

int dns_udp_open(struct dns_link *link); /* privileged; 0 or a negative errno */
void dns_udp_ready(void *link, int events);
