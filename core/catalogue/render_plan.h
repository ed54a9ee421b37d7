/* From a profile's row to a plan: which row, which files, under which names. */
#pragma once

#include "render.h"

/* What the host shall boot when it is armed. OK with *ret, or NO_PROFILE, or profile_boot's refusals.
 * Slices live in the arena. */
enum pxed_reason render_plan(struct render *r, enum pxed_firmware firmware, enum pxed_loader loader,
                             struct pxed_plan *ret);
