/* Leases on their way to the store, and what the store cannot write now. */
#pragma once

#include "dhcp_state.h"

/* Is nothing to be committed now (STORE_CANNOT_WRITE)? */
bool dhcp_cannot_write(const struct dhcp *d);
/* A lease that cannot be written now counts at once, and is written when the store can. */
void dhcp_keep(struct dhcp *d, uint32_t lease, uint64_t until, struct pxed_slice name);
int dhcp_retry_listen(struct dhcp *d);
void dhcp_retry_close(struct dhcp *d);
/* Writes the lease, and whatever its machine had before; then the ACK leaves. A failure undoes it and serves the
 * request again without the store. Takes `p`. */
void dhcp_commit(struct dhcp_pending *p);
/* Writes an entry as it is now; nobody waits for it. What fails is tried again. */
void dhcp_note(struct dhcp *d, uint32_t lease);
