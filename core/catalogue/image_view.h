/* An image as plugins see it: its files, and the facts that they note about it. */
#pragma once

#include "catalogue.h"

struct image_view {
    struct pxed_image pub; /* first */
    struct catalogue *c;
    struct catalogue_os *os;
};

/* While a generation is built, its facts may be noted. Texts live in `arena`. */
struct image_view image_view_make(struct catalogue *c, struct catalogue_os *os, struct pxed_arena *arena);
/* What the plugin of a system makes of a host's variables: {{host.KEY}} where no variable has that name. Unset:
 * nothing. */
struct pxed_slice image_view_value(const struct catalogue *c, const struct catalogue_os *os,
                                   const struct pxed_host *host, const char *key, struct pxed_arena *arena);
