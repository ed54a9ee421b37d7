/* Helpers of the dialects. */
#pragma once

#include "pxed/slice.h"

/* The file's name: the part after the last `/`. Borrows `path`. */
struct pxed_slice dialect_basename(struct pxed_slice path);
