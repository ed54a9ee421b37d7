/* What ends by itself: an arming that nobody used, an installation that fell silent. */
#pragma once

#include "context.h"

/* Ends what is overdue by now, with a step in the journal. The caller flushes. */
void overdue_end(struct daemon *d);
