/* IPv4 and UDP headers of our own, for a client that has no address yet: the kernel would ask for it by ARP, and it
 * could not answer. Pure. */
#pragma once

#include "pxed/slice.h"

enum { DHCP_FRAME_HEAD = 28 };

/* Writes the 28 bytes that stand before `payload`, checksums included. Addresses in host order. */
void dhcp_frame_head(uint8_t head[DHCP_FRAME_HEAD], uint32_t source, uint16_t source_port, uint32_t destination,
                     uint16_t destination_port, struct pxed_slice payload);
