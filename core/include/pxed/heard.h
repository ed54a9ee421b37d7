/* What other DHCP servers of a network say: a DISCOVER that asks, replies that are read, and what they mean for
 * machines that are to boot from pxed. For the dhcp plugin while it runs, and for `pxed doctor`. Since minor 8. */
#pragma once

#include "pxed/addr.h"

enum { PXED_HEARD_FILE_MAX = 128, PXED_HEARD_FRAME_MAX = 600, PXED_HEARD_SERVERS_MAX = 16 };

/* Who asked: nobody that we know, a client that does not boot, firmware (PXEClient). */
enum pxed_heard_asked { PXED_HEARD_STRANGER, PXED_HEARD_PLAIN, PXED_HEARD_FIRMWARE };

/* A DHCP OFFER or ACK. Slices point into the packet. Addresses in host order, 0: none. */
struct pxed_heard_reply {
    uint32_t xid, address, next, server, source;
    struct pxed_slice file, class, vendor;
    struct pxed_hwaddr mac;    /* of the frame, if the caller knows it */
    struct pxed_hwaddr client; /* whom it answers; len 0: not an Ethernet card */
};

/* Writes an IPv4 packet with a DISCOVER into `out` (PXED_HEARD_FRAME_MAX bytes): from 0.0.0.0 to everybody, answered by
 * broadcast. Returns its length. */
size_t pxed_heard_ask(uint8_t *out, const uint8_t mac[6], uint32_t xid, enum pxed_heard_asked as);

/* Reads an IPv4 packet. False: it is no OFFER or ACK to a client (UDP port 68), or it cannot be read. */
bool pxed_heard_read(struct pxed_slice ip, struct pxed_heard_reply *ret);

/* One server and what it was heard to say. */
struct pxed_heard_server {
    uint32_t id; /* option 54, else the source address */
    bool leases; /* it gives addresses */
    bool proxy;  /* it offers boot data without an address */
    bool calls;  /* option 60 PXEClient without a file to use at once: machines ask its port 4011 */
    bool file_for_all, file;
    uint32_t address, next; /* last offered; whom the file is to be fetched from */
    char file_name[PXED_HEARD_FILE_MAX];
    struct pxed_hwaddr mac; /* that it last answered from; len 0: not known */
    unsigned told;          /* the caller's own: what it has said of it */
};

struct pxed_heard {
    struct pxed_heard_server servers[PXED_HEARD_SERVERS_MAX];
    size_t n;
};

/* Notes a reply; the server, or NULL if there are too many. */
struct pxed_heard_server *pxed_heard_note(struct pxed_heard *h, const struct pxed_heard_reply *r,
                                          enum pxed_heard_asked as);

enum { PXED_HEARD_TEXT_MAX = 512, PXED_HEARD_FAULTS_MAX = 4 };

/* Of this server on this interface. */
struct pxed_heard_site {
    bool leases;  /* in server mode */
    uint32_t own; /* its address there */
};

enum pxed_heard_kind {
    PXED_HEARD_OTHER_DHCP,   /* leases, as we do */
    PXED_HEARD_PXE_CLASS,    /* machines ask its port 4011 */
    PXED_HEARD_FILE_FOR_ALL, /* a boot file for who does not boot */
    PXED_HEARD_OTHER_BOOT,   /* a boot file of its own for firmware */
    PXED_HEARD_NO_DHCP,      /* these two are nobody's: no server leases, or several do */
    PXED_HEARD_TWO_DHCP,
};

struct pxed_heard_fault {
    enum pxed_heard_kind kind;
    const char *word; /* for programs: "OTHER_DHCP" */
    char text[PXED_HEARD_TEXT_MAX];
    const char *cure;
};

/* The faults of one server, or with `s` NULL those of all together; returns their number. */
size_t pxed_heard_judge(const struct pxed_heard *h, const struct pxed_heard_server *s,
                        const struct pxed_heard_site *site, struct pxed_heard_fault ret[static PXED_HEARD_FAULTS_MAX]);
/* One server in one line, into `line`. */
const char *pxed_heard_describe(const struct pxed_heard_server *s, char line[static PXED_HEARD_TEXT_MAX]);

/* An IPv4 packet socket on an interface that gets datagrams to DHCP clients alone (UDP port 68); needs CAP_NET_RAW. The
 * descriptor or a negative errno. */
int pxed_heard_open(unsigned iface_index);
/* Sends a DISCOVER of pxed_heard_ask to everybody. 0 or a negative errno. */
int pxed_heard_send(int fd, unsigned iface_index, const uint8_t mac[6], uint32_t xid, enum pxed_heard_asked as);
enum pxed_heard_got { PXED_HEARD_NOTHING, PXED_HEARD_OTHER, PXED_HEARD_REPLY };
/* Reads one datagram into `bytes`. NOTHING: none is there; OTHER: no reply, or one that leaves here; REPLY: *ret, which
 * points into `bytes`. */
enum pxed_heard_got pxed_heard_receive(int fd, char *bytes, size_t size, struct pxed_heard_reply *ret);
