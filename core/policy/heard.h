/* What other DHCP servers of a network say: a DISCOVER that asks, replies that are read, and what they mean. Pure. */
#pragma once

#include "pxed/addr.h"

enum { HEARD_FILE_MAX = 128, HEARD_FRAME_MAX = 600, HEARD_SERVERS_MAX = 16 };

/* Who asked: nobody that we know, a client that does not boot, firmware (PXEClient). */
enum heard_asked { HEARD_STRANGER, HEARD_PLAIN, HEARD_FIRMWARE };

/* A DHCP OFFER or ACK. Slices point into the packet. Addresses in host order, 0: none. */
struct heard_reply {
    uint32_t xid, address, next, server, source;
    struct pxed_slice file, class, vendor;
};

/* Writes an IPv4 packet with a DISCOVER into `out` (HEARD_FRAME_MAX bytes): from 0.0.0.0 to everybody, answered by
 * broadcast. Returns its length. */
size_t heard_ask(uint8_t *out, const uint8_t mac[6], uint32_t xid, enum heard_asked as);

/* Reads an IPv4 packet. False: it is no OFFER or ACK to a client (UDP port 68), or it cannot be read. */
bool heard_read(struct pxed_slice ip, struct heard_reply *ret);

/* One server and what it was heard to say. */
struct heard_server {
    uint32_t id; /* option 54, else the source address */
    bool leases; /* it gives addresses */
    bool proxy;  /* it offers boot data without an address */
    bool calls;  /* option 60 PXEClient without a file to use at once: machines ask its port 4011 */
    bool file_for_all, file;
    uint32_t address, next; /* last offered; whom the file is to be fetched from */
    char file_name[HEARD_FILE_MAX];
};

struct heard {
    struct heard_server servers[HEARD_SERVERS_MAX];
    size_t n;
};

/* Notes a reply; the server, or NULL if there are too many. */
struct heard_server *heard_note(struct heard *h, const struct heard_reply *r, enum heard_asked as);
