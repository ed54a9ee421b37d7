/* IP and UDP headers in front of a reply, for clients that have no address yet. Pure. */
#include "wire/frame.h"

enum { PROTOCOL_UDP = 17, TTL = 64, IP_HEAD = 20, UDP_HEAD = 8 };

static void frame_put_u16(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void frame_put_u32(uint8_t *at, uint32_t value) {
    frame_put_u16(at, value >> 16);
    frame_put_u16(at + 2, value);
}

/* RFC 1071, not yet folded. */
static uint32_t frame_sum(const uint8_t *bytes, size_t n, uint32_t start) {
    uint32_t total = start;
    for (size_t i = 0; i + 1 < n; i += 2)
        total += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    if (n % 2 != 0)
        total += (uint32_t)bytes[n - 1] << 8;
    return total;
}

static uint16_t frame_fold(uint32_t total) {
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint16_t)~total;
}

void dhcp_frame_head(uint8_t head[DHCP_FRAME_HEAD], uint32_t source, uint16_t source_port, uint32_t destination,
                     uint16_t destination_port, struct pxed_slice payload) {
    uint32_t udp_len = (uint32_t)(UDP_HEAD + payload.len);
    uint8_t *udp = head + IP_HEAD;
    memset(head, 0, DHCP_FRAME_HEAD);
    head[0] = 0x45;
    frame_put_u16(head + 2, IP_HEAD + udp_len);
    head[8] = TTL;
    head[9] = PROTOCOL_UDP;
    frame_put_u32(head + 12, source);
    frame_put_u32(head + 16, destination);
    frame_put_u16(head + 10, frame_fold(frame_sum(head, IP_HEAD, 0)));
    frame_put_u16(udp, source_port);
    frame_put_u16(udp + 2, destination_port);
    frame_put_u16(udp + 4, udp_len);
    uint32_t pseudo = frame_sum(head + 12, 8, PROTOCOL_UDP + udp_len);
    uint16_t check = frame_fold(frame_sum((const uint8_t *)payload.ptr, payload.len, frame_sum(udp, UDP_HEAD, pseudo)));
    frame_put_u16(udp + 6, check ? check : 0xffff); /* RFC 768: 0 would mean none */
}
