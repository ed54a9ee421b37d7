/* Names of records, sorted. */
#include "held_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pxed/grow.h"

/* Chains of machines that are looked at in one go; few where sanitizers look at us, so that tests meet several. */
enum { CHAINS = AWAKE_MAX < 64 ? 8 : 2048 };

static void note_names(void *arg, struct machine *m) {
    struct held_names *all = arg;
    struct pxed_slice rest = m->held ? pxed_slice_of(machine_rec(m)->names) : PXED_NO_SLICE, word;
    for (bool now = true; (word = pxed_slice_word(&rest, " ")).len > 0; now = false) {
        PXED_GROW(all->items, all->n);
        all->items[all->n++] = (struct held_name){pxed_arena_dup(&all->arena, word), m->mac, now};
    }
}

/* The current holder of a name comes before former ones. */
static int by_name(const void *a, const void *b) {
    const struct held_name *p = a, *q = b;
    int order = strcasecmp(p->name.ptr, q->name.ptr);
    return order ? order : q->now - p->now;
}

bool held_names_collect(struct held_names *names) {
    if (machines_some(names->machines, &names->at, CHAINS, note_names, names))
        return false;
    if (names->n > 0)
        qsort(names->items, names->n, sizeof(*names->items), by_name);
    return true;
}

const struct held_name *held_names_find(const struct held_names *names, struct pxed_slice name) {
    size_t low = 0, high = names->n;
    char text[64];
    if (name.len >= sizeof(text))
        return NULL;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcasecmp(names->items[middle].name.ptr, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->n && strcasecmp(names->items[low].name.ptr, text) == 0 ? &names->items[low] : NULL;
}

void held_names_end(struct held_names *names) {
    free(names->items);
    pxed_arena_clear(&names->arena);
    names->items = NULL;
    names->n = 0;
}
