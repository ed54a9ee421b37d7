/* Reports of installers. */
#pragma once

#include "content_item.h"
#include "content_wait.h"

/* True if answered at once; false: the answer comes when the event is on disk. */
bool content_event(struct lookup *l, struct opening *o);
