/* `option = NUMBER VALUE` of the ini, turned into the bytes that are appended to every reply. Pure. */
#pragma once

#include "pxed/buf.h"

/* VALUE is 0x and hex digits, or addresses (blank- or comma-separated), or any other text as it stands; "..." is
 * always text. Appends number, length and value to `out`. NULL, or a sentence that says what is wrong (and `out` is
 * unchanged). */
const char *dhcp_extra_parse(struct pxed_slice line, struct pxed_buf *out, unsigned *ret_number);
