/* Running commits: their memory, and the end of the last one. */
#include "dhcp_pending.h"

#include <stdlib.h>

#include "dhcp_send.h"
#include "pxed/arena.h"

struct dhcp_pending *dhcp_pending_new(struct dhcp *d) {
    struct dhcp_pending *p = d->unused;
    if (p)
        d->unused = p->next;
    else
        p = pxed_xalloc(sizeof(*p));
    p->d = d;
    p->len = 0;
    return p;
}

void dhcp_pending_end(struct dhcp_pending *p) {
    struct dhcp *d = p->d;
    p->next = d->unused;
    d->unused = p;
    d->n_pending--;
    if (d->n_pending == 0 && d->stopped) {
        void (*stopped)(struct pxed_ctx * ctx) = d->stopped;
        d->stopped = NULL;
        dhcp_flush(d);
        stopped(d->ctx);
    }
    d->released(d);
}

void dhcp_pending_free(struct dhcp *d) {
    while (d->unused) {
        struct dhcp_pending *p = d->unused;
        d->unused = p->next;
        free(p);
    }
}
