/* Parts that a plugin's own templates include and that are not there. */
#pragma once

#include "build_state.h"

/* {{> disk-guard}} that does not exist renders as nothing: its system would be installed without the guard. Hosts of
 * such a system are not ready. */
void build_judge_parts(struct build *b);
