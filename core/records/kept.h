/* Generations that machines still need whose line was removed while they are being installed. */
#pragma once

#include "changes.h"
#include "context.h"

/* A new generation is in force: keeps the one before it for each such machine, and drops what is not needed any more.
 */
void kept_update(struct daemon *d, const struct changes *changes);
/* The generation that has the line of this machine; NULL: the one in force, or none. */
struct catalogue *kept_of(struct daemon *d, const struct pxed_hwaddr *mac);
void kept_free(struct daemon *d);
