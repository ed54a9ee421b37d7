/* What the journal tells of installations: how many, how long each stage took, what they ended with. Takes the steps of
 * all machines in their order. */
#pragma once

#include "pxed/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stages of a boot that installs, in their order; the last is the end of the installation. */
enum { REPORT_STAGES = 8 };
extern const char *const report_stages[REPORT_STAGES];

/* Durations in ms. */
struct report_times {
    int64_t *items;
    size_t n;
};

struct report_system {
    const char *os;
    struct report_times whole; /* from power-on to `installed` */
    size_t failed;
};

struct report_failure {
    const char *reason, *sentence;
    const char **machines; /* names, each once */
    size_t n_machines, times;
};

struct report_machine;

struct report {
    struct pxed_arena arena;
    struct report_system *systems;
    struct report_failure *failures;
    struct report_machine *machines;
    uint32_t *by_mac;
    size_t table; /* places in by_mac: a power of two */
    size_t n_systems, n_failures, n_machines;
    struct report_times stages[REPORT_STAGES]; /* since the stage before it */
    size_t installed, failed, running;
};

struct report_step {
    const char *mac, *name, *what, *reason, *sentence, *text;
    int64_t at; /* ms since the epoch */
};

/* Copies what it keeps. Steps before `since` (ms) tell where a machine stands, and count nothing. */
void report_take(struct report *r, const struct report_step *step, int64_t since);
/* Call it after the last step: counts what is still running, and sorts. */
void report_close(struct report *r);
void report_free(struct report *r);

/* Of sorted durations; 0 if there are none. */
int64_t report_median(const struct report_times *t);
int64_t report_longest(const struct report_times *t);
