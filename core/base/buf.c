/* Writes text into a buffer of fixed size: numbers, hex, and escaped text from the wire. */
#include "pxed/buf.h"

static const char hex_digits[] = "0123456789abcdef";

void pxed_buf_byte(struct pxed_buf *b, char c) {
    if (b->len < b->cap)
        b->ptr[b->len] = c;
    b->len++;
}

void pxed_buf_add(struct pxed_buf *b, struct pxed_slice text) {
    if (text.len > 0 && b->len < b->cap) {
        size_t room = b->cap - b->len;
        memcpy(b->ptr + b->len, text.ptr, text.len < room ? text.len : room);
    }
    b->len += text.len;
}

void pxed_buf_str(struct pxed_buf *b, const char *cstr) {
    pxed_buf_add(b, pxed_slice_of(cstr));
}

void pxed_buf_u64(struct pxed_buf *b, uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    pxed_buf_add(b, pxed_slice(digits + at, sizeof(digits) - at));
}

void pxed_buf_digits(struct pxed_buf *b, uint64_t number, unsigned digits) {
    uint64_t unit = 1;
    for (unsigned i = 1; i < digits; i++)
        unit *= 10;
    for (; unit > 0; unit /= 10)
        pxed_buf_byte(b, (char)('0' + number / unit % 10));
}

static void add_hex_byte(struct pxed_buf *b, uint8_t byte) {
    pxed_buf_byte(b, hex_digits[byte >> 4]);
    pxed_buf_byte(b, hex_digits[byte & 15]);
}

void pxed_buf_hex(struct pxed_buf *b, const void *bytes, size_t n, const char *separator) {
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            pxed_buf_str(b, separator);
        add_hex_byte(b, byte[i]);
    }
}

const char *pxed_buf_cstr(struct pxed_buf *b) {
    b->ptr[b->len < b->cap ? b->len : b->cap - 1] = '\0';
    return b->ptr;
}

/* The backslash is escaped too, or a name with the text `\x0a` would look like one with a newline. */
static bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\';
}

void pxed_buf_escaped(struct pxed_buf *b, struct pxed_slice wire) {
    for (size_t i = 0; i < wire.len; i++) {
        if (is_plain(wire.ptr[i])) {
            pxed_buf_byte(b, wire.ptr[i]);
        } else {
            pxed_buf_str(b, "\\x");
            add_hex_byte(b, (uint8_t)wire.ptr[i]);
        }
    }
}
