/* Packets made by hand, and a small network to serve: what the tests of this folder share. */
#pragma once

#include "reply.h"

#define IP4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define SERVER          IP4(10, 77, 0, 1)

/* Lists of one loader. */
extern const char *const undionly[1], *const snponly[1];

/* A client packet under construction. */
struct made {
    uint8_t bytes[1500];
    size_t len;
};
/* A DHCP request with cookie; MAC 52:54:00:00:00:`last`; xid 0x01020304. */
struct made make(uint8_t type, uint8_t last);
/* Before make_end. */
void make_option(struct made *p, uint8_t code, const void *data, size_t len);
void make_u32(struct made *p, uint8_t code, uint32_t value);
void make_field(struct made *p, size_t at, uint32_t value); /* ciaddr 12, giaddr 24 */
struct pxed_slice make_end(struct made *p);
/* Vendor class, architecture and user class of a boot client; NULL user class: firmware. */
void make_boot(struct made *p, const char *vendor, uint16_t arch, const char *user_class);

/* Parses with a static scratch; the process ends when it fails. */
struct dhcp_message read_message(struct pxed_slice packet);

struct pxed_hwaddr mac_of(uint8_t last);

/* Network 10.77.0.0/24, server .1, one pool; hosts with ip= as set by `kept`. */
struct net {
    struct dhcp_leases t;
    struct dhcp_scope scope;
    struct dhcp_memory memory;
    uint32_t kept_ip;                       /* reserved for kept_mac; 0: none */
    struct pxed_hwaddr kept_mac, kept_also; /* kept_also: a further port of the same host; unset: none */
    struct dhcp_known known;                /* for the next messages */
    bool cannot_write, doubt;
    uint32_t source; /* of the next messages; 0: their ciaddr */
    uint64_t now;
};
void net_open(struct net *n, uint32_t first, uint32_t last);
/* Addresses .50 to .59, of which .52 is kept for the declared `host`; its MAC 9 is written into `mac`. */
#define POOL_FIRST IP4(10, 77, 0, 50)
#define POOL_LAST  IP4(10, 77, 0, 59)
#define HOST_IP    IP4(10, 77, 0, 52)
void net_open_kept(struct net *n, struct pxed_host *host, struct pxed_hwaddr *mac);
void net_close(struct net *n);
void net_room(struct net *n);
struct dhcp_reserved net_reserved(struct net *n);
/* Serves one message; the commit is left to the test. */
struct dhcp_action net_serve(struct net *n, struct pxed_slice packet, const struct pxed_host *host, bool unicast);
/* What the I/O layer does when the store said OK. */
void net_stored(struct net *n, const struct dhcp_action *a);
/* DISCOVER, REQUEST, stored: the leased address, or 0. */
uint32_t net_lease(struct net *n, uint8_t last, const struct pxed_host *host);

/* Option `code` of a reply; unset when absent. Points into a static message. */
struct pxed_slice reply_option(struct pxed_slice packet, uint8_t code);
