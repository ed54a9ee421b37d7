/* `pxed leases import` and `export`: leases of other servers' files. */
#pragma once

#include "live.h"

/* `words`: FORMAT and maybe FILE (`-` or none: stdin, stdout), `n` of them. Return an exit code. */
int leases_import(struct live *l, char **words, int n, bool dry_run);
int leases_export(struct live *l, char **words, int n);
