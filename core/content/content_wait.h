/* Requests that are answered later. */
#pragma once

#include "context.h"

/* One call of open(). */
struct opening {
    pxed_open_fn *later;
    void *arg;
    bool last_look;  /* the neighbour's address will not become known by waiting */
    uint64_t ticket; /* in: a ticket to reuse, or 0; out: set if the request waits */
    enum pxed_reason reason;
    struct pxed_content *content;
    bool wait; /* out: the neighbour's address may become known soon */
};

void content_pend(struct daemon *d, struct opening *o);
/* Removes the ticket from the list; NULL if the client has gone meanwhile. */
pxed_open_fn *content_take_pending(struct daemon *d, uint64_t ticket, void **ret_arg);
/* The client has gone: its answer will be dropped. */
void content_cancel(struct daemon *d, uint64_t ticket);
/* At the end of the daemon. */
void content_drop_pending(struct daemon *d);
