/* Host variables: which exist, and which values are valid. */
#pragma once

#include "catalogue.h"

struct vars_row {
    const char *key, *help;
    bool line_only; /* only in a host line, because it concerns one machine */
    bool secret;
    const char *(*check)(struct pxed_slice value); /* NULL: any text. Returns what is wrong as a sentence, or NULL */
};
extern const struct vars_row vars_rows[]; /* ends with a zeroed row */

/* Checks `key = value` written at file:line; `profile` may be NULL. False after reporting an error in diags. */
bool vars_check(struct pxed_slice key, struct pxed_slice value, const struct pxed_profile *profile, bool in_line,
                const char *file, unsigned line, struct pxed_diags *diags);

/* The row of a key, and a profile's own variable; NULL: there is none. */
const struct vars_row *vars_find_row(struct pxed_slice key);
const struct pxed_os_var *vars_find_own(const struct pxed_profile *profile, struct pxed_slice key);
