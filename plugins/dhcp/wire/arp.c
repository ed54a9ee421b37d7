/* ARP probes on the wire. Pure. */
#include "wire/arp.h"

enum { SENDER_MAC = 8, SENDER_IP = 14, TARGET_IP = 24 };
static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0}; /* Ethernet, IPv4, their lengths, high byte of the operation */

void dhcp_arp_probe(uint8_t packet[DHCP_ARP_SIZE], const uint8_t mac[6], uint32_t ip) {
    struct pxed_addr addr = pxed_addr_v4(ip);
    memset(packet, 0, DHCP_ARP_SIZE);
    memcpy(packet, head, sizeof(head));
    packet[sizeof(head)] = 1; /* request */
    memcpy(packet + SENDER_MAC, mac, 6);
    memcpy(packet + TARGET_IP, addr.bytes, 4);
}

bool dhcp_arp_sender(struct pxed_slice packet, uint32_t *ret_ip, struct pxed_hwaddr *ret_mac) {
    if (packet.len < DHCP_ARP_SIZE || memcmp(packet.ptr, head, sizeof(head)) != 0)
        return false;
    struct pxed_addr addr = pxed_addr_v4_be(packet.ptr + SENDER_IP);
    if (pxed_addr_u32(&addr) == 0)
        return false;
    *ret_ip = pxed_addr_u32(&addr);
    *ret_mac = (struct pxed_hwaddr){.type = 1, .len = 6};
    memcpy(ret_mac->bytes, packet.ptr + SENDER_MAC, 6);
    return true;
}
