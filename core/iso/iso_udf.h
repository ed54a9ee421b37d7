/* Reads UDF (ECMA-167) into an index, using libudfread. */
#pragma once

#include "iso_index.h"

/* False: b->why says why. */
bool iso_udf_read(struct iso_build *b);
