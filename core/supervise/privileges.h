/* Root's last steps: makes the state folder writable for the account, then drops all privileges. */
#pragma once

#include "settings.h"

/* Both return 0 or a negative errno. */
int privileges_prepare_state(const struct settings *settings);
/* Before the first thread. */
int privileges_drop(const struct settings *settings);
