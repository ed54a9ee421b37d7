/* What the daemon does now and then: what was seen is written, what is overdue ends, silent machines are told. A tick
 * each half second while something waits for one; while nothing does, one in five seconds. */
#pragma once

#include "context.h"

struct ticks {
    struct daemon *d;
    uv_timer_t timer;
    uv_check_t check;
    uv_prepare_t prepare;
    bool given_back;     /* the memory that the start used */
    uint64_t overdue_at; /* loop time: overdue_end walks all machines, so not at each tick */
};

void ticks_start(struct ticks *t, struct daemon *d);
/* Its handles are the loop's until the loop has run again. */
void ticks_close(struct ticks *t);
