/* Whether Secure Boot is on, as far as a machine's loaders show. The rules: policy/ladder.h. */
#pragma once

#include "context.h"

/* Does firmware with Secure Boot start the loader of this name? What is not known is not said to be unsigned. */
bool signed_is(const struct daemon *d, const char *name);
/* The machine was heard of with its rung. */
void signed_heard(struct daemon *d, struct machine *m);
