/* Under which address machines reach this server: one of each net that it is asked in, or the name of [pxed] name. The
 * only place where the scheme and authority of a URL are made. */
#pragma once

#include "build_state.h"

struct site_url {
    const char *url;       /* http://pxe-server or http://10.77.0.1:8080 */
    const char *base;      /* url + "/boot/" */
    const char *secure;    /* https://pxe-server:8443/boot/; NULL: nothing speaks TLS */
    const char *authority; /* pxe-server or 10.77.0.1:8080 */
    struct pxed_addr addr; /* of this server; unset: it has none yet */
    struct pxed_addr net;  /* machines of this net get it; unset: those that ask at `addr` */
    uint8_t prefix;
};

/* Fills in c->urls, after the site's port is known. */
void site_url_build(struct build *b);
/* For a machine that asks at `local` from `peer`, each NULL or unset where it is not known. Never NULL. */
const struct site_url *site_url_of(const struct catalogue *c, const struct pxed_addr *local,
                                   const struct pxed_addr *peer);
/* Is this one of the authorities, or an own address with or without a port? */
bool site_url_is_ours(const struct catalogue *c, struct pxed_slice authority);
