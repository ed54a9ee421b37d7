/* Running commits: their memory, and the end of the last one. */
#pragma once

#include "dhcp_state.h"

struct dhcp_pending *dhcp_pending_new(struct dhcp *d);
/* Ends one of n_pending. `d` may be freed afterwards. */
void dhcp_pending_end(struct dhcp_pending *p);
void dhcp_pending_free(struct dhcp *d); /* the unused ones */
