/* Texts and times as JSON (RFC 8259). Pure. */
#include "pxed/json.h"

#include "pxed/date.h"

/* Length of the UTF-8 sequence that text begins with (RFC 3629 section 4), 0 if it is none. */
static size_t utf8_length(struct pxed_slice text) {
    const unsigned char *p = (const unsigned char *)text.ptr;
    if (text.len == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (n == 0 || text.len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xED && p[1] >= 0xA0;
    bool beyond = p[0] == 0xF4 && p[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : n;
}

void pxed_json_text(struct pxed_buf *out, struct pxed_slice text) {
    pxed_buf_byte(out, '"');
    while (text.len > 0) {
        size_t n = utf8_length(text);
        unsigned char c = (unsigned char)text.ptr[0];
        if (n == 0) {
            pxed_buf_str(out, "\\ufffd");
            n = 1;
        } else if (c == '"' || c == '\\') {
            pxed_buf_byte(out, '\\');
            pxed_buf_byte(out, (char)c);
        } else if (c < 0x20 || c == 0x7F) {
            pxed_buf_str(out, "\\u00");
            pxed_buf_hex(out, &c, 1, "");
        } else {
            pxed_buf_add(out, pxed_slice_head(text, n));
        }
        text = pxed_slice_skip(text, n);
    }
    pxed_buf_byte(out, '"');
}

void pxed_json_time(struct pxed_buf *out, int64_t ms) {
    const int64_t last = 253402300799999; /* 9999-12-31T23:59:59.999Z */
    uint64_t t = ms < 0 ? 0 : (uint64_t)(ms > last ? last : ms);
    unsigned in_day = (unsigned)(t / 1000 % 86400);
    struct pxed_date date = pxed_date_of_days((int64_t)(t / 86400000));
    pxed_buf_byte(out, '"');
    pxed_buf_digits(out, (uint64_t)date.year, 4);
    pxed_buf_byte(out, '-');
    pxed_buf_digits(out, date.month, 2);
    pxed_buf_byte(out, '-');
    pxed_buf_digits(out, date.day, 2);
    pxed_buf_byte(out, 'T');
    pxed_buf_digits(out, in_day / 3600, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, in_day / 60 % 60, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, in_day % 60, 2);
    pxed_buf_byte(out, '.');
    pxed_buf_digits(out, t % 1000, 3);
    pxed_buf_str(out, "Z\"");
}
