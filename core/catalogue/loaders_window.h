/* Reads a loader's file, or a part of another: readers go back and forth in small steps, so what lies around the last
 * one is kept. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOADERS_WINDOW_STEP = 16384 };

struct loaders_window {
    int fd;
    uint64_t from; /* where the file begins */
    uint64_t at;   /* in the file, what `bytes` holds */
    size_t len;
    char bytes[LOADERS_WINDOW_STEP * 3];
};

/* `fd` stays the caller's, and open. */
void loaders_window_open(struct loaders_window *w, int fd, uint64_t from);
/* As loader_file's `read`; ctx: a loaders_window. */
bool loaders_window_read(void *ctx, uint64_t from, void *to, size_t n);
