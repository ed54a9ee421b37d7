/* Which loader a machine's firmware gets: a rung of its ladder. The rules: policy/ladder.h. */
#pragma once

#include "context.h"

/* The loader for this machine of those that its net's key lists; NULL: none of `auto` is at hand. The text belongs to
 * the configuration or the generation in force, or is valid until the next call. HTTP boot may need no loader. */
const char *rungs_choose(struct daemon *d, const struct pxed_facts *facts, const struct pxed_list *wanted);
/* Keeps what this machine has in common with others of its make. True if that is known. */
bool rungs_know_model(struct machine *m, const struct pxed_facts *facts);
/* Is this a kernel that firmware starts itself? It needs no word of ours any more. */
bool rungs_is_system(const struct daemon *d, const char *name);
