/* Generations that machines still need whose line was removed while they are being installed. */
#pragma once

#include "context.h"

/* `before` was in force until now: keeps it for each such machine, and drops what is not needed any more. */
void kept_update(struct daemon *d, struct catalogue *before);
/* The generation that has the line of this machine; NULL: the one in force, or none. */
struct catalogue *kept_of(struct daemon *d, const struct pxed_hwaddr *mac);
