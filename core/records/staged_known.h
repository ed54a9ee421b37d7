/* Which files on disk pxed wrote itself, told by their hash: all others are the operator's. In the store: table
 * "staged", one line for each file. */
#pragma once

#include "pxed/arena.h"
#include "pxed/buf.h"

enum stage_place { STAGE_SHARE, STAGE_PXELINUX, STAGE_PLACES };

struct stage_hash {
    char hex[33];
};

/* A file that pxed wrote, or was about to write when it was last heard of. */
struct stage_known {
    enum stage_place place;
    const char *name;
    struct stage_hash hash;
};

/* Those of one machine, as the store has them. */
struct staged_known {
    struct pxed_arena arena;
    struct stage_known *items;
    size_t n;
};

struct stage_hash stage_hash_text(struct pxed_slice text);
/* Lines that cannot be read are left out: their files count as the operator's. */
void staged_known_read(struct staged_known *known, struct pxed_slice value);
/* Appends the lines; `room`: bytes that they take at most. */
void staged_known_write(struct pxed_buf *out, const struct stage_known *items, size_t n);
size_t staged_known_room(const struct stage_known *items, size_t n);
/* Takes copies in the place of what was known. */
void staged_known_keep(struct staged_known *known, const struct stage_known *items, size_t n);
/* Is this file, found in place of a PXELINUX configuration, one that pxed itself wrote? `known` may be NULL. */
bool staged_known_wrote(const struct staged_known *known, int fd);
