/* The text of one ini file, apart from where it comes from. */
#pragma once

#include <stdio.h>

#include "inifile.h"

struct initext {
    FILE *stream;
    const char *file; /* for diagnostics; entries point to it */
    int depth;        /* of the include that named it */
    struct pxed_diags *diags;
    /* Called for each `include` in [pxed], at its place. */
    void (*include)(const struct initext *text, struct ini *ini, const char *pattern, unsigned line);
};

/* Adds the entries of a file to `ini`. */
void initext_read(struct ini *ini, const struct initext *text);
