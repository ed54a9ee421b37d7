/* Sockets: ports 67 and 4011 on each interface, one packet socket. */
#pragma once

#include "dhcp_state.h"

/* Each returns 0 or a negative errno with a sentence logged. */
int dhcp_open(struct dhcp *d);   /* privileged */
int dhcp_listen(struct dhcp *d); /* starts reading packets */

void dhcp_deafen(struct dhcp *d); /* stops reading packets */
void dhcp_close(struct dhcp *d);  /* every handle and socket of this file */
