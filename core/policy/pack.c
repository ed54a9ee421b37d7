/* Writes ustar headers and contents. */
#include "pack.h"

#include <string.h>

enum {
    BLOCK = 512,
    NAME_ROOM = 100,
    MODE_AT = 100,
    SIZE_AT = 124,
    SUM_AT = 148,
    TYPE_AT = 156,
    TARGET_AT = 157,
    MAGIC_AT = 257
};

struct part {
    struct pxed_slice path, target; /* target: of a link, else unset */
    unsigned mode;
    struct pxed_slice content;
};

static bool is_mode(struct pxed_slice word, unsigned *ret) {
    *ret = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] < '0' || word.ptr[i] > '7')
            return false;
        *ret = *ret * 8 + (unsigned)(word.ptr[i] - '0');
    }
    return word.len > 0 && word.len <= 4;
}

/* Relative, and inside whatever it is unpacked into. */
static bool is_inside(struct pxed_slice path) {
    struct pxed_slice rest = path, word;
    if (path.len == 0 || path.len >= NAME_ROOM || path.ptr[0] == '/' || path.ptr[path.len - 1] == '/')
        return false;
    while ((word = pxed_slice_word(&rest, "/")).len > 0)
        if (pxed_slice_is(word, ".."))
            return false;
    return true;
}

/* `PATH MODE` or `PATH -> TARGET`, the rest of a part's first line. */
static bool pack_head(struct pxed_slice line, struct part *ret) {
    ret->path = pxed_slice_word(&line, " ");
    struct pxed_slice word = pxed_slice_word(&line, " ");
    ret->target = PXED_NO_SLICE;
    ret->mode = 0777;
    if (pxed_slice_is(word, "->")) {
        ret->target = word = pxed_slice_word(&line, " ");
        return is_inside(ret->path) && word.len > 0 && word.len < NAME_ROOM;
    }
    return is_inside(ret->path) && is_mode(word, &ret->mode);
}

static void put_octal(char *field, unsigned width, size_t value) { /* width digits, then the NUL that is there */
    for (unsigned i = width; i > 0; i--, value /= 8)
        field[i - 1] = (char)('0' + value % 8);
}

static void put_part(const struct part *part, struct pxed_buf *out) {
    char head[BLOCK] = {0};
    unsigned sum = 0;
    memcpy(head, part->path.ptr, part->path.len);
    put_octal(head + MODE_AT, 7, part->mode);
    put_octal(head + MODE_AT + 8, 7, 0);  /* owner */
    put_octal(head + MODE_AT + 16, 7, 0); /* group */
    put_octal(head + SIZE_AT, 11, part->content.len);
    put_octal(head + SIZE_AT + 12, 11, 0); /* time: the same text is the same archive */
    head[TYPE_AT] = part->target.len > 0 ? '2' : '0';
    if (part->target.len > 0)
        memcpy(head + TARGET_AT, part->target.ptr, part->target.len);
    memcpy(head + MAGIC_AT, "ustar\00000", 8);
    memset(head + SUM_AT, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)head[i];
    put_octal(head + SUM_AT, 6, sum);
    head[SUM_AT + 6] = '\0';
    pxed_buf_add(out, pxed_slice(head, BLOCK));
    pxed_buf_add(out, part->content);
    while (out->len % BLOCK != 0)
        pxed_buf_byte(out, '\0');
}

/* Cuts the lines up to the next part's off `rest`. */
static struct pxed_slice cut_content(struct pxed_slice *rest, struct pxed_slice mark) {
    size_t at = 0;
    while (at < rest->len && !pxed_slice_starts(pxed_slice_skip(*rest, at), mark)) {
        ptrdiff_t end = pxed_slice_find(*rest, '\n', at);
        at = end < 0 ? rest->len : (size_t)end + 1;
    }
    struct pxed_slice content = pxed_slice_head(*rest, at);
    *rest = pxed_slice_skip(*rest, at);
    return content;
}

enum pxed_reason pack_tar(struct pxed_slice text, struct pxed_buf *out) {
    struct pxed_slice mark = PXED_SLICE("=== ");
    struct part part;
    if (text.len == 0)
        return PXED_WHY_TEMPLATE_BROKEN;
    while (text.len > 0) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        if (!pxed_slice_starts(text, mark) || end < 0)
            return PXED_WHY_TEMPLATE_BROKEN;
        struct pxed_slice line = pxed_slice_skip(pxed_slice_head(text, (size_t)end), mark.len);
        text = pxed_slice_skip(text, (size_t)end + 1);
        if (!pack_head(line, &part))
            return PXED_WHY_TEMPLATE_BROKEN;
        part.content = cut_content(&text, mark);
        if (part.target.len > 0)
            part.content = PXED_NO_SLICE;
        put_part(&part, out);
    }
    for (size_t i = 0; i < 2 * BLOCK; i++) /* the end */
        pxed_buf_byte(out, '\0');
    return PXED_WHY_OK;
}
