/* The log lines at start: one screen. */
#pragma once

#include "context.h"

void banner_say(struct daemon *d);
