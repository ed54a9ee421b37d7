/* What should lie on disk for one machine, rendered on the loop from its record and the catalogue. */
#pragma once

#include "stage_state.h"

/* What should lie on disk for a machine now. False: not yet, its image is on its way. */
bool stage_make(struct stage *st, struct staged *s, struct stage_job *job);
