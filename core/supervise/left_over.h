/* Says at start what an earlier run left running. */
#pragma once

#include "context.h"

/* Samba, if the plugin that would take it over or end it is not loaded. */
void left_over_say(struct daemon *d);
