/* How long leases that the store has lost may still be in use. */
#pragma once

#include "dhcp_state.h"

/* Sets doubt_until if necessary. 0 or a negative errno, logged. */
int dhcp_doubt_load(struct dhcp *d);
void dhcp_doubt_save(struct dhcp *d); /* doubt_wall_ms is 0 when it is on disk */
