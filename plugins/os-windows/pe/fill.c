/* Replaces @PXED-DISK@ in a text by the number of the disk. Pure. */
#include "fill.h"

bool fill_is_number(const char *text) {
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if (!pxed_is_digit(text[i]))
            return false;
    return n >= 1 && n <= 3;
}

size_t fill_text(char *out, struct pxed_slice in, const char *disk) {
    const struct pxed_slice mark = PXED_SLICE("@PXED-DISK@");
    size_t n = 0;
    struct pxed_slice with = pxed_slice_head(pxed_slice_of(disk), mark.len);
    while (in.len > 0) {
        if (pxed_slice_starts(in, mark)) {
            memcpy(out + n, with.ptr, with.len);
            n += with.len;
            in = pxed_slice_skip(in, mark.len);
        } else {
            out[n++] = in.ptr[0];
            in = pxed_slice_skip(in, 1);
        }
    }
    return n;
}
