/* ICMPv6 router solicitations and advertisements (RFC 4861 4.1, 4.2). Pure. */
#pragma once

#include "pxed/addr.h"

enum { RA_SOLICITATION = 133, RA_ADVERTISEMENT = 134, RA_REPLY_SIZE = 24, RA_HOP_LIMIT = 255 };

enum ra_kind { RA_NEITHER, RA_SOLICITS, RA_ADVERTISES };

struct ra_message {
    enum ra_kind kind;
    struct pxed_hwaddr
        mac; /* of a solicitation: its source link-layer option, else from the source address; len 0: neither */
    uint16_t lifetime; /* of an advertisement: seconds as default router */
};

/* Reads an ICMPv6 message. Malformed ones (RFC 4861 6.1), and those that were forwarded (hop limit below 255), are
 * RA_NEITHER. `source` is the IPv6 source address, 16 bytes. */
struct ra_message ra_parse(struct pxed_slice icmp, const uint8_t source[16], int hop_limit);

/* A minimal advertisement: no router (lifetime 0), no prefix, no flag; so it creates no route and no address. The
 * checksum is left at zero. */
void ra_build(uint8_t reply[RA_REPLY_SIZE], const uint8_t own_mac[6]);

/* The link-local address of a MAC (RFC 4291 A). */
void ra_link_local_of(const uint8_t mac[static 6], uint8_t ret[static 16]);
/* fe80::/10 */
bool ra_link_local(const uint8_t address[16]);
