/* IPv6 packets that hold one ICMPv6 message (RFC 8200 3, RFC 4443 2.3). Pure. */
#pragma once

#include "wire/router.h"

enum { RA_ICMPV6 = 58, RA_AT_NEXT_HEADER = 6, RA_IP_HEAD = 40, RA_PACKET_SIZE = RA_IP_HEAD + RA_REPLY_SIZE };

struct ra_packet {
    uint8_t source[16];
    int hop_limit;
    struct pxed_slice icmp; /* points into the packet */
};

/* False: it is cut, has extension headers, holds something else, or its checksum is wrong. */
bool ra_unwrap(struct pxed_slice packet, struct ra_packet *ret);

/* The reply as a packet to this address, from the link-local one that belongs to `own_mac`; fills in its checksum. */
void ra_wrap(uint8_t packet[static RA_PACKET_SIZE], const uint8_t own_mac[static 6], const uint8_t to[static 16]);
