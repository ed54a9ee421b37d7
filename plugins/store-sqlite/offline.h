/* Stores without a daemon. */
#pragma once

#include "pxed/store.h"

extern const struct pxed_store_files store_files;

/* `file` below `folder`, unless it is absolute; NUL-terminated. -ENAMETOOLONG if it does not fit. */
int store_path(const char *folder, const char *file, struct pxed_buf *ret);
