/* A loop without a clock and without the kernel: libuv's functions that the daemon's rooms and the dhcp plugin call,
 * defined here. Time moves only when the target says so. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Forgets every handle; time starts. */
void fake_loop_begin(void);
/* Milliseconds since fake_loop_begin. */
uint64_t fake_loop_now(void);
/* Time passes, and timers that are due fire in order; of one that repeats in a long time, a few times only. */
void fake_loop_pass(uint64_t ms);
/* Calls the callbacks of closed handles, and the end of work that was queued. */
void fake_loop_settle(void);
/* Is nothing left open? */
bool fake_loop_empty(void);
