/* Arenas, and allocation functions that end the process on failure. */
#include "pxed/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_FIRST = 4096, CHUNK_LAST = 256 * 1024, SMALL = 1024 };

struct pxed_arena_chunk {
    struct pxed_arena_chunk *older;
    size_t cap;
    max_align_t data[];
};

static _Noreturn void die_of_memory(void) {
    fputs("pxed: out of memory\n", stderr);
    abort();
}

static struct pxed_arena_chunk *new_chunk(size_t cap) {
    if (cap > PTRDIFF_MAX - sizeof(struct pxed_arena_chunk))
        die_of_memory();
    struct pxed_arena_chunk *chunk = pxed_xalloc(sizeof(*chunk) + cap);
    chunk->cap = cap;
    return chunk;
}

static void *push_chunk(struct pxed_arena *a, size_t cap, size_t used) {
    struct pxed_arena_chunk *chunk = new_chunk(cap);
    chunk->older = a->chunks;
    a->chunks = chunk;
    a->used = used;
    return chunk->data;
}

#ifdef PXED_ARENA_MALLOC

void *pxed_arena_alloc(struct pxed_arena *a, size_t size) {
    return push_chunk(a, size, size);
}

#else

/* A large allocation gets its own chunk behind the newest one, whose free room stays usable. */
static void *alloc_apart(struct pxed_arena *a, size_t size) {
    if (!a->chunks)
        return push_chunk(a, size, size);
    struct pxed_arena_chunk *chunk = new_chunk(size);
    chunk->older = a->chunks->older;
    a->chunks->older = chunk;
    return chunk->data;
}

static size_t next_chunk_size(const struct pxed_arena *a) {
    if (!a->chunks || a->chunks->cap < CHUNK_FIRST)
        return CHUNK_FIRST;
    return a->chunks->cap < CHUNK_LAST / 2 ? a->chunks->cap * 2 : CHUNK_LAST;
}

void *pxed_arena_alloc(struct pxed_arena *a, size_t size) {
    const size_t align = _Alignof(max_align_t);
    if (size > PTRDIFF_MAX - align)
        die_of_memory();
    size = size == 0 ? align : (size + align - 1) / align * align;

    if (a->chunks && size <= a->chunks->cap - a->used) {
        void *ret = (char *)a->chunks->data + a->used;
        a->used += size;
        return ret;
    }
    if (size > CHUNK_FIRST / 4)
        return alloc_apart(a, size);
    return push_chunk(a, next_chunk_size(a), size);
}

#endif

void *pxed_arena_array(struct pxed_arena *a, size_t n, size_t size) {
    size_t total = 0;
    if (__builtin_mul_overflow(n, size, &total))
        die_of_memory();
    return pxed_arena_alloc(a, total);
}

struct pxed_slice pxed_arena_dup(struct pxed_arena *a, struct pxed_slice text) {
    if (!text.ptr)
        return PXED_NO_SLICE;
    char *copy = pxed_arena_alloc(a, text.len + 1);
    memcpy(copy, text.ptr, text.len);
    return pxed_slice(copy, text.len);
}

const char *pxed_arena_printf(struct pxed_arena *a, const char *format, ...) {
    char most[256]; /* of them are shorter: those are written once */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(most, sizeof(most), format, args);
    va_end(args);
    if (n < 0)
        return "";

    char *text = pxed_arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof(most))
        return memcpy(text, most, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void pxed_arena_clear(struct pxed_arena *a) {
    while (a->chunks) {
        struct pxed_arena_chunk *chunk = a->chunks;
        a->chunks = chunk->older;
        free(chunk);
    }
    a->used = 0;
}

void *pxed_xalloc(size_t size) {
    bool small = size <= SMALL; /* glibc's calloc does not use the thread's own list of free pieces */
    void *ptr = small ? malloc(size > 0 ? size : 1) : calloc(1, size);
    if (!ptr)
        die_of_memory();
    return small ? memset(ptr, 0, size) : ptr;
}

void *pxed_xrealloc(void *ptr, size_t size) {
    ptr = realloc(ptr, size > 0 ? size : 1); /* size 0 would free */
    if (!ptr)
        die_of_memory();
    return ptr;
}

char *pxed_xstrdup(struct pxed_slice text) {
    char *copy = pxed_xalloc(text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}
