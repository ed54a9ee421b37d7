/* Decodes texts of Windows, and reads ini files line by line. */
#include "take_text.h"

static void put_character(struct pxed_buf *out, uint32_t c) {
    if (c == 0 || c == 0xfeff)
        return;
    if (c < 0x80) {
        pxed_buf_byte(out, (char)c);
    } else if (c < 0x800) {
        pxed_buf_byte(out, (char)(0xc0 | c >> 6));
        pxed_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        pxed_buf_byte(out, (char)(0xe0 | c >> 12));
        pxed_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        pxed_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else {
        pxed_buf_byte(out, (char)(0xf0 | c >> 18));
        pxed_buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        pxed_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        pxed_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    }
}

static uint32_t unit_at(struct pxed_slice bytes, size_t at, bool big) {
    uint32_t one = (uint8_t)bytes.ptr[at], two = (uint8_t)bytes.ptr[at + 1];
    return big ? one << 8 | two : two << 8 | one;
}

/* RFC 2781 2.2. */
static void decode_utf16(struct pxed_slice bytes, bool big, struct pxed_buf *out) {
    for (size_t at = 0; bytes.len - at >= 2 && at < bytes.len; at += 2) {
        uint32_t c = unit_at(bytes, at, big);
        if (c >= 0xd800 && c < 0xe000) {
            uint32_t low = bytes.len - at >= 4 ? unit_at(bytes, at + 2, big) : 0;
            bool pair = c < 0xdc00 && low >= 0xdc00 && low < 0xe000;
            c = pair ? 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00)) : '?';
            at += pair ? 2 : 0;
        }
        put_character(out, c);
    }
}

/* Length of the UTF-8 character at `at`; 0: it is none (RFC 3629 4, without the finer points: overlong forms show only
 * as other characters). */
static size_t utf8_length(struct pxed_slice bytes, size_t at) {
    uint8_t first = (uint8_t)bytes.ptr[at];
    size_t n = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first < 0xf0 && first >= 0xe0 ? 3 : 0;
    if (first >= 0xf0 && first < 0xf5)
        n = 4;
    if (n == 0 || n > bytes.len - at)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (((uint8_t)bytes.ptr[at + i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static bool is_utf8(struct pxed_slice bytes) {
    size_t n;
    for (size_t at = 0; at < bytes.len; at += n)
        if ((n = utf8_length(bytes, at)) == 0)
            return false;
    return true;
}

/* Code page 1252: as Latin 1, but for these. */
static void decode_1252(struct pxed_slice bytes, struct pxed_buf *out) {
    static const uint16_t upper[32] = {0x20ac, '?',    0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                       0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, '?',    0x017d, '?',
                                       '?',    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                       0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, '?',    0x017e, 0x0178};
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = (uint8_t)bytes.ptr[i];
        put_character(out, c >= 0x80 && c < 0xa0 ? upper[c - 0x80] : c);
    }
}

void take_decode(struct pxed_slice bytes, struct pxed_buf *out) {
    struct pxed_slice utf8_mark = PXED_SLICE("\xef\xbb\xbf");
    bool little = pxed_slice_starts(bytes, PXED_SLICE("\xff\xfe")),
         big = pxed_slice_starts(bytes, PXED_SLICE("\xfe\xff"));
    /* Without a mark: the first character of an ini or XML file is ASCII. */
    if (!little && !big && bytes.len >= 2 && (bytes.ptr[0] == '\0') != (bytes.ptr[1] == '\0')) {
        little = bytes.ptr[1] == '\0';
        big = !little;
    }
    if (little || big) {
        decode_utf16(bytes, big, out);
        return;
    }
    if (!is_utf8(bytes)) {
        decode_1252(bytes, out);
        return;
    }
    if (pxed_slice_starts(bytes, utf8_mark))
        bytes = pxed_slice_skip(bytes, utf8_mark.len);
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != '\0')
            pxed_buf_byte(out, bytes.ptr[i]);
}

static struct pxed_slice next_line(struct take_ini *ini) {
    size_t n = 0;
    while (n < ini->rest.len && ini->rest.ptr[n] != '\n' && ini->rest.ptr[n] != '\r')
        n++;
    struct pxed_slice line = pxed_slice_head(ini->rest, n);
    size_t end = n + 1 < ini->rest.len && ini->rest.ptr[n] == '\r' && ini->rest.ptr[n + 1] == '\n' ? 2 : 1;
    ini->rest = pxed_slice_skip(ini->rest, n + end);
    ini->line++;
    return pxed_slice_trim(line);
}

bool take_ini_next(struct take_ini *ini, struct take_entry *ret) {
    while (ini->rest.len > 0) {
        struct pxed_slice line = next_line(ini);
        ptrdiff_t equals = pxed_slice_find(line, '=', 0);
        if (line.len == 0 || line.ptr[0] == ';')
            continue;
        if (line.ptr[0] == '[') {
            ptrdiff_t end = pxed_slice_find(line, ']', 0);
            ini->section = pxed_slice_trim(pxed_slice(line.ptr + 1, (end > 0 ? (size_t)end : line.len) - 1));
            continue;
        }
        if (equals <= 0)
            continue;
        struct pxed_slice value = pxed_slice_trim(pxed_slice_skip(line, (size_t)equals + 1));
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = pxed_slice(value.ptr + 1, value.len - 2);
        *ret =
            (struct take_entry){ini->section, pxed_slice_trim(pxed_slice_head(line, (size_t)equals)), value, ini->line};
        return true;
    }
    return false;
}
