/* Wrong tokens: so many of an address, and then only few more. A token has 160 random bits, so this keeps the log and
 * the processor quiet; a right token is always let in, and nobody can lock out another by trying wrong ones. Pure. */
#pragma once

#include "pxed/addr.h"

enum { CONSOLE_RATE_SLOTS = 64, CONSOLE_RATE_BURST = 10, CONSOLE_RATE_MS = 6000 /* for each further one */ };

struct console_rate {
    struct console_rate_slot {
        struct pxed_addr addr; /* family 0: free */
        uint64_t at;           /* ms: when `left` was true */
        unsigned left;
    } slots[CONSOLE_RATE_SLOTS];
};

/* One more wrong token came from there: may it be looked at as one? False: too many; say so. */
bool console_rate_takes(struct console_rate *r, const struct pxed_addr *addr, uint64_t now);
