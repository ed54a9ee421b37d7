/* Reads every byte that a parser returned, so that a sanitizer sees one that is not there. */
#pragma once

#include <stdlib.h>

#include "pxed/slice.h"

static inline void touch(struct pxed_slice s) {
    static volatile unsigned sink;
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
    (void)sink;
}

static inline void touch_text(const char *text) {
    touch(pxed_slice_of(text));
}

static inline void must(bool holds) {
    if (!holds)
        abort();
}
