/* ICMP echo. Pure. */
#include "wire/echo.h"

enum {
    IP_LEAST = 20,
    IP_PROTOCOL = 9,
    IP_SENDER = 12,
    PROTOCOL_ICMP = 1,
    TYPE_REPLY = 0,
    TYPE_REQUEST = 8,
    CHECKSUM = 2,
    ID = 4,
    SECRET = 8,
};

static uint16_t echo_checksum(const uint8_t *bytes, size_t n) { /* n is even */
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

void dhcp_echo(uint8_t packet[DHCP_ECHO_SIZE], uint16_t id, uint64_t secret) {
    memset(packet, 0, DHCP_ECHO_SIZE);
    packet[0] = TYPE_REQUEST;
    packet[ID] = (uint8_t)(id >> 8);
    packet[ID + 1] = (uint8_t)id;
    memcpy(packet + SECRET, &secret, sizeof(secret));
    uint16_t sum = echo_checksum(packet, DHCP_ECHO_SIZE);
    packet[CHECKSUM] = (uint8_t)(sum >> 8);
    packet[CHECKSUM + 1] = (uint8_t)sum;
}

bool dhcp_echo_sender(struct pxed_slice packet, uint16_t id, uint32_t *ret_ip, uint64_t *ret_secret) {
    const uint8_t *ip = (const uint8_t *)packet.ptr;
    if (packet.len < IP_LEAST || ip[0] >> 4 != 4 || ip[IP_PROTOCOL] != PROTOCOL_ICMP)
        return false;
    size_t head = (size_t)(ip[0] & 15) * 4;
    if (head < IP_LEAST || head > packet.len || packet.len - head < DHCP_ECHO_SIZE)
        return false;
    const uint8_t *icmp = ip + head;
    if (icmp[0] != TYPE_REPLY || icmp[1] != 0 || icmp[ID] != (uint8_t)(id >> 8) || icmp[ID + 1] != (uint8_t)id ||
        echo_checksum(icmp, DHCP_ECHO_SIZE) != 0)
        return false;
    struct pxed_addr addr = pxed_addr_v4_be(packet.ptr + IP_SENDER);
    *ret_ip = pxed_addr_u32(&addr);
    memcpy(ret_secret, icmp + SECRET, sizeof(*ret_secret));
    return *ret_ip != 0;
}
