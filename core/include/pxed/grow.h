/* Arrays that grow one item at a time. The room doubles when the count is 0 or a power of two, so no capacity is
 * stored. Only for arrays that are grown by these macros alone; free them with free(). */
#pragma once

#include <string.h>

#include "pxed/arena.h"

static inline void *pxed_grow(void *items, size_t n, size_t size) {
    return (n & (n - 1)) == 0 ? pxed_xrealloc(items, (n == 0 ? 1 : 2 * n) * size) : items;
}

/* The same in an arena: outgrown copies stay in it until it is cleared. */
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
