/* What is known of one machine, put together for the judgement why its boot came to nothing. */
#pragma once

#include "cause.h"
#include "context.h"
#include "near.h"

enum { CAUSE_EVIDENCE = 400 };

/* `reason`: the fault that is shown of it, OK if none. Fills `evidence` with what the cause rests on, "" if that is
 * what the journal shows anyway. Walks the machine's steps, and all strangers if nothing was ever heard of it: `near`
 * is read once for a list. */
enum cause causes_find(struct daemon *d, const struct machine *m, const struct catalogue_host *h,
                       enum pxed_reason reason, struct near *near, char evidence[static CAUSE_EVIDENCE]);
