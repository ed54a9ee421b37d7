/* IPv6 packets that hold one ICMPv6 message. Pure. */
#include "wire/frame.h"

enum { AT_LEN = 4, AT_HOPS = 7, AT_SOURCE = 8, AT_TO = 24, AT_CHECKSUM = RA_IP_HEAD + 2 };

/* Over the pseudo-header (addresses, length, next header) and the message; 0 when a filled-in checksum is right. */
static uint16_t checksum(const uint8_t *packet, size_t icmp_len) {
    uint32_t sum = (uint32_t)icmp_len + RA_ICMPV6;
    for (size_t i = AT_SOURCE; i < RA_IP_HEAD + icmp_len; i++)
        sum += (uint32_t)packet[i] << (i % 2 ? 0 : 8);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

bool ra_unwrap(struct pxed_slice packet, struct ra_packet *ret) {
    const uint8_t *p = (const uint8_t *)packet.ptr;
    if (packet.len < RA_IP_HEAD || p[0] >> 4 != 6 || p[RA_AT_NEXT_HEADER] != RA_ICMPV6)
        return false;
    size_t len = (size_t)(p[AT_LEN] << 8 | p[AT_LEN + 1]);
    if (len > packet.len - RA_IP_HEAD || checksum(p, len) != 0)
        return false;
    memcpy(ret->source, p + AT_SOURCE, 16);
    ret->hop_limit = p[AT_HOPS];
    ret->icmp = pxed_slice_head(pxed_slice_skip(packet, RA_IP_HEAD), len);
    return true;
}

void ra_wrap(uint8_t packet[static RA_PACKET_SIZE], const uint8_t own_mac[static 6], const uint8_t to[static 16]) {
    memset(packet, 0, RA_IP_HEAD);
    packet[0] = 6 << 4;
    packet[AT_LEN + 1] = RA_REPLY_SIZE;
    packet[RA_AT_NEXT_HEADER] = RA_ICMPV6;
    packet[AT_HOPS] = RA_HOP_LIMIT;
    ra_link_local_of(own_mac, packet + AT_SOURCE);
    memcpy(packet + AT_TO, to, 16);
    ra_build(packet + RA_IP_HEAD, own_mac);
    uint16_t sum = checksum(packet, RA_REPLY_SIZE);
    packet[AT_CHECKSUM] = (uint8_t)(sum >> 8);
    packet[AT_CHECKSUM + 1] = (uint8_t)sum;
}
