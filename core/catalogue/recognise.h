/* What an installation medium says that it is. */
#pragma once

#include "medium.h"

struct recognised {
    const char *id;    /* the OS id for it; NULL: it does not say which version it is */
    const char *what;  /* for people: "Windows installation media" */
    const char *by;    /* the file that says so */
    const char *words; /* of that file, one line; "" where its being there says it */
};

/* False: nothing in it is known. Texts live in `arena`. */
bool recognise(struct medium *m, struct pxed_arena *arena, struct recognised *ret);
/* What one file says, if it is the file of this row; rows are tried from 0 to recognise_rows(). */
size_t recognise_rows(void);
bool recognise_text(size_t row, struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret);
