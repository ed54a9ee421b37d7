/* `Range: bytes=...` (RFC 9110 14.1.2). Pure. */
#pragma once

#include "pxed/slice.h"

enum { HTTP_PARTS_MAX = 16 };

/* Of a representation. */
struct http_part {
    uint64_t offset, length;
};

enum http_range_result {
    HTTP_RANGE_WHOLE, /* absent, unreadable, another unit; or more than HTTP_PARTS_MAX parts, parts that overlap, or all
                         of it in parts (RFC 9110 14.2: what may be an attack is ignored): everything is sent */
    HTTP_RANGE_PART,
    HTTP_RANGE_UNSATISFIABLE,
};

/* `size` is the length of the representation; on PART `*ret_n` extents are set, in the order asked for, and lie in it.
 * Those that are not satisfiable are left out (RFC 9110 15.3.7.2). */
enum http_range_result http_range_parse(struct pxed_slice value, uint64_t size,
                                        struct http_part ret_parts[HTTP_PARTS_MAX], size_t *ret_n);
