/* A message: length of what follows (4 bytes), kind (1), then by kind offset and size (8 each), the path's length (2),
 * path and text. Numbers are little-endian. */
#include "iso_wire.h"

#include "iso_record.h"
#include "pxed/path.h"

enum { HEAD = 5, FIXED = 18 };

static void wire_number(struct pxed_buf *out, uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        pxed_buf_byte(out, (char)(value >> 8 * i & 0xff));
}

static uint64_t wire_take(struct pxed_slice *rest, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)(uint8_t)rest->ptr[i] << 8 * i;
    *rest = pxed_slice_skip(*rest, bytes);
    return value;
}

static bool has_numbers(enum iso_wire_kind kind) {
    return kind == ISO_WIRE_FILE || kind == ISO_WIRE_BYTED || kind == ISO_WIRE_DONE;
}

void iso_wire_write(const struct iso_wire *m, struct pxed_buf *out) {
    size_t fixed = has_numbers(m->kind) ? FIXED : 0, path = fixed ? m->path.len : 0;
    wire_number(out, 1 + fixed + path + m->text.len, 4);
    pxed_buf_byte(out, (char)m->kind);
    if (fixed) {
        wire_number(out, m->offset, 8);
        wire_number(out, m->size, 8);
        wire_number(out, path, 2);
        pxed_buf_add(out, m->path);
    }
    pxed_buf_add(out, m->text);
}

/* As iso_join makes it: names that can be asked for, one slash between two. */
static bool is_good_path(struct pxed_slice path) {
    if (path.len == 0 || path.len >= PXED_PATH_MAX)
        return false;
    for (;;) {
        ptrdiff_t slash = pxed_slice_find(path, '/', 0);
        if (!iso_name_is_good(slash < 0 ? path : pxed_slice_head(path, (size_t)slash)))
            return false;
        if (slash < 0)
            return true;
        path = pxed_slice_skip(path, (size_t)slash + 1);
    }
}

/* For the log and terminals: what is not ASCII was escaped by the sender. */
static bool is_plain(struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return text.len > 0 && text.len <= ISO_WIRE_NOTE;
}

static bool wire_is_good(const struct iso_wire *m) {
    switch (m->kind) {
    case ISO_WIRE_FILE:
        return is_good_path(m->path) && m->text.len == 0;
    case ISO_WIRE_BYTED:
        return is_good_path(m->path) && m->text.len == m->size && m->size <= ISO_WIRE_BYTES;
    case ISO_WIRE_DONE:
        return m->path.len == 0 && m->text.len == 0;
    case ISO_WIRE_NOTED:
    case ISO_WIRE_WHY:
        return is_plain(m->text);
    }
    return false;
}

int iso_wire_read(struct pxed_slice *rest, struct iso_wire *ret) {
    struct pxed_slice head = *rest;
    if (head.len < HEAD)
        return 0;
    uint64_t len = wire_take(&head, 4);
    if (len == 0 || len > ISO_WIRE_MAX - 4)
        return -1;
    if (head.len < len)
        return 0;
    struct pxed_slice body = pxed_slice_head(head, (size_t)len);
    struct iso_wire m = {.kind = (enum iso_wire_kind)wire_take(&body, 1)};
    if (has_numbers(m.kind)) {
        if (body.len < FIXED)
            return -1;
        m.offset = wire_take(&body, 8);
        m.size = wire_take(&body, 8);
        size_t path = (size_t)wire_take(&body, 2);
        if (path > body.len)
            return -1;
        m.path = pxed_slice_head(body, path);
        body = pxed_slice_skip(body, path);
    }
    m.text = body;
    if (!wire_is_good(&m))
        return -1;
    *rest = pxed_slice_skip(head, (size_t)len);
    *ret = m;
    return 1;
}
