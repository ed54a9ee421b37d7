/* Whom the daemon's end would cut off in the middle of an installation. Pure. */
#pragma once

#include "lifecycle.h"

/* A boot that was last heard of longer ago has come to nothing: the machine was switched off, or its loader hangs. */
enum { BUSY_BOOT_MS = 10 * 60 * 1000 };

/* "installing": its arming was used and no end was reported. "booting": it is armed and on its way to its installer.
 * "": its installation needs no server now. `loads`: it is being sent a file whose end uses up the arming. `now` as
 * clock_wall(). */
const char *busy_with(const struct lifecycle_record *r, bool loads, int64_t now);
