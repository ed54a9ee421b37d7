/* Output for the operator: one sentence for each error, and progress of long steps. Not thread-safe; libwim calls back
 * on the calling thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Progress and notes are shown unless quiet; errors always. */
void say_quiet(bool quiet);

/* Prints "pxed-winpe: TEXT" on stderr. Returns -1, so that it can be used in a return statement. */
int say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints a note on stderr. */
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Begins a step ("writing boot.wim"); a running one is ended. On a terminal its line carries the percentage. */
void say_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_progress(uint64_t done, uint64_t total);
/* Ends the line of the running step. */
void say_done(void);

/* From here on SIGINT, SIGTERM and SIGHUP are recorded and do not end the program at once; blocking calls return
 * EINTR. */
void say_catch_signals(void);
/* The received signal, 0: none. */
int say_interrupted(void);
