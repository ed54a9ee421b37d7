/* Makes hosts from the lines of the host file: addresses, variables, names. */
#pragma once

#include "build_state.h"

/* All lines of b->file; each MAC, address and name may be used once. */
void build_hosts(struct build *b);
