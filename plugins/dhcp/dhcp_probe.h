/* Who uses an address: ARP probes. */
#pragma once

#include "dhcp_state.h"

void dhcp_probe_open(struct dhcp_link *link); /* privileged; a failure is logged */
int dhcp_probe_listen(struct dhcp *d);        /* 0 or a negative errno */
void dhcp_probe_forget(struct dhcp *d);       /* ends all probes without an answer */
void dhcp_probe_close(struct dhcp *d);
/* Checks who uses next->ip, then calls d->again() with *next and the answer. `mac` is the client and does not count as
 * another machine; `declared`: it has a host line; `patient`: other answers matter too. Copies everything. False if too
 * many probes are running. */
bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct pxed_hwaddr *mac, bool declared, bool patient, const struct dhcp_known *next);
