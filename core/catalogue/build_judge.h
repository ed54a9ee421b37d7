/* What will not do although each word can be read: addresses that cannot be a machine's, variables that nobody reads.
 */
#pragma once

#include "build_state.h"

void build_judge(struct build *b);
