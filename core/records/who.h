/* The kernel's word on who is asking: own addresses, the route to an address, its neighbour entry. */
#pragma once

#include "pxed/addr.h"

struct who {
    bool own;      /* an address of this machine */
    bool routed;   /* behind a gateway, or not reachable at all */
    bool resolved; /* on-link, with a hardware address in the neighbour table */
    struct pxed_hwaddr mac;
    struct pxed_addr gateway; /* family 0: none */
};

/* Asks the kernel; a few microseconds, waits for nobody. What cannot be found out counts against the asker. */
void who_look(const struct pxed_addr *peer, struct who *ret);
/* Makes the kernel ask for the neighbour's hardware address, by a datagram to its discard port (RFC 863): a packet that
 * only came in leaves no entry. */
void who_prod(const struct pxed_addr *peer);
/* "mac=02:00:00:00:66:01", "via=10.77.0.254", for people. */
const char *who_text(const struct who *who, char text[64]);
