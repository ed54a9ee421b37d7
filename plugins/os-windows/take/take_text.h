/* Texts as Windows' tools leave them: UTF-16, UTF-8 or the code page of western Europe, and ini files of these. Pure.
 */
#pragma once

#include "pxed/buf.h"
#include "pxed/slice.h"

enum { TAKE_GROWTH = 3 }; /* decoded text needs at most so many times the room */

/* As UTF-8, without byte order mark and NULs. What is no character of its encoding becomes `?`. */
void take_decode(struct pxed_slice bytes, struct pxed_buf *out);

struct take_ini {
    struct pxed_slice rest, section; /* start with the text and nothing */
    unsigned line;
};

struct take_entry {
    struct pxed_slice section, key, value; /* trimmed, the value without quotes around it; borrowed from the text */
    unsigned line;                         /* from 1 */
};

/* The next `key = value`; false at the end. `;` begins a comment line. Lines that are neither are passed over. */
bool take_ini_next(struct take_ini *ini, struct take_entry *ret);
