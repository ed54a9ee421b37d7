/* Are the time zones, locales and keyboards of hosts in this machine's lists? */
#pragma once

#include "build_state.h"

/* Warns once for each line whose `timezone`, `locale` or `keyboard` is in no list, and names the nearest. Without a
 * list (packages tzdata, locales, xkb-data) nothing is said. Reads from disk. */
void build_judge_lists(struct build *b);
