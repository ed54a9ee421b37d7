/* What the plugin of a system says of a medium: incomplete, encrypted, of another version. */
#pragma once

#include "catalogue.h"
#include "medium.h"

/* Prints a line for each warning of the plugin's `image` operation. `path`: the medium's. */
void import_look(struct medium *m, const char *path, const struct catalogue_os *os, struct pxed_arena *arena);
