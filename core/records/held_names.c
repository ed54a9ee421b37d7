/* The names of new lines, sorted, and which of them the records know. */
#include "held_names.h"

#include <stdlib.h>
#include <strings.h>

#include "pxed/grow.h"

/* Chains of machines that are looked at in one go; few where sanitizers look at us, so that tests meet several. */
enum { CHAINS = AWAKE_MAX < 64 ? 8 : 2048 };

static int compare_names(struct pxed_slice a, struct pxed_slice b) {
    int order = strncasecmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b) {
    return compare_names(*(const struct pxed_slice *)a, *(const struct pxed_slice *)b);
}

static int by_holder(const void *a, const void *b) {
    const struct held_name *p = a, *q = b;
    int order = compare_names(p->name, q->name);
    return order ? order : q->now - p->now;
}

static void note_names(void *arg, struct machine *m) {
    struct held_names *all = arg;
    struct pxed_slice rest = m->held ? pxed_slice_of(machine_rec(m)->names) : PXED_NO_SLICE, word;
    for (bool now = true; (word = pxed_slice_word(&rest, " ")).len > 0; now = false) {
        const struct pxed_slice *wanted = bsearch(&word, all->wanted, all->n_wanted, sizeof(word), by_name);
        if (!wanted)
            continue;
        PXED_GROW(all->items, all->n);
        all->items[all->n++] = (struct held_name){*wanted, m->mac, now};
    }
}

void held_names_want(struct held_names *names, struct pxed_slice name) {
    PXED_GROW(names->wanted, names->n_wanted);
    names->wanted[names->n_wanted++] = name;
}

bool held_names_collect(struct held_names *names) {
    if (names->n_wanted == 0 || !names->machines)
        return true;
    if (names->at == 0)
        qsort(names->wanted, names->n_wanted, sizeof(*names->wanted), by_name);
    if (machines_some(names->machines, &names->at, CHAINS, note_names, names))
        return false;
    if (names->n > 0)
        qsort(names->items, names->n, sizeof(*names->items), by_holder);
    return true;
}

const struct held_name *held_names_find(const struct held_names *names, struct pxed_slice name) {
    size_t low = 0, high = names->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_names(names->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->n && compare_names(names->items[low].name, name) == 0 ? &names->items[low] : NULL;
}

void held_names_end(struct held_names *names) {
    free(names->wanted);
    free(names->items);
    names->wanted = NULL;
    names->items = NULL;
    names->n = names->n_wanted = 0;
}
