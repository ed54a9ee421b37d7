/* What requests say of the loader that a machine was told: it has fetched it, it was heard of after that. Only the
 * machine's own count. */
#pragma once

#include "content_item.h"

/* The transfer of a loader has ended. `whole`: the client has all of it. */
void content_ladder_took(struct open_content *c, bool whole);
/* Any request, answered or not. */
void content_ladder_hears(struct lookup *l);
