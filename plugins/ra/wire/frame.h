/* IPv6 packets that hold one ICMPv6 message or one of UDP (RFC 8200 3, RFC 4443 2.3). Pure. */
#pragma once

#include "wire/router.h"

enum {
    RA_ICMPV6 = 58,
    RA_UDP = 17,
    RA_UDP_HEAD = 8,
    RA_AT_NEXT_HEADER = 6,
    RA_IP_HEAD = 40,
    RA_PACKET_SIZE = RA_IP_HEAD + RA_REPLY_SIZE
};

struct ra_packet {
    uint8_t source[16];
    int hop_limit;
    struct pxed_slice icmp; /* points into the packet */
};

/* False: it is cut, has extension headers, holds something else, or its checksum is wrong. */
bool ra_unwrap(struct pxed_slice packet, struct ra_packet *ret);

/* The message of a UDP packet to this port; its source address is put into `source`. Unset: as ra_unwrap says. */
struct pxed_slice ra_unwrap_udp(struct pxed_slice packet, uint16_t port, uint8_t source[static 16]);
/* A message by UDP to the next lower port of this address, as DHCPv6 has them; from the one that belongs to `own_mac`.
 * The size of the packet; 0: it does not fit. */
size_t ra_wrap_udp(uint8_t *packet, size_t size, const uint8_t own_mac[static 6], const uint8_t to[static 16],
                   uint16_t port, struct pxed_slice message);

/* The reply as a packet to this address, from the link-local one that belongs to `own_mac`; fills in its checksum. */
void ra_wrap(uint8_t packet[static RA_PACKET_SIZE], const uint8_t own_mac[static 6], const uint8_t to[static 16]);
