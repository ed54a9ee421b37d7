/* Writes leases to the store, and keeps those that it cannot write now. */
#pragma once

#include "dhcp_state.h"

/* Must nothing be committed now (STORE_CANNOT_WRITE)? */
bool dhcp_cannot_write(const struct dhcp *d);
/* A lease that cannot be written now is in force at once, and is written when the store can. */
void dhcp_keep(struct dhcp *d, uint32_t lease, uint64_t until, struct pxed_slice name);
int dhcp_retry_listen(struct dhcp *d);
void dhcp_retry_close(struct dhcp *d);
/* Writes the lease and removes the machine's former one; then the ACK is sent. A failure undoes it and handles the
 * request again without the store. Takes ownership of `p`. */
void dhcp_commit(struct dhcp_pending *p);
/* Writes an entry as it is now, without a reply that waits for it. A failure is tried again. */
void dhcp_note(struct dhcp *d, uint32_t lease);
