/* A removed line stops nothing that runs: its installer still fetches files that are made of it. After a restart they
 * are gone, because the generation was in memory only. */
#include "kept.h"

#include <stdlib.h>

#include "pxed/arena.h"

static bool is_left_alone(const struct daemon *d, const struct machine *m) {
    return machine_rec(m)->state == LIFECYCLE_INSTALLING && !catalogue_find(d->catalogue, &m->mac);
}

static void drop_kept(struct daemon *d, struct machine *m) {
    catalogue_unref(m->kept);
    m->kept = NULL;
    machines_pin(&d->machines, m, false);
}

void kept_update(struct daemon *d, const struct changes *changes) {
    struct catalogue *before = changes->before;
    size_t n = 0;
    for (size_t i = 0; i < d->n_kept; i++)
        if (is_left_alone(d, d->kept[i]))
            d->kept[n++] = d->kept[i];
        else
            drop_kept(d, d->kept[i]);
    for (d->n_kept = n, n = 0; n < changes->n_gone; n++) {
        struct machine *m = machines_find(&d->machines, &before->hosts[changes->gone[n]].pub.macs[0]);
        if (!m || m->kept || !is_left_alone(d, m))
            continue;
        d->kept = pxed_xrealloc(d->kept, (d->n_kept + 1) * sizeof(*d->kept)); /* it shrinks, too: no PXED_GROW */
        d->kept[d->n_kept++] = m;
        m->kept = catalogue_ref(before);
        machines_pin(&d->machines, m, true);
    }
}

struct catalogue *kept_of(struct daemon *d, const struct pxed_hwaddr *mac) {
    struct machine *m = machines_find(&d->machines, mac);
    return m && is_left_alone(d, m) ? m->kept : NULL;
}

void kept_free(struct daemon *d) {
    for (size_t i = 0; i < d->n_kept; i++)
        drop_kept(d, d->kept[i]);
    free(d->kept);
    d->kept = NULL;
    d->n_kept = 0;
}
