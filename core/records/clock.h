/* Two clocks, both in ms since 1970. Decisions use one that never jumps while the daemon runs; texts for people use the
 * calendar clock. */
#pragma once

#include <stdint.h>

/* The calendar time at the first call plus the time elapsed since: setting the system clock ends no installation and no
 * arming. */
int64_t clock_wall(void);
int64_t clock_calendar(void);
