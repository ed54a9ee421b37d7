/* An installation medium that is not part of any generation: an ISO, or a folder with what was on one. */
#pragma once

#include "iso.h"

struct medium {
    struct iso *iso; /* NULL: a folder */
    int fd;          /* of the ISO or the folder */
};

/* False with `why`: it cannot be opened, or is neither. The caller closes it. Reads from disk. */
bool medium_open(struct medium *m, const char *path, char why[ISO_WHY_MAX]);
void medium_close(struct medium *m);
/* Is there such a file in it? As profile_exists_fn: `ctx` is a struct medium; "*.iso" asks for the ISO itself, "/NAME"
 * for a program of all systems, which is no part of any medium and counts as there. */
bool medium_has(void *ctx, const char *name);
/* A file's descriptor, which the caller closes, and its extent in bytes; or -1. */
int medium_open_file(const struct medium *m, const char *name, uint64_t *ret_offset, uint64_t *ret_size);
/* The first `size` bytes of a file at most; unset if it is missing. Lives in `arena`. */
struct pxed_slice medium_read(const struct medium *m, const char *name, size_t size, struct pxed_arena *arena);
/* The newest file that a pattern fits, as family_glob_fn: `ctx` is a struct medium. */
const char *medium_glob(void *ctx, const char *pattern, struct pxed_arena *arena);
