/* What the process that reads UDF says to the one that asked: messages of a length and a kind. Pure. */
#pragma once

#include "pxed/buf.h"

enum {
    ISO_WIRE_MAX = 4096,   /* of one message */
    ISO_WIRE_BYTES = 2048, /* of a file's content: one block of the medium */
    ISO_WIRE_NOTE = 1536,  /* of a note: a path and a sentence */
};

enum iso_wire_kind {
    ISO_WIRE_FILE = 'f',  /* path, offset, size */
    ISO_WIRE_BYTED = 'b', /* path, text: a file without an extent of its own, and its content */
    ISO_WIRE_NOTED = 'n', /* text: one file that is left out, and why */
    ISO_WIRE_DONE = 'd',  /* offset: notes in all, size: entries in all. The last message */
    ISO_WIRE_WHY = 'w',   /* text: why there is no index. The last message */
};

struct iso_wire {
    enum iso_wire_kind kind;
    uint64_t offset, size;
    struct pxed_slice path, text;
};

/* `out` must have room for ISO_WIRE_MAX bytes. */
void iso_wire_write(const struct iso_wire *m, struct pxed_buf *out);
/* Cuts the next message off `rest`; its texts point into it. 1: *ret is one; 0: it is not whole yet; -1: no message
 * that the reading process may send: every length, path and text is checked, for the process may have been taken over.
 */
int iso_wire_read(struct pxed_slice *rest, struct iso_wire *ret);
