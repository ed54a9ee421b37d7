/* IPv6 packets that hold one message. Pure. */
#include "wire/frame.h"

enum { AT_LEN = 4, AT_HOPS = 7, AT_SOURCE = 8, AT_TO = 24, AT_CHECKSUM = RA_IP_HEAD + 2 };

/* Over the pseudo-header (addresses, length, next header) and the message; 0 when a filled-in checksum is right. */
static uint16_t checksum(const uint8_t *packet, size_t len) {
    uint32_t sum = (uint32_t)len + packet[RA_AT_NEXT_HEADER];
    for (size_t i = AT_SOURCE; i < RA_IP_HEAD + len; i++)
        sum += (uint32_t)packet[i] << (i % 2 ? 0 : 8);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* What the packet holds of this kind; unset: nothing. */
static struct pxed_slice unwrap(struct pxed_slice packet, uint8_t kind, uint8_t source[static 16]) {
    const uint8_t *p = (const uint8_t *)packet.ptr;
    if (packet.len < RA_IP_HEAD || p[0] >> 4 != 6 || p[RA_AT_NEXT_HEADER] != kind)
        return PXED_NO_SLICE;
    size_t len = (size_t)(p[AT_LEN] << 8 | p[AT_LEN + 1]);
    if (len > packet.len - RA_IP_HEAD || checksum(p, len) != 0)
        return PXED_NO_SLICE;
    memcpy(source, p + AT_SOURCE, 16);
    return pxed_slice_head(pxed_slice_skip(packet, RA_IP_HEAD), len);
}

bool ra_unwrap(struct pxed_slice packet, struct ra_packet *ret) {
    ret->icmp = unwrap(packet, RA_ICMPV6, ret->source);
    ret->hop_limit = ret->icmp.ptr ? (uint8_t)packet.ptr[AT_HOPS] : 0;
    return ret->icmp.ptr != NULL;
}

struct pxed_slice ra_unwrap_udp(struct pxed_slice packet, uint16_t port, uint8_t source[static 16]) {
    struct pxed_slice udp = unwrap(packet, RA_UDP, source);
    const uint8_t *p = (const uint8_t *)udp.ptr;
    bool to_it = udp.len >= RA_UDP_HEAD && (p[2] << 8 | p[3]) == port && (size_t)(p[4] << 8 | p[5]) == udp.len;
    return to_it ? pxed_slice_skip(udp, RA_UDP_HEAD) : PXED_NO_SLICE;
}

static void put_head(uint8_t *packet, uint8_t kind, size_t len, const uint8_t own_mac[static 6],
                     const uint8_t to[static 16]) {
    memset(packet, 0, RA_IP_HEAD);
    packet[0] = 6 << 4;
    packet[AT_LEN] = (uint8_t)(len >> 8);
    packet[AT_LEN + 1] = (uint8_t)len;
    packet[RA_AT_NEXT_HEADER] = kind;
    packet[AT_HOPS] = RA_HOP_LIMIT;
    ra_link_local_of(own_mac, packet + AT_SOURCE);
    memcpy(packet + AT_TO, to, 16);
}

size_t ra_wrap_udp(uint8_t *packet, size_t size, const uint8_t own_mac[static 6], const uint8_t to[static 16],
                   uint16_t port, struct pxed_slice message) {
    size_t len = RA_UDP_HEAD + message.len;
    uint8_t *udp = packet + RA_IP_HEAD;
    if (len > UINT16_MAX || size < RA_IP_HEAD + len)
        return 0;
    put_head(packet, RA_UDP, len, own_mac, to);
    memset(udp, 0, RA_UDP_HEAD);
    udp[0] = (uint8_t)(port >> 8), udp[1] = (uint8_t)port;
    udp[2] = (uint8_t)((port - 1) >> 8), udp[3] = (uint8_t)(port - 1);
    udp[4] = (uint8_t)(len >> 8), udp[5] = (uint8_t)len;
    memcpy(udp + RA_UDP_HEAD, message.ptr, message.len);
    uint16_t sum = checksum(packet, len);
    if (sum == 0) /* RFC 768: 0 would mean none */
        sum = UINT16_MAX;
    udp[6] = (uint8_t)(sum >> 8), udp[7] = (uint8_t)sum;
    return RA_IP_HEAD + len;
}

void ra_wrap(uint8_t packet[static RA_PACKET_SIZE], const uint8_t own_mac[static 6], const uint8_t to[static 16]) {
    put_head(packet, RA_ICMPV6, RA_REPLY_SIZE, own_mac, to);
    ra_build(packet + RA_IP_HEAD, own_mac);
    uint16_t sum = checksum(packet, RA_REPLY_SIZE);
    packet[AT_CHECKSUM] = (uint8_t)(sum >> 8);
    packet[AT_CHECKSUM + 1] = (uint8_t)sum;
}
