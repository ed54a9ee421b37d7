/* Commits under way: their memory, and what waits for the last of them. */
#pragma once

#include "dhcp_state.h"

struct dhcp_pending *dhcp_pending_new(struct dhcp *d);
/* One of n_pending less. `d` may be gone afterwards. */
void dhcp_pending_end(struct dhcp_pending *p);
void dhcp_pending_free(struct dhcp *d); /* the unused ones */
