/* The kernel's facts about a client: own addresses, the route to an address, its neighbour entry. */
#pragma once

#include "pxed/addr.h"

struct who {
    bool own;      /* an address of this machine */
    bool routed;   /* behind a gateway, or unreachable */
    bool resolved; /* on-link, with a hardware address in the neighbour table */
    struct pxed_hwaddr mac;
    struct pxed_addr gateway; /* family 0: none */
};

/* Asks the kernel; takes a few microseconds and does not block. What cannot be found out counts against the client. */
void who_look(const struct pxed_addr *peer, struct who *ret);
/* Makes the kernel look up the neighbour's hardware address, by a datagram to its discard port (RFC 863): a received
 * packet alone makes no neighbour entry. */
void who_prod(const struct pxed_addr *peer);
/* "mac=02:00:00:00:66:01" or "via=10.77.0.254", for people. */
const char *who_text(const struct who *who, char text[64]);
