/* ICMP echo (RFC 792): the question whether an address behind a router is in use. Pure. */
#pragma once

#include "pxed/addr.h"

enum { DHCP_ECHO_SIZE = 16 };

/* A question. The answer returns `secret`, so that it can only come from there, or from who could read it on its way.
 */
void dhcp_echo(uint8_t packet[DHCP_ECHO_SIZE], uint16_t id, uint64_t secret);

/* The sender of an IPv4 packet with its header, as a raw socket receives it, that is the answer to a question with this
 * `id`. False for anything else. */
bool dhcp_echo_sender(struct pxed_slice packet, uint16_t id, uint32_t *ret_ip, uint64_t *ret_secret);
