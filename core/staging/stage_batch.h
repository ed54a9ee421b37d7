/* Renders machines batch by batch, records them in the store and writes their files. */
#pragma once

#include "stage_state.h"

/* Queues it; it is handled when the loop is idle. */
void stage_batch_queue(struct stage *st, struct staged *s);
