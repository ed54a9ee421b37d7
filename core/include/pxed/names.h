/* The services "names/1", published by the core: what pxed and its hosts are called; and "dns/1", published by the
 * plugin that answers for these names. Loop thread only. */
#pragma once

#include "pxed/model.h"

struct pxed_names_service {
    uint32_t size;
    void *self;
    /* [pxed] name; empty: URLs hold an address, and nobody has to resolve a name. Valid until the loop turn ends. */
    struct pxed_slice (*own)(void *self);
    /* The declared host of this name, in any case, or NULL. Valid until the loop turn ends. */
    const struct pxed_host *(*host)(void *self, struct pxed_slice name);
};

struct pxed_dns_service {
    uint32_t size;
    void *self;
    /* Clients of the interface that has `addr` are given this domain (may be empty): the names are answered below it,
     * too. True: they need this server as a name server, because URLs hold pxed's name, and port 53 is open there. Call
     * it in start. */
    bool (*wanted)(void *self, const struct pxed_addr *addr, struct pxed_slice domain);
};
