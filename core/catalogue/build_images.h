/* What is wrong with the files of images: missing, empty, or named so that no loader can ask for them. */
#pragma once

#include "build_state.h"

/* Names of [os ID] that no loader can take. */
void build_judge_names(struct build *b);
/* Looks at the files themselves: may wait for a disk. */
void build_judge_images(struct build *b);
