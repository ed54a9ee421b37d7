/* Stands before the store that a plugin provides: whether it can be written, in one place, for the core and for
 * plugins. One failed commit is enough: STORE_CANNOT_WRITE. A commit of its own every 2 s finds out when that is over.
 */
#pragma once

#include <uv.h>

#include "pxed/store.h"

struct store_guard {
    struct pxed_store pub; /* what others find as "store/1" */
    const struct pxed_store *inner;
    bool failing, old;
    uv_timer_t probe;
    bool has_loop; /* `probe` is initialised */
    void (*changed)(void *arg, bool failing);
    void *arg;
};

/* `inner` stays the plugin's. `loop` may be NULL: then nothing is tried by itself. */
void store_guard_init(struct store_guard *g, const struct pxed_store *inner, uv_loop_t *loop,
                      void (*changed)(void *arg, bool failing), void *arg);
/* Before the loop ends. */
void store_guard_close(struct store_guard *g);
