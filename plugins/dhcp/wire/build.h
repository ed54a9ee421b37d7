/* DHCPv4 replies on the wire: built with a size budget. Pure. */
#pragma once

#include "wire/message.h"

/* The fixed part of a reply. */
struct dhcp_header {
    uint8_t htype, hlen;
    uint16_t flags;
    uint32_t xid;
    uint32_t ciaddr, yiaddr, siaddr, giaddr;
    uint8_t chaddr[16];
    struct pxed_slice sname, file; /* left out when they do not fit with their NUL */
};

/* Appends options in the order of the calls. What does not fit is left out whole and counted: never an overflow. */
struct dhcp_builder {
    uint8_t *packet;
    size_t budget;
    size_t len;
    struct pxed_slice relay; /* option 82, put last by dhcp_finish; its place is kept free */
    size_t reserved;
    unsigned dropped;
    uint64_t left_out[4]; /* codes that dhcp_put skips, a bit each: somebody else puts them */
};

/* Starts a BOOTREPLY in `packet` of `budget` bytes, DHCP_BUDGET at least. Every byte of the reply is written: nothing
 * of an earlier packet can leak out. */
void dhcp_build(struct dhcp_builder *b, uint8_t *packet, size_t budget, const struct dhcp_header *head);
/* Keeps room for the received option 82 (RFC 3046 2.2), which must outlive the builder; unset: nothing to do. Call it
 * after the mandatory options: a relay option that leaves them no room is not echoed (false). */
bool dhcp_echo_relay(struct dhcp_builder *b, struct pxed_slice relay);
/* Skips the codes of this area (code, length, value, ...) from now on; an empty area: none. */
void dhcp_leave_out(struct dhcp_builder *b, struct pxed_slice area);
bool dhcp_put(struct dhcp_builder *b, enum dhcp_option code, const void *data, size_t len);
bool dhcp_put_u8(struct dhcp_builder *b, enum dhcp_option code, uint8_t value);
bool dhcp_put_u16(struct dhcp_builder *b, enum dhcp_option code, uint16_t value);
bool dhcp_put_u32(struct dhcp_builder *b, enum dhcp_option code, uint32_t value);
/* With a NUL at its end: old ROMs read past the option into END (PROTOCOLS.md 0.5). Empty text is left out. */
bool dhcp_put_text(struct dhcp_builder *b, enum dhcp_option code, struct pxed_slice text);
/* Option 82, END and padding. Returns the length of the packet. */
size_t dhcp_finish(struct dhcp_builder *b);
