/* Sets a host's answer file, the profile's or the operator's own, and whether it has the disk guard. */
#pragma once

#include "build_state.h"

void build_answer(struct build *b, struct catalogue_host *h);
