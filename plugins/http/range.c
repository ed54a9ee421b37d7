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

/* One extent of the list. */
static enum http_range_result range_one(struct pxed_slice spec, uint64_t size, struct http_part *ret) {
    ptrdiff_t dash = pxed_slice_find(spec, '-', 0);
    if (dash < 0)
        return HTTP_RANGE_WHOLE;
    struct pxed_slice left = pxed_slice_head(spec, (size_t)dash), right = pxed_slice_skip(spec, (size_t)dash + 1);
    uint64_t first, last = UINT64_MAX;
    if (left.len == 0) { /* the last N bytes */
        if (!range_digits(right, &last))
            return HTTP_RANGE_WHOLE;
        if (last == 0 || size == 0)
            return HTTP_RANGE_UNSATISFIABLE;
        ret->length = last < size ? last : size;
        ret->offset = size - ret->length;
        return HTTP_RANGE_PART;
    }
    if (!range_digits(left, &first) || (right.len > 0 && (!range_digits(right, &last) || last < first)))
        return HTTP_RANGE_WHOLE;
    if (first >= size)
        return HTTP_RANGE_UNSATISFIABLE;
    ret->offset = first;
    ret->length = last >= size - 1 ? size - first : last - first + 1;
    return HTTP_RANGE_PART;
}

static bool parts_overlap(const struct http_part *parts, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (parts[i].offset - parts[k].offset < parts[k].length ||
                parts[k].offset - parts[i].offset < parts[i].length)
                return true;
    return false;
}

enum http_range_result http_range_parse(struct pxed_slice value, uint64_t size,
                                        struct http_part ret_parts[HTTP_PARTS_MAX], size_t *ret_n) {
    struct http_part parts[HTTP_PARTS_MAX];
    size_t n = 0, asked = 0;
    uint64_t total = 0;
    if (!pxed_slice_eq_nocase(pxed_slice_head(value, 6), PXED_SLICE("bytes=")))
        return HTTP_RANGE_WHOLE;
    for (struct pxed_slice rest = pxed_slice_skip(value, 6); rest.len > 0;) {
        ptrdiff_t comma = pxed_slice_find(rest, ',', 0);
        struct pxed_slice spec = pxed_slice_trim(comma < 0 ? rest : pxed_slice_head(rest, (size_t)comma));
        rest = comma < 0 ? PXED_NO_SLICE : pxed_slice_skip(rest, (size_t)comma + 1);
        if (spec.len == 0) /* empty elements of a list do not count (RFC 9110 5.6.1.2) */
            continue;
        if (asked++ == HTTP_PARTS_MAX)
            return HTTP_RANGE_WHOLE;
        enum http_range_result one = range_one(spec, size, &parts[n]);
        if (one == HTTP_RANGE_WHOLE)
            return HTTP_RANGE_WHOLE;
        if (one == HTTP_RANGE_PART)
            total += parts[n++].length;
    }
    if (n == 0)
        return asked > 0 ? HTTP_RANGE_UNSATISFIABLE : HTTP_RANGE_WHOLE;
    if (n > 1 && (parts_overlap(parts, n) || total == size))
        return HTTP_RANGE_WHOLE;
    memcpy(ret_parts, parts, n * sizeof(parts[0]));
    *ret_n = n;
    return HTTP_RANGE_PART;
}
