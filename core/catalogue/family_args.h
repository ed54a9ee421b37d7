/* Words of args= that an installer does not take, by [args NAME] of the families. */
#pragma once

#include "build_state.h"

/* Warns of each at the line that sets it, once, and marks hosts whose installer will not ask for its answer file. */
void family_args(struct build *b);
