/* Reports image files that are missing, empty, or named so that no loader can request them. */
#pragma once

#include "build_state.h"

/* Reports names in [os ID] that no loader can request. */
void build_judge_names(struct build *b);
/* Examines the files themselves: may wait for a disk. */
void build_judge_images(struct build *b);
