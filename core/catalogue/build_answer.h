/* A host's answer file: the profile's, or the operator's own; and whether it guards the disk. */
#pragma once

#include "build_state.h"

void build_answer(struct build *b, struct catalogue_host *h);
