/* The heads of DER values: X.690 8.1.2 (tags) and 8.1.3 (lengths). */
#include "loader_der.h"

enum {
    TAG_LONG = 0x1f,    /* the number follows in further octets */
    LENGTH_LONG = 0x80, /* so many octets of the length follow; none: it ends where it says */
    LENGTH_OCTETS_MAX = 4,
};

/* The length, which begins at `*at`; moves behind it. */
static bool read_length(struct pxed_slice all, size_t *at, size_t *ret) {
    if (*at >= all.len)
        return false;
    unsigned char first = (unsigned char)all.ptr[(*at)++];
    size_t n = first & ~(unsigned)LENGTH_LONG, len = 0;
    if (!(first & LENGTH_LONG)) {
        *ret = first;
        return true;
    }
    if (n < 1 || n > LENGTH_OCTETS_MAX || n > all.len - *at)
        return false;
    while (n-- > 0)
        len = len << 8 | (unsigned char)all.ptr[(*at)++];
    *ret = len;
    return true;
}

bool loader_der_any(struct pxed_slice *from, unsigned *ret_tag, struct pxed_slice *ret) {
    size_t at = 1, len;
    if (from->len < 2 || (from->ptr[0] & TAG_LONG) == TAG_LONG)
        return false;
    if (!read_length(*from, &at, &len) || len > from->len - at)
        return false;
    *ret_tag = (unsigned char)from->ptr[0];
    *ret = pxed_slice(from->ptr + at, len);
    *from = pxed_slice_skip(*from, at + len);
    return true;
}

bool loader_der_take(struct pxed_slice *from, enum loader_tag tag, struct pxed_slice *ret) {
    struct pxed_slice rest = *from, value;
    unsigned is;
    if (!loader_der_any(&rest, &is, &value) || is != tag)
        return false;
    *from = rest;
    *ret = value;
    return true;
}
