/* When the plugin has stopped, and when its state is freed. */
#include "hooks.h"

#include <stdlib.h>

void hooks_when_quiet(struct hooks *h) {
    void (*stopped)(struct pxed_ctx *) = h->stopped;
    if (!h->stopping || h->n_sending > 0 || !stopped)
        return;
    h->stopped = NULL;
    stopped(h->ctx);
}

void hooks_free(struct hooks *h) {
    if (h->ended && h->open == 0)
        free(h);
}
