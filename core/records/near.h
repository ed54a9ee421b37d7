/* Strangers whose MAC is nearly that of a host that was never heard of. */
#pragma once

#include "machines.h"

struct near_mac;

/* One question, or those of a whole list: the strangers are read at the first one. Valid within one turn of the loop.
 */
struct near {
    struct near_mac *items;
    size_t n;
    bool read;
};

/* The stranger that was heard and differs in the fewest digits from a MAC of the host, two at most; NULL: there is
 * none. */
const struct machine *near_find(struct near *near, struct machines *ms, const struct pxed_host *host);
/* Frees what it has read. */
void near_end(struct near *near);
