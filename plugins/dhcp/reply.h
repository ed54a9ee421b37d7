/* Replies: turns a decision into a packet, and finds its destination. Pure. */
#pragma once

#include "boot.h"
#include "server.h"

enum { DHCP_REPLY_MAX = DHCP_LARGEST };

/* Common to all replies of one network. */
struct dhcp_site {
    const struct dhcp_config *config;
    struct pxed_slice extra; /* encoded `option =` lines: code, length, value, ...; they win over pxed's own */
    struct pxed_slice extra_without_boot; /* further ones, for clients that get no boot data */
    uint32_t server;                      /* our address for the network: siaddr */
    uint32_t net;                         /* any address of it */
    uint8_t prefix;
    bool far;       /* it lies behind relays: a router elsewhere is of no use to it */
    uint32_t relay; /* the relay, if it lies in the network: its router, unless one is named; 0: none */
    bool names;     /* clients need this server as their name server, if no other is set */
};

/* Writes the reply of a server into `packet` (DHCP_REPLY_MAX bytes). Returns its length. */
size_t dhcp_reply(const struct dhcp_site *site, const struct dhcp_message *m, const struct dhcp_facts *facts,
                  const struct dhcp_action *action, const struct pxed_host *host, const struct dhcp_boot *boot,
                  uint8_t *packet);

/* The reply of a proxy: boot data only, as OFFER on port 67 or as ACK on 4011. */
size_t dhcp_proxy_reply(const struct dhcp_site *site, const struct dhcp_message *m, enum dhcp_type type,
                        const struct dhcp_boot *boot, uint8_t *packet);

/* How a datagram came. */
struct dhcp_arrival {
    uint32_t source;
    uint16_t source_port;
    uint16_t port; /* ours: 67 or 4011 */
    bool unicast;  /* sent to our address */
};

enum dhcp_how {
    DHCP_TO_ADDRESS,   /* an ordinary datagram */
    DHCP_TO_EVERYBODY, /* to 255.255.255.255 */
    DHCP_TO_STATION,   /* to an address that its owner does not have yet: the frame must carry the client's MAC */
};

struct dhcp_route {
    enum dhcp_how how;
    uint32_t ip;
    uint16_t port;
};

/* RFC 2131 4.1 and the table in PROTOCOLS.md 1, read from the packet that is to be sent. `m` is what it answers. */
struct dhcp_route dhcp_route(const struct dhcp_arrival *a, const struct dhcp_message *m, const uint8_t *packet);
