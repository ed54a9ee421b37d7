/* What the I/O files of this room share. All of it runs on the loop thread. */
#pragma once

#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <uv.h>

#include "proxy.h"
#include "pxed/leases.h"
#include "wire/frame.h"

enum { DHCP_SEND_BATCH = 32, DHCP_RECV_BATCH = 64, DHCP_RECV_SIZE = 2048, DHCP_BATCHES_PER_TURN = 16 };

struct dhcp;
struct dhcp_port;
struct dhcp_probe;

/* One datagram waiting to leave. */
struct dhcp_parcel {
    struct dhcp_port *port;
    union {
        struct sockaddr_in in;
        struct sockaddr_ll station;
    } to;
    struct iovec iov;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t bytes[DHCP_FRAME_HEAD + DHCP_REPLY_MAX];
};

/* Datagrams of one socket; they leave together, before the loop sleeps. */
struct dhcp_outbox {
    int fd;
    unsigned n;
    struct mmsghdr heads[DHCP_SEND_BATCH];
    struct dhcp_parcel parcels[DHCP_SEND_BATCH];
};

/* A socket on one interface: port 67 or 4011. */
struct dhcp_port {
    struct dhcp_link *link;
    uint16_t number;
    int fd; /* -1: not open */
    bool polled;
    uv_poll_t poll;
    struct dhcp_outbox out;
};

/* A served interface; its index is that of its scope in the lease table. */
struct dhcp_link {
    struct dhcp *d;
    struct pxed_iface iface;
    struct dhcp_site site;
    struct dhcp_port server, pxe;
    uint32_t other_server; /* last one that a client preferred, and when it was logged */
    uint64_t other_server_at;
    uint64_t ip_unused_at; /* when an ip= of another network was last logged; 0: never */
    uint64_t in_use_at;    /* when an address in use was last logged; 0: never */
    int arp;               /* packet socket for probes; -1: none */
    bool arp_polled;
    uv_poll_t arp_poll;
};

/* An ACK that waits until its lease is on disk. */
struct dhcp_pending {
    struct dhcp *d;
    struct dhcp_port *port;
    uint32_t lease;
    uint64_t until;
    struct pxed_hwaddr mac;
    bool boots;
    struct dhcp_route route;
    struct pxed_slice name; /* points into name_bytes */
    char name_bytes[DHCP_NAME_MAX];
    size_t len; /* of the reply; 0: nobody waits */
    uint8_t packet[DHCP_REPLY_MAX];
    struct dhcp_arrival arrival; /* the request: what cannot be stored is served again without the store */
    size_t request_len;
    uint8_t request[DHCP_RECV_SIZE];
    struct dhcp_pending *next; /* in the list of unused ones */
};

struct dhcp {
    struct pxed_ctx *ctx;
    const struct dhcp_config *config;
    const struct pxed_core *core;
    const struct pxed_store *store; /* server mode only */
    struct dhcp_link *links;
    struct dhcp_scope *scopes;
    unsigned n_links;
    struct dhcp_leases table;
    struct pxed_leases_service leases;
    char *extra;                 /* encoded `option =` lines */
    struct dhcp_outbox stations; /* the packet socket */
    uint64_t send_failed_at;
    uv_prepare_t flush;
    bool flushing;
    struct dhcp_probe *probes; /* under way, n_probes of them */
    unsigned n_probes;
    bool probing; /* probe_timer lives */
    uv_timer_t probe_timer;
    struct dhcp_pending *unused;
    unsigned n_pending;
    bool retrying; /* retry lives: what is unsaved is written when the store writes again */
    uv_timer_t retry;
    uint64_t unstored_at;                  /* when a failure was last logged; 0: never */
    uint64_t doubt_until;                  /* monotonic: until then an address is looked at before it is given */
    uint64_t doubt_wall_ms;                /* the same by the wall clock, when it is still to be written; 0: it is */
    void (*stopped)(struct pxed_ctx *ctx); /* called when n_pending is 0 */
    unsigned handles;                      /* open libuv handles */
    bool finished;                         /* freed with the last handle and the last pending commit */
    struct mmsghdr in[DHCP_RECV_BATCH];
    struct iovec in_iov[DHCP_RECV_BATCH];
    struct sockaddr_in in_from[DHCP_RECV_BATCH];
    _Alignas(struct cmsghdr) char in_control[DHCP_RECV_BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t in_bytes[DHCP_RECV_BATCH][DHCP_RECV_SIZE];
};

/* dhcp_io.c: sockets. Each returns 0 or a negative errno with a sentence logged. */
int dhcp_open(struct dhcp *d);          /* privileged */
int dhcp_listen(struct dhcp *d);        /* from now on packets are taken */
void dhcp_deafen(struct dhcp *d);       /* no new packets */
void dhcp_close(struct dhcp *d);        /* every handle and socket */
void dhcp_free_if_done(struct dhcp *d); /* after fini, when nothing of the loop or the store points here any more */

/* dhcp_send.c: copies the packet; it leaves before the loop sleeps. `mac` is used by DHCP_TO_STATION. */
void dhcp_send(struct dhcp_port *port, const struct dhcp_route *route, const struct pxed_hwaddr *mac,
               struct pxed_slice packet);
void dhcp_flush(struct dhcp *d);

/* dhcp_packet.c: one datagram from the wire, whatever it holds. */
void dhcp_packet(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes);
/* The same one again, with what its probe has found. */
void dhcp_packet_again(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                       const struct dhcp_known *known);

/* dhcp_probe.c: who uses an address. */
void dhcp_probe_open(struct dhcp_link *link); /* privileged; a failure is logged */
int dhcp_probe_listen(struct dhcp *d);        /* 0 or a negative errno */
void dhcp_probe_forget(struct dhcp *d);       /* ends all probes without an answer */
void dhcp_probe_close(struct dhcp *d);
/* Looks who uses next->ip, then dhcp_packet_again() with *next and the answer. `mac` asked, it does not count as
 * another machine; `declared`: it is of a host line; `patient`: who else answers matters too. Copies all. False when
 * too many probes are under way. */
bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct pxed_hwaddr *mac, bool declared, bool patient, const struct dhcp_known *next);

/* dhcp_store.c: the lease table, from the store and for leases/1. */
void dhcp_table_init(struct dhcp *d); /* empty */
int dhcp_table_load(struct dhcp *d);  /* reads all leases; needs d->store. 0 or a negative errno, logged */
void dhcp_table_free(struct dhcp *d);
void dhcp_table_room(struct dhcp *d);
void dhcp_leases_publish(struct dhcp *d);

/* dhcp_commit.c */
/* Is nothing to be committed now (STORE_CANNOT_WRITE)? */
bool dhcp_cannot_write(const struct dhcp *d);
/* A lease that cannot be written now counts at once, and is written when the store can. */
void dhcp_keep(struct dhcp *d, uint32_t lease, uint64_t until, struct pxed_slice name);
int dhcp_retry_listen(struct dhcp *d);
void dhcp_retry_close(struct dhcp *d);
/* Writes the lease, and whatever its machine had before; then the ACK leaves. A failure undoes it
 * and serves the request again without the store. Takes `p`. */
void dhcp_commit(struct dhcp_pending *p);
/* Writes an entry as it is now; nobody waits for it. What fails is tried again. */
void dhcp_note(struct dhcp *d, uint32_t lease);
struct dhcp_pending *dhcp_pending_new(struct dhcp *d);
void dhcp_pending_end(struct dhcp_pending *p);

/* dhcp_doubt.c: is doubt_until to be set, and its record. 0 or a negative errno, logged. */
int dhcp_doubt_load(struct dhcp *d);
void dhcp_doubt_save(struct dhcp *d); /* doubt_wall_ms is 0 when it is on disk */

/* dhcp_ops.c: `pxed check` and `pxed explain`. */
void dhcp_check(const void *config, const char *file, struct pxed_diags *diags);
void dhcp_explain(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                  struct pxed_buf *out);

static inline uint64_t dhcp_now(const struct dhcp *d) {
    return d->core->now(d->ctx);
}
