/* Values of JSON, for plugins that write it: always valid UTF-8, whatever bytes came in. */
#pragma once

#include "pxed/buf.h"

/* A quoted string. Bytes that are not UTF-8 become U+FFFD. */
void pxed_json_text(struct pxed_buf *out, struct pxed_slice text);
/* "2026-03-01T12:00:00.250Z", quoted; `ms` since the epoch; years outside 1970..9999 are clamped. */
void pxed_json_time(struct pxed_buf *out, int64_t ms);
