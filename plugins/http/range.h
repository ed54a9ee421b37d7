/* `Range: bytes=...` (RFC 9110 14.1.2). Pure. */
#pragma once

#include "pxed/slice.h"

enum http_range_result {
    HTTP_RANGE_WHOLE, /* absent, unreadable, another unit, several ranges: everything is sent */
    HTTP_RANGE_PART,
    HTTP_RANGE_UNSATISFIABLE,
};

/* `size` is the length of the representation; on PART the extent is set and lies in it. */
enum http_range_result http_range_parse(struct pxed_slice value, uint64_t size, uint64_t *ret_offset,
                                        uint64_t *ret_length);
