/* ARP over Ethernet (RFC 826): the probe of RFC 5227, and the senders of other packets. Pure. */
#pragma once

#include "pxed/addr.h"

enum { DHCP_ARP_SIZE = 28 };

/* A probe for `ip`. The sender's address is 0.0.0.0, so that a probe changes no ARP cache (RFC 5227 2.1.1). `mac` is
 * our card's. */
void dhcp_arp_probe(uint8_t packet[DHCP_ARP_SIZE], const uint8_t mac[6], uint32_t ip);

/* The sender of an ARP packet, request or reply: a machine that sends from an address uses it (RFC 5227 2.1.1). False
 * for anything else, and for a probe, which has no sender address. */
bool dhcp_arp_sender(struct pxed_slice packet, uint32_t *ret_ip, struct pxed_hwaddr *ret_mac);
