/* Two clocks, both in ms since 1970. What is decided goes by one that never jumps while the daemon runs; what people
 * read goes by the calendar. */
#pragma once

#include <stdint.h>

/* The calendar as it was at the first call, and the time since: a clock that is set ends no installation and no
 * arming. */
int64_t clock_wall(void);
int64_t clock_calendar(void);
