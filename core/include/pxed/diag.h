/* Everything that is wrong with a configuration, reported at once, each item as file:line. */
#pragma once

#include "pxed/slice.h"

/* An ERROR refuses the whole load. A HOST_ERROR concerns one host, which boots its disk; all others are in force. */
enum pxed_severity { PXED_WARNING, PXED_ERROR, PXED_HOST_ERROR };

struct pxed_diag {
    enum pxed_severity severity;
    unsigned line;    /* 0: no line to point at */
    const char *file; /* may be NULL */
    const char *text; /* one sentence; never a secret */
};

/* A growing list that owns its texts and file names. A zeroed list is empty. Free it with pxed_diags_clear. */
struct pxed_diags {
    struct pxed_diag *items;
    size_t n, errors, warnings;
    size_t host_errors; /* since minor 2 */
};

void pxed_diag_add(struct pxed_diags *d, enum pxed_severity severity, const char *file, unsigned line,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
void pxed_diags_clear(struct pxed_diags *d);

/* The candidate nearest to `word` if it is near enough to be a typing error, else NULL. `candidates` ends with NULL. */
const char *pxed_nearest(struct pxed_slice word, const char *const *candidates);
