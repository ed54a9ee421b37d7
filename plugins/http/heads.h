/* Heads of files that are asked for again and again: each is written once a second. Pure. */
#pragma once

#include "response.h"

enum { HTTP_HEADS = 16, HTTP_HEAD_KEPT = 400 }; /* files; bytes of one head, a longer one is not kept */

struct http_heads {
    struct http_head_slot {
        uint64_t second, size, length;
        int64_t mtime;
        uint8_t etag_len, type_len, minor;
        bool keep;
        uint16_t len; /* 0: free */
        char etag[48], type[48];
        char text[HTTP_HEAD_KEPT];
    } slots[HTTP_HEADS];
};

/* As http_head_write. `second`: of the date. */
void http_heads_write(struct http_heads *heads, const struct http_plan *plan, const struct http_entity *entity,
                      uint8_t minor, uint64_t second, struct pxed_slice date, struct pxed_buf *out);
