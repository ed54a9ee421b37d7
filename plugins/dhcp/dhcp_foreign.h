/* Other DHCP servers and proxies on the wires of this server: asked for at start and every ten minutes, overheard
 * between. */
#pragma once

#include "dhcp_state.h"

/* Opens the interface's socket, before the capability is dropped. */
void dhcp_foreign_open(struct dhcp_link *link);
/* With `foreign = stop`: asks and listens for five seconds. 0, or -EADDRINUSE after an error that names the server.
 * Before the loop runs. */
int dhcp_foreign_guard(struct dhcp *d);
/* Begins to ask and to listen. 0 or a negative errno. */
int dhcp_foreign_listen(struct dhcp *d);
void dhcp_foreign_close(struct dhcp *d);
/* Fills in its part of leases/1. */
void dhcp_foreign_publish(struct dhcp *d);
