/* What was looked for where there is no image, for people. */
#pragma once

#include "catalogue.h"

/* The files of every way to boot a system: `linux + initrd.gz, or ...`. */
const char *catalogue_looked_for(const struct catalogue_os *os, struct pxed_arena *arena);
/* What is there instead of an image (something that stands in the way, or a name that is nearly right), then what was
 * looked for, in which folders: `[HINT; HINT; ]looked for FILES in FOLDERS`. For NO_IMAGE. The system has a profile.
 * May wait for a disk. */
const char *catalogue_missing(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena);
