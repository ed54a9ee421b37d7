/* A removed line stops nothing that runs: its installer still fetches files that are made of it. After a restart they
 * are gone, because the generation was in memory only. */
#include "kept.h"

static bool is_left_alone(const struct daemon *d, const struct machine *m) {
    return machine_rec(m)->state == LIFECYCLE_INSTALLING && !catalogue_find(d->catalogue, &m->mac);
}

struct keeping {
    struct daemon *d;
    struct catalogue *before;
};

static void keep_row(void *arg, struct machine *m) {
    const struct keeping *k = arg;
    bool alone = is_left_alone(k->d, m);
    if (!alone) {
        catalogue_unref(m->kept);
        m->kept = NULL;
    } else if (!m->kept && catalogue_find(k->before, &m->mac)) {
        m->kept = catalogue_ref(k->before);
    }
}

void kept_update(struct daemon *d, struct catalogue *before) {
    machines_each(&d->machines, keep_row, &(struct keeping){d, before});
}

struct catalogue *kept_of(struct daemon *d, const struct pxed_hwaddr *mac) {
    struct machine *m = machines_find(&d->machines, mac);
    return m && is_left_alone(d, m) ? m->kept : NULL;
}
