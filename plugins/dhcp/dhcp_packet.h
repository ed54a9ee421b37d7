/* Handles one datagram from the wire, whatever it contains. */
#pragma once

#include "dhcp_state.h"

void dhcp_packet(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes);
/* Handles the same datagram again, with the result of its probe. */
void dhcp_packet_again(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                       const struct dhcp_known *known);
