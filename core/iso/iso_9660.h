/* Reads ISO 9660, Joliet and Rock Ridge (ECMA-119) into an index. */
#pragma once

#include "iso_index.h"

/* False: b->why says why. */
bool iso_9660_read(struct iso_build *b);
