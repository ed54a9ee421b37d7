/* From lines of the host file to hosts: addresses, variables, names. */
#pragma once

#include "build_state.h"

/* All lines of b->file; each MAC, address and name may stand once. */
void build_hosts(struct build *b);
