/* Replies: batches of datagrams sent before the loop sleeps. */
#pragma once

#include "dhcp_state.h"

/* Copies the packet. `mac` is used by DHCP_TO_STATION. */
void dhcp_send(struct dhcp_port *port, const struct dhcp_route *route, const struct pxed_hwaddr *mac,
               struct pxed_slice packet);
void dhcp_flush(struct dhcp *d);
