/* A temporary folder of files that a test writes, and access to diagnostics. */
#pragma once

#include "pxed/arena.h"
#include "pxed/diag.h"

struct tree {
    char path[64]; /* absolute, no links in it */
    struct pxed_arena arena;
};

void tree_open(struct tree *t);
/* Removes everything. */
void tree_close(struct tree *t);
/* Absolute path of a name in the tree; lives as long as the tree. */
const char *tree_path(struct tree *t, const char *name);
/* Writes a file and the folders above it; returns its path. */
const char *tree_write(struct tree *t, const char *name, const char *text);
const char *tree_write_bytes(struct tree *t, const char *name, const void *bytes, size_t n);

/* The first diagnostic that contains `part`, or NULL. */
const struct pxed_diag *diags_find(const struct pxed_diags *diags, const char *part);
/* All diagnostics, one per line, "error FILE:LINE: text" with only the last part of the file name; in the tree's
 * arena. */
const char *diags_text(struct tree *t, const struct pxed_diags *diags);
