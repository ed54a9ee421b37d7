/* The state that the files of the plugin share. All of it is used on the loop thread only. */
#pragma once

#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <uv.h>

#include "ahead.h"
#include "named.h"
#include "net.h"
#include "proxy.h"
#include "pxed/arena.h"
#include "pxed/heard.h"
#include "pxed/leases.h"
#include "pxed/poll.h"
#include "wire/frame.h"

enum { DHCP_SEND_BATCH = 32, DHCP_RECV_BATCH = 64, DHCP_RECV_SIZE = 2048, DHCP_BATCHES_PER_TURN = 16 };
enum { DHCP_IN_USE_AGAIN_MS = 1000 }; /* addresses in use are logged so often at most */

struct dhcp;
struct dhcp_port;
struct dhcp_probe;

/* One datagram waiting to be sent. */
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

/* Datagrams of one socket; they are sent together, before the loop sleeps. */
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
    struct pxed_poll poll;
    struct dhcp_outbox out;
};

/* Other servers on its wire. */
struct dhcp_foreign {
    int fd; /* negative: they are not looked for */
    struct pxed_poll poll;
    uint32_t xid; /* of the last question as firmware; the next number as a client that does not boot */
    struct pxed_heard now, before; /* heard in this round and in the one before */
};

/* A served interface. */
struct dhcp_link {
    struct dhcp *d;
    struct pxed_iface iface;
    int scope;  /* its own net */
    bool names; /* clients need this server as their name server, if no other is set */
    struct dhcp_port server, pxe;
    uint32_t other_server; /* last one that a client preferred, and when it was logged */
    uint64_t other_server_at;
    int arp; /* packet socket for questions by ARP; -1: none */
    struct pxed_poll arp_poll;
    struct dhcp_foreign foreign;
};

/* Who waits for answers to questions after an address. */
enum dhcp_hearer { DHCP_HEAR_PROBES = 1, DHCP_HEAR_AHEAD = 2 };

/* Somebody uses this address. */
struct dhcp_answer {
    uint32_t ip;
    bool far;               /* by ICMP: nobody sees by which card */
    uint64_t secret;        /* by ICMP: of the question */
    struct pxed_hwaddr mac; /* by ARP */
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
    size_t len; /* of the reply; 0: no reply waits */
    bool again; /* the request is handled again instead: what is being written ends much earlier */
    uint8_t packet[DHCP_REPLY_MAX];
    struct dhcp_arrival arrival; /* the request: handled again without the store if it cannot be stored */
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
    unsigned n_links;
    struct dhcp_net *nets;
    struct dhcp_scope *scopes; /* of the nets: the same index */
    unsigned n_nets;
    struct dhcp_listed *relays; /* in `arena` */
    unsigned n_relays;
    struct dhcp_named *named; /* NULL: no net lists relays */
    bool serves;              /* a net is in server mode */
    struct pxed_arena arena;  /* of the nets */
    struct dhcp_leases table;
    struct pxed_leases_service leases;
    struct dhcp_outbox stations; /* the packet socket */
    uint64_t send_failed_at;
    uv_prepare_t flush;
    bool flushing;
    int echo; /* raw ICMP socket for addresses behind relays; -1: none */
    uint16_t echo_id;
    struct pxed_poll echo_poll;
    unsigned hearers; /* of enum dhcp_hearer */
    struct dhcp_ahead ahead;
    struct dhcp_ahead_entry *ahead_entries; /* NULL: nothing is probed ahead of time, and ahead_timer is not open */
    uv_timer_t ahead_timer;
    uint64_t in_use_at;        /* when an address in use was last logged; 0: never */
    struct dhcp_probe *probes; /* running, n_probes of them */
    unsigned n_probes;
    bool probing; /* probe_timer is open */
    uv_timer_t probe_timer;
    bool guarded, foreign_running; /* foreign = stop has asked already; the timers are open */
    unsigned foreign_step;         /* of this round: the next question */
    uv_timer_t foreign_ask, foreign_tell;
    struct dhcp_pending *unused;
    unsigned n_pending;
    bool retrying; /* `retry` is open: unsaved leases are written when the store can */
    uv_timer_t retry;
    uint64_t unstored_at;                  /* when a failure was last logged; 0: never */
    uint64_t doubt_until;                  /* monotonic: until then an address is probed before it is given */
    uint64_t doubt_wall_ms;                /* the same by the wall clock, still to be written; 0: written */
    void (*stopped)(struct pxed_ctx *ctx); /* called when n_pending is 0 */
    unsigned handles;                      /* open libuv handles */
    bool finished;                         /* freed with the last handle and the last pending commit */
    void (*released)(struct dhcp *d);      /* a handle or a pending commit ended; `d` may be freed afterwards */
    void (*answered)(struct dhcp *d, const struct dhcp_answer *answer);
    /* Handles a message that waited again, with what is known now. */
    void (*again)(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                  const struct dhcp_known *known);
    struct mmsghdr in[DHCP_RECV_BATCH];
    struct iovec in_iov[DHCP_RECV_BATCH];
    struct sockaddr_in in_from[DHCP_RECV_BATCH];
    _Alignas(struct cmsghdr) char in_control[DHCP_RECV_BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t in_bytes[DHCP_RECV_BATCH][DHCP_RECV_SIZE];
};

static inline uint64_t dhcp_now(const struct dhcp *d) {
    return d->core->now(d->ctx);
}

/* Call at the end of a handle's close callback. */
static inline void dhcp_handle_closed(struct dhcp *d) {
    d->handles--;
    d->released(d);
}
