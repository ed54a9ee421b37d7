/* ARP over Ethernet (RFC 826): the probe of RFC 5227, and who says that an address is its own. Pure. */
#pragma once

#include "pxed/addr.h"

enum { DHCP_ARP_SIZE = 28 };

/* Asks who has `ip`. The sender's address stays 0.0.0.0: a probe puts nothing into anybody's ARP cache
 * (RFC 5227 2.1.1). `mac` is our card's. */
void dhcp_arp_probe(uint8_t packet[DHCP_ARP_SIZE], const uint8_t mac[6], uint32_t ip);

/* The sender of an ARP packet, request or reply alike: who speaks from an address uses it (RFC 5227 2.1.1). False for
 * anything else, and for a probe, whose sender has no address yet. */
bool dhcp_arp_sender(struct pxed_slice packet, uint32_t *ret_ip, struct pxed_hwaddr *ret_mac);
