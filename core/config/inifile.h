/* pxed.ini as a list of entries. inih parses; this reader also reports what inih would accept silently: section names
 * cut at 49 bytes, lines over 199, lines without `=`, `k : v`, and which line is a continuation (docs/decisions.md). */
#pragma once

#include "pxed/arena.h"
#include "pxed/diag.h"

struct ini_entry {
    const char *section, *key, *value;
    const char *raw; /* the value before its quotes were cut: they keep a path with blanks together in a list */
    const char *file;
    unsigned line;
    const char *from;  /* the @FILE the value was read from, or NULL */
    const char *wrong; /* why that could not be read, or NULL */
    bool used;         /* an option row or the core has used it */
};

struct ini_section {
    const char *name, *file;
    unsigned line;
};

struct ini {
    struct pxed_arena arena;
    const char *path; /* of the first file, as given */
    struct ini_entry *entries;
    size_t n;
    struct ini_section *sections; /* each name once, at its first line */
    size_t n_sections;
};

/* Reads `path` and the files of its [pxed] include. Errors go to diags; -1 if the file cannot be read. The caller ends
 * it with ini_free in either case. */
int ini_load(struct ini *ini, const char *path, struct pxed_diags *diags);
/* Appends the *.ini of a folder, in the order of their names; a folder that is not there has none. */
void ini_append(struct ini *ini, const char *folder, struct pxed_diags *diags);
void ini_free(struct ini *ini);

/* The last entry of a key, or NULL. */
const struct ini_entry *ini_get(const struct ini *ini, const char *section, const char *key);

/* Resolves `relative` against the folder of `file`; absolute paths are kept. In `arena`. */
const char *ini_path(struct pxed_arena *arena, const char *file, const char *relative);
