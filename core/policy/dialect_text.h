/* What the writers of dialects share. */
#pragma once

#include "pxed/slice.h"

/* The file's own name, the part after the last `/`. */
struct pxed_slice dialect_basename(struct pxed_slice path);
