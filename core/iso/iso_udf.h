/* Reads UDF (ECMA-167), by libudfread, into an index. */
#pragma once

#include "iso_index.h"

/* False: `why`. */
bool iso_udf_read(struct iso_build *b);
