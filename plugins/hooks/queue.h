/* What each hook has yet to be told, in order, and how far the store knows it. */
#pragma once

#include "hooks.h"

/* Reads from the store how far each hook was told. In start. 0 or a negative errno. */
int hooks_queue_load(struct hooks *h);
/* Looks what is new in the journal, tells what is due, and keeps how far that is. */
void hooks_queue_tick(struct hooks *h);
/* Keeps how far it is, the steps that no hook is told of, too: the next start need not look at them again. */
void hooks_queue_keep(struct hooks *h);
/* Drops everything; what was not told is told after the next start. */
void hooks_queue_end(struct hooks *h);
