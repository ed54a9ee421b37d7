/* Identifies the client: combines the kernel's facts with a machine's record. What follows from it:
 * policy/believe.c. */
#pragma once

#include "lookup.h"

/* Who the client is in relation to this machine. `m` may be NULL (never seen), `host` too (not declared). Sets l->wait
 * if the kernel does not know the neighbour yet. */
enum believe_who content_who(struct lookup *l, const struct machine *m, const struct catalogue_host *host,
                             const struct pxed_hwaddr *mac);
bool content_is_server(struct lookup *l);
/* Fills l->asker. */
void content_find_asker(struct lookup *l);
/* Another client asked for a file of this machine: adds a step to its journal, at most one a minute. */
void content_tell_foreign(struct lookup *l, struct machine *m, enum pxed_reason why);
