/* A small table of written heads, found by what they say. */
#include "heads.h"

/* Only whole answers: ranges and conditions are rare. */
static bool may_keep(const struct http_plan *plan, const struct http_entity *e) {
    return plan->status == 200 && e->status == 200 && e->ranges && e->extra.len == 0 && e->etag.len > 0 &&
           e->etag.len <= sizeof(((struct http_head_slot *)0)->etag) &&
           e->type.len <= sizeof(((struct http_head_slot *)0)->type);
}

static bool says_the_same(const struct http_head_slot *s, const struct http_plan *plan, const struct http_entity *e,
                          uint8_t minor, uint64_t second) {
    return s->len > 0 && s->second == second && s->size == e->size && s->length == plan->length &&
           s->mtime == e->mtime && s->minor == minor && s->keep == plan->keep &&
           pxed_slice_eq(pxed_slice(s->etag, s->etag_len), e->etag) &&
           pxed_slice_eq(pxed_slice(s->type, s->type_len), e->type);
}

void http_heads_write(struct http_heads *heads, const struct http_plan *plan, const struct http_entity *e,
                      uint8_t minor, uint64_t second, struct pxed_slice date, struct pxed_buf *out) {
    if (!may_keep(plan, e)) {
        http_head_write(plan, e, minor, date, out);
        return;
    }
    struct http_head_slot *s = &heads->slots[pxed_hash(e->etag.ptr, e->etag.len, 0) % HTTP_HEADS];
    if (!says_the_same(s, plan, e, minor, second)) {
        struct pxed_buf text = PXED_BUF(s->text);
        http_head_write(plan, e, minor, date, &text);
        s->len = 0;
        if (pxed_buf_full(&text)) {
            http_head_write(plan, e, minor, date, out);
            return;
        }
        s->second = second;
        s->size = e->size;
        s->length = plan->length;
        s->mtime = e->mtime;
        s->minor = minor;
        s->keep = plan->keep;
        s->etag_len = (uint8_t)e->etag.len;
        s->type_len = (uint8_t)e->type.len;
        memcpy(s->etag, e->etag.ptr, e->etag.len);
        if (e->type.len > 0)
            memcpy(s->type, e->type.ptr, e->type.len);
        s->len = (uint16_t)text.len;
    }
    pxed_buf_add(out, pxed_slice(s->text, s->len));
}
