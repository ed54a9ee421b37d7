/* Which files on disk pxed wrote itself, recognised by hash: all others are the operator's. Stored in table "staged",
 * one line per file. */
#pragma once

#include "pxed/arena.h"
#include "pxed/buf.h"

enum stage_place { STAGE_SHARE, STAGE_PXELINUX, STAGE_PLACES };

struct stage_hash {
    char hex[33];
};

/* A file that pxed wrote, or was about to write when this was stored. */
struct stage_known {
    enum stage_place place;
    const char *name;
    struct stage_hash hash;
};

/* Those of one machine, as stored. */
struct staged_known {
    struct pxed_arena arena;
    struct stage_known *items;
    size_t n;
};

struct stage_hash stage_hash_text(struct pxed_slice text);
/* Unreadable lines are skipped: their files count as the operator's. */
void staged_known_read(struct staged_known *known, struct pxed_slice value);
/* Appends the lines. staged_known_room: the bytes they take at most. */
void staged_known_write(struct pxed_buf *out, const struct stage_known *items, size_t n);
size_t staged_known_room(const struct stage_known *items, size_t n);
/* Replaces the known files by copies of these. */
void staged_known_keep(struct staged_known *known, const struct stage_known *items, size_t n);
/* Did pxed write this file, found in place of a PXELINUX configuration? `known` may be NULL. */
bool staged_known_wrote(const struct staged_known *known, int fd);
