/* The service "leases/1": the leases of the DHCP server. Loop thread only; a row lives only during the call. */
#pragma once

#include "pxed/addr.h"
#include "pxed/reason.h"

struct pxed_lease {
    struct pxed_addr ip;
    struct pxed_hwaddr mac;
    int64_t expires;            /* wall clock, seconds since the epoch; INT64_MAX: never */
    struct pxed_slice hostname; /* as sent by the client, escaped; may be empty */
    const char *state;          /* "bound", "offered", "declined", "expired" */
};

/* A served net and its addresses. Since minor 8. */
struct pxed_pool {
    const char *net;    /* "10.20.0.0/24" */
    const char *mode;   /* "server" "proxy" "off" */
    uint64_t size;      /* addresses in its ranges */
    uint64_t live;      /* of these: offered, leased or quarantined */
    uint64_t declared;  /* of these: of declared hosts */
    const char *behind; /* the interface, or "relay" */
};

/* Another DHCP server or proxy on a wire of this one, and what it means for machines that boot; one row for each fault.
 * Since minor 8. */
struct pxed_other_server {
    const char *interface;
    struct pxed_addr addr;
    struct pxed_hwaddr mac;
    bool leases, boot_server;
    const char *fault; /* "OTHER_DHCP" "PXE_CLASS" "FILE_FOR_ALL" "OTHER_BOOT"; NULL: it disturbs nobody */
    const char *text, *cure;
};

struct pxed_leases_service {
    uint32_t size;
    void *self;
    void (*each)(void *self, void (*row)(void *arg, const struct pxed_lease *lease), void *arg);
    /* Whose lease of this address is in force; false: nobody's. Since 1.7. */
    bool (*holder)(void *self, const struct pxed_addr *ip, struct pxed_hwaddr *ret);
    /* Since minor 7, for leases of another server; `state` is not looked at. May this machine have this lease? OK, or a
     * LEASE_* reason. Changes nothing. */
    enum pxed_reason (*judge)(void *self, const struct pxed_lease *lease);
    /* Takes over each of these that may be (judge): its reason is written to `reasons`, n of them, at once. `done`
     * comes exactly once, later: with how many are on disk. Everything is copied. */
    void (*take)(void *self, const struct pxed_lease *leases, size_t n, enum pxed_reason *reasons,
                 void (*done)(void *arg, size_t stored), void *arg);
    /* Since minor 8. */
    void (*pools)(void *self, void (*row)(void *arg, const struct pxed_pool *pool), void *arg);
    /* Those heard of in the last 20 minutes. */
    void (*others)(void *self, void (*row)(void *arg, const struct pxed_other_server *other), void *arg);
    /* The net of this address, as text, if nothing was heard from there since the start; NULL: something was, or it is
     * no served net. */
    const char *(*quiet)(void *self, const struct pxed_addr *ip);
};
