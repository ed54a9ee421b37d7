/* Sets the connection's head, body and extent for each part in turn. */
#include "multipart.h"

#include <stdlib.h>

#include "pxed/arena.h"

/* What is left of the head goes with the text of the part. */
static void multipart_write(struct http_conn *c) {
    char text[HTTP_PART_HEAD];
    struct pxed_buf part = PXED_BUF(text);
    struct pxed_slice left = pxed_slice(c->head + c->head_sent, c->head_len - c->head_sent);
    http_part_write(&c->plan, pxed_slice_of(c->content->type), c->part, &part);
    char *head = left.len + part.len <= sizeof(c->head_inline) ? c->head_inline : pxed_xalloc(left.len + part.len);
    memmove(head, left.ptr, left.len);
    memcpy(head + left.len, text, part.len);
    if (c->head != c->head_inline && c->head != head)
        free(c->head);
    c->head = head;
    c->head_len = left.len + part.len;
    c->head_sent = 0;
    if (c->part < c->plan.n_parts) {
        c->plan.offset = c->pos = c->plan.parts[c->part].offset;
        c->end = c->pos + c->plan.parts[c->part].length;
    }
    c->limit = c->end;
    c->warm_until = 0;
}

void http_multipart_begin(struct http_conn *c) {
    c->part = 0;
    multipart_write(c);
}

bool http_multipart_next(struct http_conn *c) {
    if (c->plan.n_parts <= 1 || c->part == c->plan.n_parts)
        return false;
    c->part++;
    multipart_write(c);
    return true;
}
