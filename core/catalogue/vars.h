/* Host variables: which exist, what their values must look like, and in which order places are asked. */
#pragma once

#include "catalogue.h"

struct vars_row {
    const char *key, *help;
    bool line_only; /* only in the host line: it names one machine */
    bool secret;
    const char *(*check)(struct pxed_slice value); /* NULL: any text; else the sentence of what is wrong, or NULL */
};
extern const struct vars_row vars_rows[]; /* ends with a zeroed row */

/* Checks `key = value` as it stands at file:line; `profile` may be NULL. False after a complaint. */
bool vars_check(struct pxed_slice key, struct pxed_slice value, const struct pxed_profile *profile, bool in_line,
                const char *file, unsigned line, struct pxed_diags *diags);

/* Fills host->pub.vars and host->from: host line, [group NAME], [os ID], [defaults], the profile's own, in that order.
 * Returns the first entry of a section in force whose @FILE could not be read, or NULL. */
const struct ini_entry *vars_resolve(struct catalogue_host *host, const struct hostfile_line *line,
                                     const struct ini *ini, struct pxed_arena *arena);
