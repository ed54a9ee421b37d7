/* Host variables: which exist, which values are valid, and in which order they are looked up. */
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

/* Fills host->pub.vars and host->from from host line, [group NAME], [os ID], [defaults] and the profile's defaults, in
 * that order; what comes of `ini` stays there. Returns the first section entry in use whose @FILE could not be read, or
 * NULL. */
const struct ini_entry *vars_resolve(struct catalogue_host *host, const struct hostfile_line *line,
                                     const struct ini *ini, struct pxed_arena *arena);
