/* What a generation takes away, in force at once: unused armings of lines that were removed, or that never arm. Part of
 * putting it into force: declare.h. */
#pragma once

#include "changes.h"
#include "context.h"

void declare_away(struct daemon *d, const struct catalogue *c, const struct changes *changes);
