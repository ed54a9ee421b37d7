/* One look-up in the namespace on its way: what is asked, by whom, of which machine. */
#pragma once

#include "believe.h"
#include "context.h"
#include "names.h"
#include "who.h"

struct lookup {
    struct daemon *d;
    const struct pxed_request *request;
    struct pxed_slice path; /* normalised, below /boot */
    struct name name;
    struct machine *token; /* the machine whose token was shown; may be NULL */
    struct who kernel;     /* the kernel's word on the asker, once asked */
    bool looked, last_look;
    bool wait;                 /* out: the neighbour entry may be there soon; ask again */
    struct machine *asker;     /* the machine the kernel says it is; NULL: none that is known */
    struct machine *target;    /* the machine the name speaks of; NULL: none that is known */
    struct pxed_slice wrapped; /* a name in the place of the MAC; unset: none */
    struct pxed_buf wrapped_text;
};

/* The MAC of `mac=` in the query: BAD_MAC when missing or unreadable. */
enum pxed_reason lookup_query_mac(const struct lookup *l, struct pxed_hwaddr *ret);
