/* Network and hardware addresses as values. Everything is in network byte order unless a name says otherwise. */
#pragma once

#include "pxed/buf.h"

struct pxed_addr {
    uint8_t family; /* 0 unset, 4, 6 */
    uint8_t bytes[16];
};

struct pxed_hwaddr {
    uint8_t type; /* ARP hardware type: 1 Ethernet, 32 InfiniBand */
    uint8_t len;  /* 0 unset, at most 20 */
    uint8_t bytes[20];
};

enum { PXED_GUID_LEN = 8 }; /* of an InfiniBand port: the end of its 20-byte address, and what it is known by */

enum { PXED_MAC_TEXT = 64, PXED_ADDR_TEXT = 48 };

/* The port of an InfiniBand address or client id of `len` bytes, PXED_GUID_LEN at least: its last 8 bytes, because the
 * others change from boot to boot (RFC 4391 9.1.1). */
struct pxed_hwaddr pxed_hwaddr_infiniband(const void *bytes, size_t len);
bool pxed_hwaddr_eq(const struct pxed_hwaddr *a, const struct pxed_hwaddr *b);
bool pxed_addr_eq(const struct pxed_addr *a, const struct pxed_addr *b);

struct pxed_addr pxed_addr_v4(uint32_t host_order);
/* Host byte order; 0 for anything that is not IPv4. */
uint32_t pxed_addr_u32(const struct pxed_addr *a);
struct pxed_addr pxed_addr_v4_be(const void *four_bytes);

/* An Ethernet MAC in any notation that people and firmware use: separated by `:`, `-` or `.` (Cisco) or not at all, in
 * any case, with an optional leading `01-`. Or that of an InfiniBand port, 8 or 20 bytes. False for anything else, *ret
 * untouched. Decode percent-escapes first. */
bool pxed_mac_parse(struct pxed_slice text, struct pxed_hwaddr *ret);

/* Lower case with `separator` between bytes ("-", ":" or ""). */
void pxed_mac_format(const struct pxed_hwaddr *mac, const char *separator, struct pxed_buf *out);
/* The same into the caller's array, NUL-terminated; returns `text`. */
const char *pxed_mac_text(const struct pxed_hwaddr *mac, const char *separator, char text[static PXED_MAC_TEXT]);

bool pxed_addr_parse(struct pxed_slice text, struct pxed_addr *ret);
/* ADDRESS:PORT with IPv6 in brackets, as in a URL; false: it is none. Since 1.8. */
bool pxed_addr_port_parse(struct pxed_slice text, struct pxed_addr *ret, uint16_t *ret_port);
/* 127.0.0.0/8 and ::1: nobody on a wire sees what is sent there. Since 1.8. */
bool pxed_addr_is_loopback(const struct pxed_addr *addr);
/* `10.0.0.1/24`, or an address alone: then *ret_prefix is 0. False for anything else. */
bool pxed_addr_parse_prefix(struct pxed_slice text, struct pxed_addr *ret, uint8_t *ret_prefix);
void pxed_addr_format(const struct pxed_addr *a, struct pxed_buf *out);
const char *pxed_addr_text(const struct pxed_addr *a, char text[static PXED_ADDR_TEXT]);

/* IPv4 mask of a prefix length 0..32, host order. */
static inline uint32_t pxed_prefix_mask(unsigned prefix) {
    return prefix == 0 ? 0 : UINT32_MAX << (32 - (prefix > 32 ? 32 : prefix));
}
static inline bool pxed_addr_in_net(const struct pxed_addr *a, const struct pxed_addr *net, unsigned prefix) {
    return a->family == 4 && net->family == 4 &&
           ((pxed_addr_u32(a) ^ pxed_addr_u32(net)) & pxed_prefix_mask(prefix)) == 0;
}
