/* Files and trees brought into root/boot/os, with a bar on a terminal. */
#pragma once

#include <stdbool.h>

/* A second name of the file, or with `copy` a copy under it, whole or not at all. 0 or a negative errno; -EXDEV: only a
 * copy is possible. */
int import_file(const char *from, const char *to, bool copy);
/* Copies a folder's files and folders into `to`, which is made; links are left out. 0 or a negative errno. */
int import_tree(const char *from, const char *to);

/* The bytes of one open file into another, on disk when it returns 0; else a negative errno. `name`: for the bar. */
int import_bytes(int from, int to, const char *name);
