/* The ISO: collects boot files in a tree and runs xorriso on it. */
#pragma once

#include "media.h"
#include "wim.h"

/* Collects the boot files for `arch` in `tree` (from media, which may be NULL, else from the WIM). Missing files are
 * listed. Returns the firmware it can boot on, layout_use bits; 0: none, reported as an error; -1: a copy failed,
 * reported. */
int disc_gather(struct media *media, struct wim *wim, unsigned image, const char *arch, const char *scratch,
                const char *tree);

/* Makes the ISO `to` from `tree`; `firmware` as returned by disc_gather. -1 after printing the error with xorriso's
 * message. */
int disc_make(const char *tree, int firmware, const char *label, const char *to, const char *called);
