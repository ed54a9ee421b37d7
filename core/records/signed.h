/* Whether Secure Boot is on, as far as a machine's loaders show. The rules: policy/ladder.h. */
#pragma once

#include "context.h"

/* By whom the loader of this name is signed, as bits of ladder_key. What is not known is not said to be unsigned. */
unsigned signed_by(const struct daemon *d, const char *name);
/* The machine was heard of with its rung. */
void signed_heard(struct daemon *d, struct machine *m);
