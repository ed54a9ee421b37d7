/* Leases of another server, taken over while running. */
#pragma once

#include "dhcp_state.h"

/* Completes the service leases/1 (pxed/leases.h) with judge and take. */
void dhcp_import_offer(struct dhcp *d);
