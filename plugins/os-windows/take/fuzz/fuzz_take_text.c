/* Any bytes as a text of Windows and as an ini file: what comes out is UTF-8 without NULs and lies within the text. */
#include <stdlib.h>

#include "take/take_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct pxed_slice text, struct pxed_slice part) {
    if (part.len > 0 && (part.ptr < text.ptr || part.ptr + part.len > text.ptr + text.len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_buf out = {.ptr = malloc(size * TAKE_GROWTH + 1), .cap = size * TAKE_GROWTH + 1};
    struct take_entry entry;
    unsigned last = 0;
    take_decode(pxed_slice((const char *)data, size), &out);
    struct pxed_slice text = pxed_buf_slice(&out);
    if (pxed_buf_full(&out) || (text.len > 0 && memchr(text.ptr, '\0', text.len)))
        abort();
    for (struct take_ini ini = {.rest = text}; take_ini_next(&ini, &entry); last = entry.line) {
        if (entry.line <= last || entry.key.len == 0)
            abort();
        check_inside(text, entry.section);
        check_inside(text, entry.key);
        check_inside(text, entry.value);
    }
    free(out.ptr);
    return 0;
}
