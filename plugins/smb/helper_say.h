/* What the helper tells the daemon's log, and its clock. In the helper only. */
#pragma once

#include "pxed/plugin.h"

/* One line for the log; `mac` may be NULL. Lost if the daemon does not read. */
void smb_say(enum pxed_log_level level, const char *event, const char *mac, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
uint64_t smb_now(void); /* monotonic, ms */
