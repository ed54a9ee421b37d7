/* Who uses an address: ARP probes. */
#pragma once

#include "dhcp_state.h"

void dhcp_probe_open(struct dhcp_link *link); /* privileged; a failure is logged */
int dhcp_probe_listen(struct dhcp *d);        /* 0 or a negative errno */
void dhcp_probe_forget(struct dhcp *d);       /* ends all probes without an answer */
void dhcp_probe_close(struct dhcp *d);
/* Looks who uses next->ip, then d->again() with *next and the answer. `mac` asked, it does not count as another
 * machine; `declared`: it is of a host line; `patient`: who else answers matters too. Copies all. False when too many
 * probes are under way. */
bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct pxed_hwaddr *mac, bool declared, bool patient, const struct dhcp_known *next);
