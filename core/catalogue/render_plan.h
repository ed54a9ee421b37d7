/* Makes a plan from a profile's row: which row, which files, under which names. */
#pragma once

#include "render.h"

/* What an armed host is to boot. OK with *ret, NO_PROFILE, or a refusal of profile_boot. Slices live in the arena. */
enum pxed_reason render_plan(struct render *r, enum pxed_firmware firmware, enum pxed_loader loader,
                             struct pxed_plan *ret);
