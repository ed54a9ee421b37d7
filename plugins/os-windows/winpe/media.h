/* Where boot.wim and the boot files come from: a folder (a copied medium, `copype` output), or an ISO read from inside.
 * Names are looked up as Windows does, whatever their case. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct media; /* opaque */

/* Opens a folder or an ISO (UDF, Joliet, ISO9660) read-only. NULL after saying why not. */
struct media *media_open(const char *path);
void media_close(struct media *media);

/* Is there such a file? `name` has slashes: "boot/bcd". */
bool media_has(struct media *media, const char *name);

/* Copies it to the new file `to`; the running step's progress is shown. -1 after saying why not. */
int media_copy(struct media *media, const char *name, const char *to);

/* What the operator called it. */
const char *media_path(const struct media *media);
