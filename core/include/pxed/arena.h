/* Memory grouped by lifetime: many allocations, one free. Running out of memory ends the process. Under sanitizers
 * (PXED_ARENA_MALLOC) each allocation is its own malloc, so that ASan sees an overrun. An arena has no lock: one thread
 * at a time. */
#pragma once

#include "pxed/slice.h"

struct pxed_arena_chunk;

struct pxed_arena {
    struct pxed_arena_chunk *chunks;
    size_t used; /* in the newest chunk */
};

/* Zeroed, aligned for any type; lives until pxed_arena_clear. */
void *pxed_arena_alloc(struct pxed_arena *a, size_t size);
/* An array of `n` items of `size` bytes, as pxed_arena_alloc. A product beyond SIZE_MAX counts as out of memory. */
void *pxed_arena_array(struct pxed_arena *a, size_t n, size_t size);
#define PXED_NEW(arena, type)     ((type *)pxed_arena_alloc((arena), sizeof(type)))
#define PXED_NEWS(arena, type, n) ((type *)pxed_arena_array((arena), (n), sizeof(type)))

/* A NUL-terminated copy that lives in the arena; `len` does not count the NUL. */
struct pxed_slice pxed_arena_dup(struct pxed_arena *a, struct pxed_slice text);
const char *pxed_arena_printf(struct pxed_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena can be used again. A zeroed arena is empty. */
void pxed_arena_clear(struct pxed_arena *a);

/* malloc and friends that end the process instead of returning NULL. The caller frees the result with free(). */
void *pxed_xalloc(size_t size); /* zeroed */
void *pxed_xrealloc(void *ptr, size_t size);
char *pxed_xstrdup(struct pxed_slice text);
