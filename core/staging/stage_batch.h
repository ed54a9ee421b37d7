/* Renders machines batch by batch, records them in the store and writes their files. */
#pragma once

#include "stage_state.h"

/* Queues it; it is handled when the loop is idle. */
void stage_batch_queue(struct stage *st, struct staged *s);
/* Names the account of a machine that is being installed from the share. Without effect for any other. */
void stage_batch_installs(struct stage *st, struct staged *s);
