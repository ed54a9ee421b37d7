/* The daemon's answer to a live command, as bytes. */
#pragma once

#include "pxed/slice.h"

/* Status and body of a complete HTTP answer of `len` bytes, which ends with a NUL behind them; the body points into it.
 * False if it is not HTTP or was cut short. */
bool live_answer_split(const char *answer, size_t len, int *ret_status, struct pxed_slice *ret_body);
