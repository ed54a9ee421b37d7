/* Reports what is well-formed but wrong: addresses that cannot be a machine's, variables that nothing reads. */
#pragma once

#include "build_state.h"

void build_judge(struct build *b);
