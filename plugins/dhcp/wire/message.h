/* DHCPv4 messages on the wire (RFC 2131, 2132, 3396). Pure: no allocation, no clock, no globals.
 * Numbers are in host order; slices point into the packet (or into the caller's scratch for split options). */
#pragma once

#include "pxed/slice.h"

enum { DHCP_PORT_SERVER = 67, DHCP_PORT_CLIENT = 68, DHCP_PORT_PXE = 4011 };

enum {
    DHCP_FIXED = 236,    /* op ... file */
    DHCP_OPTIONS = 240,  /* first option byte, behind the cookie */
    DHCP_PADDED = 300,   /* BOOTP minimum: relays and old ROMs drop shorter replies (RFC 1542 2.1) */
    DHCP_BUDGET = 548,   /* payload of the 576-byte datagram that every client must take (RFC 2131 2) */
    DHCP_LARGEST = 1472, /* payload of an Ethernet frame */
    DHCP_SNAME = 64,
    DHCP_FILE = 128,
    DHCP_FLAG_BROADCAST = 0x8000,
};

enum dhcp_op { DHCP_BOOTREQUEST = 1, DHCP_BOOTREPLY = 2 };

enum dhcp_type {
    DHCP_BOOTP = 0, /* no option 53 */
    DHCP_DISCOVER,
    DHCP_OFFER,
    DHCP_REQUEST,
    DHCP_DECLINE,
    DHCP_ACK,
    DHCP_NAK,
    DHCP_RELEASE,
    DHCP_INFORM,
};

enum dhcp_option {
    DHCP_OPT_PAD = 0,
    DHCP_OPT_NETMASK = 1,
    DHCP_OPT_ROUTER = 3,
    DHCP_OPT_DNS = 6,
    DHCP_OPT_HOSTNAME = 12,
    DHCP_OPT_DOMAIN = 15,
    DHCP_OPT_MTU = 26,
    DHCP_OPT_BROADCAST = 28,
    DHCP_OPT_STATIC_ROUTES = 33,
    DHCP_OPT_NTP = 42,
    DHCP_OPT_VENDOR = 43,
    DHCP_OPT_REQUESTED = 50,
    DHCP_OPT_LEASE_TIME = 51,
    DHCP_OPT_OVERLOAD = 52,
    DHCP_OPT_TYPE = 53,
    DHCP_OPT_SERVER_ID = 54,
    DHCP_OPT_PARAMETERS = 55,
    DHCP_OPT_MAX_SIZE = 57,
    DHCP_OPT_T1 = 58,
    DHCP_OPT_T2 = 59,
    DHCP_OPT_CLASS = 60,
    DHCP_OPT_CLIENT_ID = 61,
    DHCP_OPT_TFTP_NAME = 66,
    DHCP_OPT_BOOT_FILE = 67,
    DHCP_OPT_USER_CLASS = 77,
    DHCP_OPT_RELAY = 82,
    DHCP_OPT_ARCH = 93,
    DHCP_OPT_UUID = 97,
    DHCP_OPT_SUBNET = 118,
    DHCP_OPT_IPXE = 175,
    DHCP_OPT_PATH_PREFIX = 210,
    DHCP_OPT_END = 255,
};

/* Sub-options: of 43 (PXE 2.1), 82 (RFC 3046 and successors), 175 (iPXE). */
enum { DHCP_PXE_CONTROL = 6, DHCP_PXE_SERVERS = 8, DHCP_PXE_MENU = 9, DHCP_PXE_PROMPT = 10, DHCP_PXE_ITEM = 71 };
/* Bits of 43.6: no broadcast, no multicast and only listed servers; the file of this offer. */
enum { DHCP_PXE_LISTED = 7, DHCP_PXE_USE_FILE = 8 };
enum { DHCP_RELAY_CIRCUIT = 1, DHCP_RELAY_SERVER_ID = 11, DHCP_RELAY_PORT = 19 };
enum { DHCP_IPXE_HTTP = 19, DHCP_IPXE_NO_PROXY = 176, DHCP_IPXE_BUS_ID = 177, DHCP_IPXE_VERSION = 235 };

/* What was unusual about a packet that could still be parsed. */
enum dhcp_odd {
    DHCP_ODD_TRUNCATED = 1, /* the last option reaches past the end: ignored, the others kept */
    DHCP_ODD_NO_END = 2,
    DHCP_ODD_NO_COOKIE = 4, /* plain BOOTP */
    DHCP_ODD_UNMERGED = 8,  /* a split option did not fit the scratch: only its first piece is given */
};

struct dhcp_message {
    uint8_t op, htype, hlen, hops;
    uint8_t type; /* enum dhcp_type, or an unknown number */
    uint16_t secs, flags;
    uint32_t xid;
    uint32_t ciaddr, yiaddr, siaddr, giaddr;
    uint8_t chaddr[16];
    unsigned odd;                   /* enum dhcp_odd bits */
    struct pxed_slice sname, file;  /* up to the first NUL; unset when they hold options */
    struct pxed_slice options[256]; /* unset: absent, which differs from empty */
};

enum dhcp_parsed {
    DHCP_PARSED,
    DHCP_SHORT,    /* less than a BOOTP header */
    DHCP_BAD_OP,   /* neither request nor reply */
    DHCP_BAD_HLEN, /* longer than chaddr, or without a hardware type */
    DHCP_BAD_TYPE, /* option 53 is not one byte */
};

/* Reads a packet into *ret, which points into `packet` and `scratch` and lives as long as they do. Options that come
 * in several pieces, over options, file and sname, are joined in `scratch` (RFC 3396); as many bytes as the packet has
 * always suffice. On failure *ret is unspecified. */
enum dhcp_parsed dhcp_parse(struct pxed_slice packet, uint8_t *scratch, size_t scratch_size, struct dhcp_message *ret);
const char *dhcp_parsed_text(enum dhcp_parsed result);

/* An option of exactly four bytes as a number; false when absent or of another length. */
bool dhcp_get_u32(const struct dhcp_message *m, enum dhcp_option code, uint32_t *ret);
bool dhcp_get_u16(const struct dhcp_message *m, enum dhcp_option code, uint16_t *ret);
/* Did the client ask for `code` in option 55? Without a list everything counts as asked for. */
bool dhcp_wants(const struct dhcp_message *m, enum dhcp_option code);

/* Walks code-length-value bytes: the option area, and what 43, 82 and 175 encapsulate. */
struct dhcp_tlv {
    struct pxed_slice rest;
    bool plain;     /* codes 0 and 255 are ordinary ones (option 82, RFC 3046 2.0) */
    bool ended;     /* an END was met */
    bool truncated; /* a value reaches past the end */
};
bool dhcp_tlv_next(struct dhcp_tlv *walk, uint8_t *ret_code, struct pxed_slice *ret_value);
/* The first sub-option `code` inside `area`; false when absent. */
bool dhcp_tlv_find(struct pxed_slice area, bool plain, uint8_t code, struct pxed_slice *ret);

/* Bytes of DHCP a client takes: option 57 counts the IP datagram; too small and absurd values are clamped
 * (CVE-2007-5365). Never below DHCP_BUDGET nor above DHCP_LARGEST. */
size_t dhcp_budget(const struct dhcp_message *m);
