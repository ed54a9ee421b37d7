/* Other programs of this server that have UDP port 67 open. */
#pragma once

#include "dhcp_state.h"

/* Warns of each served interface on which another socket hears what clients broadcast: REUSEADDR lets both bind, and
 * both answer. */
void dhcp_beside(struct dhcp *d);
