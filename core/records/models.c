/* A table by name, made when it is first asked for and kept current from then on. */
#include "models.h"

#include <stdlib.h>

#include "pxed/arena.h"

enum { SLOTS = 2 * MODELS_MAX }; /* never full, so a look-up ends at an empty one */

struct models {
    struct model items[MODELS_MAX];
    size_t n;
    uint16_t slots[SLOTS]; /* index + 1; 0: empty */
};

/* Where the model is, or would be. */
static uint16_t *slot_of(struct models *all, const char *name) {
    uint64_t at = pxed_hash(name, strlen(name), 0);
    while (all->slots[at % SLOTS] && strcmp(all->items[all->slots[at % SLOTS] - 1].name, name) != 0)
        at++;
    return &all->slots[at % SLOTS];
}

static void learn(void *arg, struct machine *m) {
    struct models *all = arg;
    const struct ladder *l = &machine_rec(m)->ladder;
    const struct ways *w = &machine_rec(m)->ways;
    if (!l->model[0] || (!l->good && !w->good))
        return;
    uint16_t *slot = slot_of(all, l->model);
    if (*slot == 0 && all->n == MODELS_MAX)
        return;
    if (*slot == 0) {
        memcpy(all->items[all->n].name, l->model, sizeof(l->model));
        *slot = (uint16_t)++all->n;
    }
    struct model *model = &all->items[*slot - 1];
    if (l->good && l->good_at >= model->rung_at) {
        memcpy(model->rung, l->rung, sizeof(model->rung));
        model->rung_at = l->good_at;
    }
    if (w->good)
        memcpy(model->way, w->way, sizeof(model->way));
}

const struct model *models_find(struct daemon *d, const char *name) {
    if (!d->models) {
        d->models = pxed_xalloc(sizeof(*d->models));
        machines_each(&d->machines, learn, d->models);
    }
    uint16_t at = *slot_of(d->models, name);
    return at > 0 ? &d->models->items[at - 1] : NULL;
}

void models_learn(struct daemon *d, struct machine *m) {
    if (d->models)
        learn(d->models, m);
}

void models_free(struct daemon *d) {
    free(d->models);
    d->models = NULL;
}
