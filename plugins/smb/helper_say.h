/* The helper's reports to the daemon's log, and its clock. In the helper only. */
#pragma once

#include "pxed/plugin.h"

/* Reports one log line; `mac` may be NULL. Dropped if the daemon does not read. */
void smb_say(enum pxed_log_level level, const char *event, const char *mac, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
uint64_t smb_now(void); /* monotonic, ms */
