/* How firmware is told its boot file: a rung of its machine's ladder of ways. The rules: policy/ways.h. */
#pragma once

#include "context.h"

/* The index of the way for this machine among `names`; n > 0. Told to its journal when it changes. */
size_t offers_way(struct daemon *d, const struct pxed_facts *facts, const char *const *names, size_t n);
