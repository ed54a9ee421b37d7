/* `pxed import --wds` and `--mdt`: another server's folder as host lines, sections and images of ours. */
#pragma once

#include <stdbool.h>

#include "offline.h"

/* `folder` exists. Prints everything; with `write` also brings the images (`copy`: as copies) and writes two files
 * beside pxed.ini that are not there yet. An exit code. */
int import_take(struct offline *o, const char *kind, const char *folder, bool write, bool copy);
