/* What an installer's last words say of the machine's clock: signatures from the future, certificates not yet in force,
 * tickets refused for skew. Words of the machine: evidence, never believed further. Pure. */
#pragma once

#include <stdint.h>

#include "pxed/slice.h"

/* Kerberos allows five minutes, and nothing else here allows less. */
enum { CLOCK_OFF_SECONDS = 5 * 60 };

struct clock_words {
    struct pxed_slice line; /* the one that says so, as the journal has it; unset: none does */
    bool told;              /* the machine told its time, `clock: SECONDS` since 1970 */
    int64_t ahead;          /* seconds by which that was before (below 0) or after `now` */
};

/* Reads the step of a `failed` event, in which bytes are escaped: `\x0a` ends a line. `now`: seconds since 1970, when
 * it came. A clock that was told counts against the words: one that is right takes them away, what lies in the future
 * is its fault only if it is behind, and what has expired only if it is told ahead. */
struct clock_words clock_words_read(struct pxed_slice text, int64_t now);
