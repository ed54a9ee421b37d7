/* Mode netascii (RFC 764): LF travels as CR LF, CR as CR NUL. Pure. */
#pragma once

#include "pxed/slice.h"

/* A place in the converted stream: the byte of the source whose conversion comes next, and whether the first of its two
 * bytes was already sent in the block before. */
struct tftp_text_at {
    uint64_t offset;
    bool half;
};

/* Converts from *at on, of which `source` holds the bytes, until `out` is full or the source ends. Moves *at and
 * returns the length written. */
size_t tftp_netascii(struct pxed_slice source, struct tftp_text_at *at, char *out, size_t cap);
