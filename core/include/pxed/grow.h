/* Arrays that grow one item at a time. The room doubles when it is full, which it is at 0 and at each power of two: no
 * capacity to remember. Only for arrays that nothing else allocates; free() ends them. */
#pragma once

#include <string.h>

#include "pxed/arena.h"

static inline void *pxed_grow(void *items, size_t n, size_t size) {
    return (n & (n - 1)) == 0 ? pxed_xrealloc(items, (n == 0 ? 1 : 2 * n) * size) : items;
}

/* The same in an arena, which ends them; what was outgrown stays in it until then. */
static inline void *pxed_arena_grow(struct pxed_arena *arena, void *items, size_t n, size_t size) {
    if ((n & (n - 1)) != 0)
        return items;
    void *grown = pxed_arena_alloc(arena, (n == 0 ? 1 : 2 * n) * size);
    if (n > 0)
        memcpy(grown, items, n * size);
    return grown;
}

/* Makes room for items[n] where there are `n` items: PXED_GROW(d->items, d->n); d->items[d->n++] = item; */
#define PXED_GROW(items, n)              ((items) = pxed_grow((items), (n), sizeof(*(items))))
#define PXED_ARENA_GROW(arena, items, n) ((items) = pxed_arena_grow((arena), (items), (n), sizeof(*(items))))
