/* Which address a machine behind a listed relay named in the REQUEST of its present boot: on port 4011, where no relay
 * stands between, it is known by that. Pure. */
#pragma once

#include "pxed/addr.h"

enum { DHCP_NAMED = 1024, DHCP_NAMED_WAYS = 4, DHCP_NAMED_MS = 10 * 60 * 1000 };

struct dhcp_named_one {
    struct pxed_hwaddr mac; /* len 0: unused */
    uint32_t ip;
    uint64_t at; /* monotonic ms */
};

/* A cache: of those whose places are the same the oldest goes. Zeroed it is empty. */
struct dhcp_named {
    struct dhcp_named_one items[DHCP_NAMED];
};

/* `ip` 0: its boot begins, it has named none yet. */
void dhcp_named_put(struct dhcp_named *n, const struct pxed_hwaddr *mac, uint32_t ip, uint64_t now);
/* Is this the address that it named, at most ten minutes ago? */
bool dhcp_named_is(const struct dhcp_named *n, const struct pxed_hwaddr *mac, uint32_t ip, uint64_t now);
