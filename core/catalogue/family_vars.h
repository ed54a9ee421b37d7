/* Variables that the installer of a family cannot serve: [lack] with `with`. */
#pragma once

#include "build_state.h"

/* Warns of each at the line that sets it, once. Needs no image. */
void family_vars(struct build *b);
