/* Text written into memory that the caller owns. Writing never overflows: `len` is the logical length, as if everything
 * had fitted; what does not fit is dropped. So the same code measures and writes. */
#pragma once

#include "pxed/slice.h"

struct pxed_buf {
    char *ptr;
    size_t cap;
    size_t len; /* logical: may exceed cap */
};

#define PXED_BUF(array) ((struct pxed_buf){(array), sizeof(array), 0})

static inline bool pxed_buf_full(const struct pxed_buf *b) {
    return b->len > b->cap;
}

/* What was written, at most cap bytes. Borrowed from the buffer. */
static inline struct pxed_slice pxed_buf_slice(const struct pxed_buf *b) {
    return pxed_slice(b->ptr, b->len < b->cap ? b->len : b->cap);
}

void pxed_buf_byte(struct pxed_buf *b, char c);
void pxed_buf_add(struct pxed_buf *b, struct pxed_slice text);
void pxed_buf_str(struct pxed_buf *b, const char *cstr);
void pxed_buf_u64(struct pxed_buf *b, uint64_t number);
/* The last `digits` decimal digits, with zeros in front. */
void pxed_buf_digits(struct pxed_buf *b, uint64_t number, unsigned digits);
void pxed_buf_hex(struct pxed_buf *b, const void *bytes, size_t n, const char *separator);

/* Ends the text with NUL, overwriting the last byte if the buffer is full (cap must be > 0). Returns b->ptr. */
const char *pxed_buf_cstr(struct pxed_buf *b);

/* Text from the wire made safe for one log line: control bytes, quotes, backslashes and non-ASCII become \xNN. */
void pxed_buf_escaped(struct pxed_buf *b, struct pxed_slice wire);
