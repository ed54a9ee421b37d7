/* Byte ranges (RFC 9110 14). Pure. */
#include "range.h"

/* 1*DIGIT of any length: a number that does not fit counts as the largest. */
static bool range_digits(struct pxed_slice text, uint64_t *ret) {
    uint64_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!pxed_is_digit(text.ptr[i]))
            return false;
        uint64_t d = (uint64_t)(text.ptr[i] - '0');
        n = n > (UINT64_MAX - d) / 10 ? UINT64_MAX : n * 10 + d;
    }
    *ret = n;
    return text.len > 0;
}

enum http_range_result http_range_parse(struct pxed_slice value, uint64_t size, uint64_t *ret_offset,
                                        uint64_t *ret_length) {
    if (!pxed_slice_eq_nocase(pxed_slice_head(value, 6), PXED_SLICE("bytes=")))
        return HTTP_RANGE_WHOLE;
    struct pxed_slice spec = pxed_slice_trim(pxed_slice_skip(value, 6));
    ptrdiff_t dash = pxed_slice_find(spec, '-', 0);
    if (dash < 0 || pxed_slice_find(spec, ',', 0) >= 0)
        return HTTP_RANGE_WHOLE;
    struct pxed_slice left = pxed_slice_head(spec, (size_t)dash), right = pxed_slice_skip(spec, (size_t)dash + 1);
    uint64_t first, last = UINT64_MAX;
    if (left.len == 0) { /* the last N bytes */
        if (!range_digits(right, &last))
            return HTTP_RANGE_WHOLE;
        if (last == 0 || size == 0)
            return HTTP_RANGE_UNSATISFIABLE;
        *ret_length = last < size ? last : size;
        *ret_offset = size - *ret_length;
        return HTTP_RANGE_PART;
    }
    if (!range_digits(left, &first) || (right.len > 0 && (!range_digits(right, &last) || last < first)))
        return HTTP_RANGE_WHOLE;
    if (first >= size)
        return HTTP_RANGE_UNSATISFIABLE;
    *ret_offset = first;
    *ret_length = last >= size - 1 ? size - first : last - first + 1;
    return HTTP_RANGE_PART;
}
