/* What a machine's own screen says when it does not boot: the rows of docs/screens.md. */
#pragma once

#include <stdbool.h>

/* `pxed why --screen TEXT`: prints what fits; an exit status. TEXT is what somebody reads out, in any case: a part of a
 * text is enough, and so is a line with more around it. Asks no daemon. */
int screens_tell(const char *text, bool json);
