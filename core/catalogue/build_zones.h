/* Are the time zones of hosts in this machine's list? */
#pragma once

#include "build_state.h"

/* Warns once for each line whose `timezone` is in no list, and names the nearest. Without a list (package tzdata)
 * nothing is said. Reads from disk. */
void build_judge_zones(struct build *b);
