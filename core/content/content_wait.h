/* Answers that come later: who waits for one. */
#pragma once

#include "context.h"

/* One call of open(), from the outside. */
struct opening {
    pxed_open_fn *later;
    void *arg;
    bool last_look;  /* the neighbour's address will not be known later either */
    uint64_t ticket; /* in: one to be used again, or 0; out: set when it waits */
    enum pxed_reason reason;
    struct pxed_content *content;
    bool wait; /* out: the neighbour's address may be known soon */
};

void content_pend(struct daemon *d, struct opening *o);
/* Takes the ticket off the list; NULL if the client went away meanwhile. */
pxed_open_fn *content_take_pending(struct daemon *d, uint64_t ticket, void **ret_arg);
/* The client went away: its answer, when it comes, finds nobody. */
void content_cancel(struct daemon *d, uint64_t ticket);
/* At the end of the daemon. */
void content_drop_pending(struct daemon *d);
