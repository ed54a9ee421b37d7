/* Makes the table of served nets from the interfaces and the [subnet] sections. */
#pragma once

#include "dhcp_state.h"

/* Fills in d->links, d->nets and d->scopes. 0 or a negative errno, after logging the cause. */
int dhcp_nets_init(struct dhcp *d);
void dhcp_nets_free(struct dhcp *d);
/* The nets as the pure part sees them. */
static inline struct dhcp_nets dhcp_nets_of(const struct dhcp *d) {
    return (struct dhcp_nets){
        .items = d->nets, .scopes = d->scopes, .n = d->n_nets, .relays = d->relays, .n_relays = d->n_relays};
}
