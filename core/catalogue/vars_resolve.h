/* Where a host's variables come from: its line, [group NAME], [os ID], [defaults], the plugin's section, the profile's
 * own defaults. The first that sets one wins. All but the line is the same for hosts of one OS id and group, and is
 * made once for them: ten thousand hosts have a few such sets. */
#pragma once

#include "catalogue.h"

struct vars_set;

/* The sets of one build: zeroed at first. They live in the arena of the generation. */
struct vars_sets {
    struct vars_set *slots[256]; /* chains, by a hash */
};

/* Fills host->pub.vars, host->pub.shared and host->rare->from; what comes of `ini` stays there. Returns the first
 * section entry in use whose @FILE could not be read, or NULL. */
const struct ini_entry *vars_resolve(struct vars_sets *sets, struct catalogue_host *host,
                                     const struct hostfile_line *line, const struct ini *ini, struct pxed_arena *arena);
