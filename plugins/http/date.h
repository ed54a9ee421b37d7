/* HTTP dates (RFC 9110 5.6.7), always GMT. Pure. */
#pragma once

#include "pxed/buf.h"

enum { HTTP_DATE_TEXT = 29 }; /* Sun, 06 Nov 1994 08:49:37 GMT */

/* Seconds since the epoch; dates from 1970 to 9999, anything else is clamped. */
void http_date_format(int64_t seconds, struct pxed_buf *out);

/* IMF-fixdate and the two obsolete forms that a recipient must accept. False on anything else. */
bool http_date_parse(struct pxed_slice text, int64_t *ret_seconds);
