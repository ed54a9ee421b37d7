/* Reads a DNS query (RFC 1035 4.1, RFC 6891). Pure. */
#pragma once

#include "pxed/buf.h"

enum {
    DNS_HEAD = 12,
    DNS_NAME_MAX = 255,
    DNS_UDP_PLAIN = 512, /* the largest answer over UDP without EDNS (RFC 1035 4.2.1) */
    DNS_UDP_MOST = 1232, /* and with EDNS: fits every path without fragments */
};

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_BADVERS = 16, /* RFC 6891 6.1.3: its upper bits travel in OPT */
};

enum dns_type {
    DNS_A = 1,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_HINFO = 13,
    DNS_AAAA = 28,
    DNS_OPT = 41,
    DNS_TKEY = 249, /* from here to MAILA: queries about servers and zones, not about names */
    DNS_MAILA = 254,
    DNS_ANY = 255,
};
enum { DNS_CLASS_IN = 1 };

/* Slices point into the query. */
struct dns_query {
    uint16_t id;
    uint8_t opcode;
    bool recursion, unchecked;  /* RD and CD: they come back as they were */
    struct pxed_slice question; /* name, type and class as sent, to be repeated; empty if it cannot be read */
    struct pxed_slice name;     /* its name: labels with their lengths, the root's last */
    uint16_t type, class;
    bool edns;
    uint16_t room;        /* of an answer over UDP, DNS_UDP_PLAIN to DNS_UDP_MOST */
    enum dns_rcode wrong; /* why it is not answered by names; DNS_NOERROR: it can be */
};

/* False: no answer, because it is none to a query (too short for a header, or an answer itself: loops end here). */
bool dns_query_read(struct pxed_slice bytes, struct dns_query *ret);

/* The name as text, lower case, without a dot at the end. False if a label has other bytes than host names and reverse
 * names have (letters, digits, `-`, `_`), or if it does not fit. */
bool dns_name_text(struct pxed_slice name, struct pxed_buf *out);
