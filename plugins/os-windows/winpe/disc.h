/* The ISO: boot files gathered into a tree, and xorriso run over it. */
#pragma once

#include "media.h"
#include "wim.h"

/* Gathers the boot files for `arch` into `tree` (from media, which may be NULL, else out of the WIM). What is missing
 * is named. Returns the firmware it will start on, layout_use bits; 0: none, which has been said as an error; -1: a
 * copy failed, said. */
int disc_gather(struct media *media, struct wim *wim, unsigned image, const char *arch, const char *scratch,
                const char *tree);

/* Makes the ISO `to` of `tree`; `firmware` as gathered. -1 after saying why not, with xorriso's own words. */
int disc_make(const char *tree, int firmware, const char *label, const char *to, const char *called);
