/* An image as plugins see it: its files, and the facts that they record about it. */
#pragma once

#include "catalogue.h"

struct image_view {
    struct pxed_image pub; /* first */
    struct catalogue *c;
    struct catalogue_os *os;
};

/* During a build facts may be recorded. Texts live in `arena`. */
struct image_view image_view_make(struct catalogue *c, struct catalogue_os *os, struct pxed_arena *arena);
/* A value that the system's plugin derives from a host's variables: {{host.KEY}} if no variable has that name. Unset:
 * no such value. */
struct pxed_slice image_view_value(const struct catalogue *c, const struct catalogue_os *os,
                                   const struct pxed_host *host, const char *key, struct pxed_arena *arena);
