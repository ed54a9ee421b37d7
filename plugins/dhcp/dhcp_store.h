/* The lease table: from the store, and published as leases/1. */
#pragma once

#include "dhcp_state.h"

void dhcp_table_init(struct dhcp *d); /* empty */
int dhcp_table_load(struct dhcp *d);  /* reads all leases; needs d->store. 0 or a negative errno, logged */
void dhcp_table_free(struct dhcp *d);
void dhcp_table_room(struct dhcp *d);
void dhcp_leases_publish(struct dhcp *d);
/* Whom addresses are kept for; `class` as in struct dhcp_reserved. */
struct dhcp_reserved dhcp_reserved_of(struct dhcp *d, unsigned class);
