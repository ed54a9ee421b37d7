/* One datagram from the wire, whatever it holds. */
#pragma once

#include "dhcp_state.h"

void dhcp_packet(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes);
/* The same one again, with what its probe has found. */
void dhcp_packet_again(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                       const struct dhcp_known *known);
