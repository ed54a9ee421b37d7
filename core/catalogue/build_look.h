/* What plugins find in images, and what they say about hosts. Part of building a generation: files only. */
#pragma once

#include "build_state.h"

/* Lets each plugin look into the images of its OS ids, and judge its hosts. */
void build_look(struct build *b);
