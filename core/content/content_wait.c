/* A list of tickets, each answered once or cancelled. */
#include "content_wait.h"

#include <stdlib.h>

struct pending {
    uint64_t ticket;
    pxed_open_fn *later; /* NULL: the client has gone */
    void *arg;
    struct pending *next;
};

void content_pend(struct daemon *d, struct opening *o) {
    struct pending *p = pxed_xalloc(sizeof(*p));
    if (o->ticket == 0)
        o->ticket = ++d->tickets;
    *p = (struct pending){o->ticket, o->later, o->arg, d->pending};
    d->pending = p;
}

pxed_open_fn *content_take_pending(struct daemon *d, uint64_t ticket, void **ret_arg) {
    for (struct pending **at = &d->pending; *at; at = &(*at)->next) {
        struct pending *p = *at;
        if (p->ticket != ticket)
            continue;
        pxed_open_fn *later = p->later;
        *ret_arg = p->arg;
        *at = p->next;
        free(p);
        return later;
    }
    return NULL;
}

void content_cancel(struct daemon *d, uint64_t ticket) {
    for (struct pending *p = d->pending; p; p = p->next)
        if (p->ticket == ticket)
            p->later = NULL; /* the answer will be dropped */
}

void content_drop_pending(struct daemon *d) {
    while (d->pending) {
        struct pending *p = d->pending;
        d->pending = p->next;
        free(p);
    }
}
