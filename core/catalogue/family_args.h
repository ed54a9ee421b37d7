/* What families say of kernel lines and processors: words of args= that an installer does not take, the least CPU. */
#pragma once

#include "build_state.h"

/* Warns of each at the line that sets it, once, and marks hosts whose installer will not ask for its answer file. */
void family_args(struct build *b);
/* The level of x86-64 that this system needs, 2 to 4; 0: none, or it is for other processors. */
unsigned family_cpu(const struct catalogue_os *os);
