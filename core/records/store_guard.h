/* Wraps the store that a plugin provides, to know in one place whether it can be written, for the core and for plugins.
 * One failed commit is enough for STORE_CANNOT_WRITE. A test commit every 2 s detects when that is over. */
#pragma once

#include <uv.h>

#include "pxed/store.h"

struct store_guard {
    struct pxed_store pub; /* published as "store/1" */
    const struct pxed_store *inner;
    bool failing, old;
    uv_timer_t probe;
    bool has_loop; /* `probe` is initialised */
    void (*changed)(void *arg, bool failing);
    void *arg;
};

/* The plugin keeps ownership of `inner`. `loop` may be NULL: then there are no test commits. */
void store_guard_init(struct store_guard *g, const struct pxed_store *inner, uv_loop_t *loop,
                      void (*changed)(void *arg, bool failing), void *arg);
/* Call before the loop ends. */
void store_guard_close(struct store_guard *g);
