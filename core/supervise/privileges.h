/* Root's last steps: makes the state folder writable for the account, then drops all privileges. */
#pragma once

#include "settings.h"

/* Each returns 0 or a negative errno. */
int privileges_prepare_state(const struct settings *settings);
/* One daemon at a time; until the process ends. Logged. */
int privileges_lock_state(const char *path);
/* Before the first thread. */
int privileges_drop(const struct settings *settings);
/* What root could read at start must also be readable at a reload. After the drop. */
void privileges_warn_unreadable(const char *ini_path, const struct settings *settings);
/* Each transfer needs a socket and a file, and many machines may boot at once. */
void privileges_raise_limits(void);
