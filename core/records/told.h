/* Steps that a machine may cause again and again: each is told once a boot. */
#pragma once

#include "context.h"

enum { TOLD_MOST = 16 }; /* steps of one kind in a boot; what a loader asks in vain beyond that adds nothing */

/* Adds a step to the journal, unless this boot has it already, in these words. */
void told_once(struct daemon *d, struct machine *m, const char *what, enum pxed_reason reason, const char *text);
/* The text of the newest step of this kind in this boot; NULL: there is none. */
const char *told_text(const struct machine *m, const char *what);
