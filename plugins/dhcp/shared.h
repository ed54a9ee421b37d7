/* Several nets on one wire: which of them a machine gets its address from. Pure. */
#pragma once

#include "leases.h"
#include "net.h"

/* A net of the same wire as `scope`: where the host's ip= lies, else the address that the message asks for, else the
 * one it was given before, else `scope`. */
unsigned dhcp_shared_scope(const struct dhcp_nets *nets, const struct dhcp_leases *t, unsigned scope,
                           const struct dhcp_message *m, const struct pxed_hwaddr *mac, const struct pxed_host *host);
