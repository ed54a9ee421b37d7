/* Messages that wait until it is known who uses an address. */
#pragma once

#include "dhcp_state.h"

void dhcp_probe_listen(struct dhcp *d);
void dhcp_probe_forget(struct dhcp *d); /* ends all probes without an answer */
void dhcp_probe_hear(struct dhcp *d, const struct dhcp_answer *answer);
void dhcp_probe_close(struct dhcp *d);

/* The client that a probe is for. It does not count as another machine. */
struct dhcp_prober {
    const struct pxed_hwaddr *mac;
    bool declared; /* it has a host line */
    bool patient;  /* other answers matter after the first one */
    bool there;    /* it says that it uses the address: an answer without a MAC is its own */
    bool hasty;    /* the message is handled again after the first look already; what comes later waits for the rest */
};

/* Checks who uses next->ip, then calls d->again() with *next and the answer. Copies everything. If a probe for this
 * client runs already, its newest message waits for it. False if too many probes are running. */
bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct dhcp_prober *who, const struct dhcp_known *next);
