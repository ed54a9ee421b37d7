/* The newest file of a folder that a pattern fits: names of images often hold a version. */
#pragma once

#include "pxed/arena.h"

/* `pattern` is a path below FOLDER; only its last part may have * and ?. Of several files the one with the greatest
 * version (strverscmp) is taken. The path as in the pattern, in `arena`; NULL: none. Reads a folder. */
const char *family_glob(int dir_fd, const char *folder, const char *pattern, struct pxed_arena *arena);
