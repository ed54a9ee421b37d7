/* Who is believed: from the kernel's facts about the client and what it requests to what it gets and what that changes.
 * The tables of docs/threat-model.md, as pure functions. */
#pragma once

#include <stdbool.h>

#include "pxed/reason.h"

/* Facts about one client and one machine. */
struct believe_facts {
    bool own;      /* the client has an address of the server, on any interface */
    bool token;    /* the path has a live token of this machine */
    bool routed;   /* the client is behind a gateway, or there is no route to it */
    bool resolved; /* the client is on-link, and its neighbour entry is complete */
    bool its_card; /* and that entry has one of the machine's hardware addresses */
    bool leased;   /* behind a declared relay, and its address is leased to the machine */
    bool nonce;    /* the path has the nonce of this machine's present boot */
    bool query;    /* believe = query: naming the machine in the query is enough */
};

enum believe_who {
    BELIEVE_SERVER,    /* L: the server itself: curl of operators, scripts, local accounts */
    BELIEVE_TOKEN,     /* T */
    BELIEVE_MACHINE,   /* M: the machine */
    BELIEVE_NEIGHBOUR, /* N: on-link, but another machine */
    BELIEVE_ROUTED,    /* R: behind a gateway */
    BELIEVE_WHO_COUNT
};

/* Tries the columns in the order above. */
enum believe_who believe_tell(const struct believe_facts *facts);

enum believe_what {
    BELIEVE_SCRIPT, /* boot script, loader configuration */
    BELIEVE_ANSWER, /* a file of the host without a secret */
    BELIEVE_SECRET, /* a file with a secret, whatever its name */
    BELIEVE_EVENT,
    BELIEVE_IMAGE, /* kernel, initrd, WIM, ISO: public, but the last one may use up the arming */
    BELIEVE_WHAT_COUNT
};

struct believe_right {
    enum pxed_reason why; /* OK: served or accepted. NOT_BELIEVED: gets a script that boots the disk */
    bool live;            /* links carry the live token; else one that opens nothing */
    bool masked;          /* secrets are shown as *** */
    bool notes;           /* steps are recorded; may open a new power-on */
    bool spends;          /* delivering it may use up the arming */
};

struct believe_right believe_may(enum believe_who who, enum believe_what what);
