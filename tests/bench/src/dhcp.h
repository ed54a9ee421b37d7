/* DHCP messages of a PXE client that stands behind a relay: made and read. */
#ifndef BENCH_DHCP_H
#define BENCH_DHCP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DHCP_DISCOVER = 1, DHCP_OFFER, DHCP_REQUEST, DHCP_DECLINE, DHCP_ACK, DHCP_NAK };
enum { DHCP_ROOM = 600 }; /* bytes that any message of dhcp_build needs at most */

/* What a client says; addresses in network order, 0: left out. */
struct dhcp_ask {
    int type;
    uint32_t xid;
    uint32_t number; /* of the machine: its hardware address is load_mac's */
    uint32_t giaddr, requested, server;
    bool ipxe; /* it is iPXE, no longer the card's ROM */
};
/* Writes the message, returns its length. */
size_t dhcp_build(uint8_t out[DHCP_ROOM], const struct dhcp_ask *ask);

/* What a server answered; addresses in network order. */
struct dhcp_answer {
    int type;
    uint32_t xid;
    uint32_t yiaddr, server;
    uint8_t mac[6];
};
/* False if it is no answer of a DHCP server. */
bool dhcp_parse(struct dhcp_answer *ret, const uint8_t *in, size_t length);
#endif
