/* The service "leases/1": the leases of the DHCP server. Loop thread only; a row lives only during the call. */
#pragma once

#include "pxed/addr.h"

struct pxed_lease {
    struct pxed_addr ip;
    struct pxed_hwaddr mac;
    int64_t expires;            /* wall clock, seconds since the epoch; INT64_MAX: never */
    struct pxed_slice hostname; /* as sent by the client, escaped; may be empty */
    const char *state;          /* "bound", "offered", "declined", "expired" */
};

struct pxed_leases_service {
    uint32_t size;
    void *self;
    void (*each)(void *self, void (*row)(void *arg, const struct pxed_lease *lease), void *arg);
    /* Whose lease of this address is in force; false: nobody's. Since 1.7. */
    bool (*holder)(void *self, const struct pxed_addr *ip, struct pxed_hwaddr *ret);
};
