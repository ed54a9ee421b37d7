/* Asks the hooks with `before = arm`: the service "veto/1". */
#pragma once

#include "hooks.h"

/* Publishes it if there is such a hook. In init. */
void hooks_ask_init(struct hooks *h);
/* Ends questions that have waited too long. */
void hooks_ask_tick(struct hooks *h);
/* Answers all that are open: HOOK_SILENT. */
void hooks_ask_end(struct hooks *h);
