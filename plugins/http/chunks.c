/* Reads the framing of a chunked body by the letter. */
#include "chunks.h"

static void chunks_line_ends(struct http_chunks *c) {
    c->cr = false;
    switch (c->at) {
    case HTTP_CHUNKS_SIZE:
    case HTTP_CHUNKS_EXT:
        c->at = c->left > 0 ? HTTP_CHUNKS_DATA : HTTP_CHUNKS_TRAILER;
        break;
    case HTTP_CHUNKS_DATA_END:
        c->at = HTTP_CHUNKS_SIZE;
        c->left = 0;
        break;
    default:
        c->at = c->some ? HTTP_CHUNKS_TRAILER : HTTP_CHUNKS_DONE;
    }
    c->some = false;
}

static void chunks_size_digit(struct http_chunks *c, char byte) {
    int digit = pxed_hex_digit(byte);
    if (digit < 0)
        c->at = HTTP_CHUNKS_EXT;
    else
        c->left = c->left << 4 | (uint64_t)digit; /* llhttp refuses what does not fit */
}

/* A byte of a line: a chunk's, the empty one behind its data, or a trailer. */
static bool chunks_line_byte(struct http_chunks *c, char byte) {
    if (c->cr) {
        chunks_line_ends(c);
        return byte == '\n';
    }
    if (byte == '\r') {
        c->cr = true;
        return true;
    }
    if (byte == '\n' || byte == '\0' || c->at == HTTP_CHUNKS_DATA_END)
        return false;
    if (c->at == HTTP_CHUNKS_SIZE)
        chunks_size_digit(c, byte);
    c->some = c->at == HTTP_CHUNKS_TRAILER;
    return true;
}

bool http_chunks_feed(struct http_chunks *c, struct pxed_slice bytes, size_t *ret_taken) {
    size_t i = 0;
    while (i < bytes.len && c->at != HTTP_CHUNKS_DONE) {
        if (c->at == HTTP_CHUNKS_DATA) {
            size_t n = bytes.len - i < c->left ? bytes.len - i : (size_t)c->left;
            c->left -= n;
            i += n;
            if (c->left == 0)
                c->at = HTTP_CHUNKS_DATA_END;
        } else if (!chunks_line_byte(c, bytes.ptr[i++])) {
            return false;
        }
    }
    *ret_taken = i;
    return true;
}
