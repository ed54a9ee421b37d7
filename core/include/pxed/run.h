/* The service "run/1", of the http plugin: runs an operator's program as the account of CGI scripts, through the helper
 * that starts them. Published in init, if the plugin has a helper (port is not 0). Loop thread only. Since minor 8. */
#pragma once

#include "pxed/slice.h"

struct pxed_run; /* one that is queued or runs */

/* All of it is copied. */
struct pxed_run_order {
    const char *program;   /* absolute path; it runs in its folder, without arguments */
    struct pxed_slice env; /* n_env texts NAME=value, each ended by NUL: all that it gets */
    size_t n_env;
    struct pxed_slice input; /* its standard input */
    uint64_t timeout_ms;     /* then it is killed with its children */
};

enum pxed_run_end {
    PXED_RUN_ENDED,       /* `status` is waitpid's */
    PXED_RUN_NOT_STARTED, /* `status` is an errno */
    PXED_RUN_LATE,
    PXED_RUN_TOO_MUCH, /* it wrote more than a script may */
    PXED_RUN_BUSY,     /* waited too long for other programs */
    PXED_RUN_NO_HELPER,
};

/* Slices live only during the call. */
struct pxed_run_result {
    enum pxed_run_end end;
    int status;
    struct pxed_slice output, errors; /* errors: the beginning of it */
};
typedef void pxed_run_done_fn(void *arg, const struct pxed_run_result *result);

struct pxed_run_service {
    uint32_t size;
    void *self;
    /* `done` comes exactly once, later, unless it is cancelled. NULL: too many wait already. */
    struct pxed_run *(*start)(void *self, const struct pxed_run_order *order, pxed_run_done_fn *done, void *arg);
    /* Kills it; `done` does not come. All that still run are cancelled before the http plugin ends. */
    void (*cancel)(void *self, struct pxed_run *run);
};
