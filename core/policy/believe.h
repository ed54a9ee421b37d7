/* Who is believed: facts about the asker, told by the kernel, and what it asked for; what it gets and what that
 * changes. The tables of docs/threat-model.md, as pure functions. */
#pragma once

#include <stdbool.h>

#include "pxed/reason.h"

/* About one asker and one machine. */
struct believe_facts {
    bool own;      /* one of the server's own addresses, of any card */
    bool token;    /* a live token of this machine stands in the path */
    bool routed;   /* a gateway lies between the server and the asker, or there is no route */
    bool resolved; /* on-link, and the card's neighbour entry of the address is complete */
    bool its_card; /* and it holds one of the machine's hardware addresses */
    bool query;    /* believe = query: naming the machine is enough */
};

enum believe_who {
    BELIEVE_SERVER,    /* L: the server itself: operators' curl, scripts, local accounts */
    BELIEVE_TOKEN,     /* T */
    BELIEVE_MACHINE,   /* M: the machine */
    BELIEVE_NEIGHBOUR, /* N: on the wire, but another */
    BELIEVE_ROUTED,    /* R: from elsewhere */
    BELIEVE_WHO_COUNT
};

/* The columns are tried in the order above. */
enum believe_who believe_tell(const struct believe_facts *facts);

enum believe_what {
    BELIEVE_SCRIPT, /* boot script, loader configuration */
    BELIEVE_ANSWER, /* a file of the host without a secret */
    BELIEVE_SECRET, /* one with a secret, whatever its name */
    BELIEVE_EVENT,
    BELIEVE_IMAGE, /* kernel, initrd, WIM, ISO: public, but the last one may use up the arming */
    BELIEVE_WHAT_COUNT
};

struct believe_right {
    enum pxed_reason why; /* OK: it is served or taken. NOT_BELIEVED: a script that boots the disk is served */
    bool live;            /* its links carry the live token; else one that opens nothing */
    bool masked;          /* secrets are shown as *** */
    bool notes;           /* steps are recorded; a power-on may be opened */
    bool spends;          /* delivering it may use up the arming */
};

struct believe_right believe_may(enum believe_who who, enum believe_what what);
