/* What an installer reports of itself. */
#pragma once

#include "content_item.h"
#include "content_wait.h"

/* True if answered at once. */
bool content_event(struct lookup *l, struct opening *o);
