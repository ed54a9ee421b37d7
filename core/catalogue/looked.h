/* What was looked for on the disk, remembered for one turn of the loop: requests that came together are answered alike.
 * Only on the thread that tells the turns; on others, and in commands, each look is a new one. */
#pragma once

#include "catalogue.h"

/* The loop is about to wait: what was found so far is looked for anew. */
void looked_turn(void);
/* Has the image this file? `look` finds it out. */
bool looked_image(const struct catalogue *c, struct pxed_slice os, const char *file, profile_exists_fn *look,
                  void *ctx);
/* Is nothing below `folder_fd` under this name? */
bool looked_absent(const struct catalogue *c, int folder_fd, const char *path);
