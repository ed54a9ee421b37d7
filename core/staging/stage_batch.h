/* One batch of machines after the other is rendered, noted in the store and written. */
#pragma once

#include "stage_state.h"

/* Its turn comes when the loop is idle. */
void stage_batch_queue(struct stage *st, struct staged *s);
