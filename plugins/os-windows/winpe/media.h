/* Where boot.wim and the boot files come from: a folder (a copied medium, `copype` output), or an ISO. Names are
 * compared without case, as in Windows. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct media; /* opaque */

/* Opens a folder or an ISO (UDF, Joliet, ISO9660) read-only. NULL after printing the error. */
struct media *media_open(const char *path);
void media_close(struct media *media);

/* Does this file exist? `name` has slashes: "boot/bcd". */
bool media_has(struct media *media, const char *name);

/* Copies it to the new file `to` and shows progress of the running step. -1 after printing the error. */
int media_copy(struct media *media, const char *name, const char *to);

/* The operator's name for it. */
const char *media_path(const struct media *media);
