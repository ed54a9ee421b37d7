/* The newest file of a folder that a pattern fits: names of images often hold a version. */
#pragma once

#include "pxed/arena.h"

/* `pattern` is a path below an image's folder; only its last part may have * and ?; `fd` is the folder of that part,
 * and is closed; -1: none. Of several files the one with the greatest version (strverscmp) is taken. The path as in the
 * pattern, in `arena`; NULL: none. Reads a folder. */
const char *family_glob(int fd, const char *pattern, struct pxed_arena *arena);
