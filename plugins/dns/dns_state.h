/* The state that the files of the plugin share. Loop thread only. */
#pragma once

#include <uv.h>

#include "pxed/leases.h"
#include "pxed/names.h"
#include "pxed/plugin.h"
#include "pxed/poll.h"
#include "rate.h"
#include "zone.h"

enum {
    DNS_PORT = 53,
    DNS_CONNS_MAX = 64, /* of TCP, all interfaces together */
    DNS_CONNS_OF_ONE = 8,
    DNS_IDLE_MS = 10 * 1000,
    DNS_QUERY_MAX = 1024, /* longer ones are no questions of ours */
};

struct dns_config {
    struct pxed_list names;
};

struct dns;

/* A served interface. */
struct dns_link {
    struct dns *dns;
    struct pxed_iface iface;
    int udp, tcp; /* -1: closed */
    struct pxed_poll udp_poll, tcp_poll;
    bool paused; /* tcp_poll waits for the timer */
};

/* A TCP connection, closed when it is idle, done, or sends what is no query. */
struct dns_conn {
    struct dns_link *link;
    struct dns_conn *next;
    struct pxed_addr peer;
    int fd;
    struct pxed_poll poll;
    uint64_t used_at;
    size_t n;
    uint8_t bytes[2 + DNS_QUERY_MAX];
};

struct dns_leased {
    struct pxed_addr ip;
    struct pxed_hwaddr mac;
};

struct dns {
    struct pxed_ctx *ctx;
    const struct pxed_core *core;
    bool own_named, hosts_named;
    const struct pxed_names_service *names;
    const struct pxed_leases_service *leases; /* NULL: nobody leases addresses here */
    struct pxed_dns_service service;
    struct dns_link *links;
    size_t n_links;
    struct pxed_slice domains[DNS_DOMAINS_MAX];
    size_t n_domains;
    struct pxed_arena memory;  /* texts of domains */
    struct dns_leased *leased; /* bound leases, as of leased_at */
    size_t n_leased;
    uint64_t leased_at;
    struct dns_conn *conns;
    unsigned n_conns;
    uv_timer_t idle; /* runs while a connection is open */
    bool timing;     /* `idle` is a handle of the loop */
    struct dns_rate rate;
    unsigned handles;                /* open libuv handles */
    bool finished;                   /* freed with the last of them */
    void (*released)(struct dns *d); /* a handle has ended; `d` may be freed afterwards */
};

/* Call at the end of a handle's close callback: `d` may be freed. */
static inline void dns_handle_closed(struct dns *d) {
    d->handles--;
    d->released(d);
}
