/* The framing of a chunked body (RFC 9112 7.1), read beside llhttp, which takes a CR and any byte for the end of a
 * chunk's line: another server could read such a body, and the request behind it, differently. Pure. */
#pragma once

#include "pxed/slice.h"

enum http_chunks_at {
    HTTP_CHUNKS_SIZE,
    HTTP_CHUNKS_EXT,
    HTTP_CHUNKS_DATA,
    HTTP_CHUNKS_DATA_END,
    HTTP_CHUNKS_TRAILER,
    HTTP_CHUNKS_DONE
};

/* Zeroed: at the start of a body. */
struct http_chunks {
    uint8_t at;    /* enum http_chunks_at */
    bool cr;       /* the last byte was a CR that ends a line */
    bool some;     /* the trailer has a byte */
    uint64_t left; /* DATA: bytes to come; SIZE, EXT: the size */
};

/* Takes the next bytes, up to the end of the body. False: a line that does not end in CR LF, or holds a NUL, a stray CR
 * or a stray LF. What a size is, llhttp judges. *ret_taken: fewer than `bytes` only when the body has ended (DONE). */
bool http_chunks_feed(struct http_chunks *c, struct pxed_slice bytes, size_t *ret_taken);
