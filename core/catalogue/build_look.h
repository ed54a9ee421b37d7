/* Collects what plugins find in images and say about hosts. Part of building a generation; reads files only. */
#pragma once

#include "build_state.h"

/* Lets each plugin examine the images of its OS ids and check its hosts. */
void build_look(struct build *b);
