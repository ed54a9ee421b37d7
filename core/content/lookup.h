/* One look-up in the namespace: the request, the client and the machine concerned. */
#pragma once

#include "believe.h"
#include "boot_plan.h"
#include "context.h"
#include "names.h"
#include "who.h"

struct lookup {
    struct daemon *d;
    const struct pxed_request *request;
    struct pxed_slice path;  /* normalised, below /boot */
    struct pxed_slice asked; /* the same with the `boot/` that was cut off; unset: it had none */
    struct name name;
    struct machine *token; /* the machine whose token is in the path; may be NULL */
    struct machine *nonce; /* the machine whose boot nonce is in the path; NULL: none that is known */
    struct who kernel;     /* the kernel's facts about the client, once looked up */
    bool looked, last_look;
    bool wait;                 /* out: the neighbour entry may be there soon; ask again */
    struct machine *asker;     /* the machine that the kernel's facts point to; NULL: none that is known */
    struct machine *target;    /* the machine that the name refers to; NULL: none that is known */
    struct pxed_slice wrapped; /* a file name where the MAC should be; unset: none */
    struct pxed_buf wrapped_text;
    bool alone;   /* files are opened for this request alone: it may use up a right, or is of a kept generation */
    bool outside; /* the name lies outside /boot: the asker's own, of a row that declares it */
};

/* Where the machine of this boot asks from, and under which address it reaches this server. After content_who. */
void lookup_place(const struct lookup *l, struct boot *b);
/* The MAC of `mac=` in the query: BAD_MAC if missing or unreadable. */
enum pxed_reason lookup_query_mac(const struct lookup *l, struct pxed_hwaddr *ret);
/* The MAC where other loaders' scripts put it: `mac0` in the query, `mac` or `mac0` in a form that was posted. */
bool lookup_form_mac(const struct lookup *l, struct pxed_hwaddr *ret);
