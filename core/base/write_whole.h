/* A whole text into a descriptor. */
#pragma once

#include "pxed/slice.h"

/* Writes all of it, however often that takes. Blocks. 0, or a negative errno: a part may be written. */
int write_whole(int fd, struct pxed_slice text);
