/* Where log lines go. Never waits: what the reader of stderr does not take is kept for it, up to a limit, and what is
 * beyond that is counted. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_LINE_MAX = 2048, LOG_KEPT = 256 * 1024 }; /* bytes of one line with its end; of all that are kept */

/* Writes a whole line, or keeps it. False: it is dropped. */
bool log_out(const char *line, size_t n);
/* Writes what is kept, as far as the reader takes it. False: something is left. */
bool log_out_flush(void);
/* Lines dropped since the last call. */
uint64_t log_out_dropped(void);
/* And since the start. */
uint64_t log_out_lost(void);
