/* One machine's record as text, as the store keeps it. One `key=value` per line, of fields that are not empty; unknown
 * keys are skipped, so that an older daemon reads what a newer minor wrote. */
#pragma once

#include "lifecycle.h"

enum { RECORD_TEXT_MAX = 3072 };

void record_write(const struct lifecycle_record *r, struct pxed_buf *out);
/* False if the text is not a record. */
bool record_read(struct pxed_slice text, struct lifecycle_record *ret);
