/* Renders, on the loop, what should be on disk for one machine, from its record and the catalogue. */
#pragma once

#include "stage_state.h"

/* Its line is gone while it is being installed: what it reads from the share stays until the end. */
bool stage_is_orphan(const struct machine *m);
/* Fills in the job of one machine. False: not yet, because its image is being copied. */
bool stage_make(struct stage *st, struct staged *s, struct stage_job *job);
