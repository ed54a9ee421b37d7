/* The OpenAPI 3.1 document, written from the table of routes. Pure.
 *
 * A list of names is "host! since:int": `!` it must be there; types: text (none given), texts, objects, int, flag, time
 * (in an answer: KEY as RFC 3339 or null, and KEY_ms). */
#pragma once

#include "api_state.h"

void api_openapi_write(const struct api_route *table, struct pxed_buf *out);
