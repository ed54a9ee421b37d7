/* Root's last acts: a state folder the account can write, then everything is given up. */
#pragma once

#include "settings.h"

/* 0 or a negative errno, both. */
int privileges_prepare_state(const struct settings *settings);
/* Before the first thread. */
int privileges_drop(const struct settings *settings);
