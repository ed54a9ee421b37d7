/* What is said at start, on one screen. */
#pragma once

#include "context.h"

void banner_say(struct daemon *d);
