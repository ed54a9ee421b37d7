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
