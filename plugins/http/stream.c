/* Answers of services that go on: chunks in one buffer, sent in the turns of the loop. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>

#include "io.h"
#include "loop.h"
#include "pxed/arena.h"
#include "turn.h"

static uint64_t stream_deadline(const struct http_conn *c) {
    return c->http->ctx->core->now(c->http->ctx) + HTTP_SEND_TIMEOUT;
}

/* Room for `more` bytes at the end; what has been sent makes room first. */
static void stream_room(struct pxed_http_reply *r, size_t more) {
    if (r->sent > 0) {
        memmove(r->out, r->out + r->sent, r->len - r->sent);
        r->len -= r->sent;
        r->sent = 0;
    }
    if (r->cap - r->len >= more)
        return;
    r->cap = r->len + more < 4096 ? 4096 : (r->len + more) * 2;
    r->out = pxed_xrealloc(r->out, r->cap);
}

static void stream_put(struct pxed_http_reply *r, struct pxed_slice text) {
    stream_room(r, text.len);
    memcpy(r->out + r->len, text.ptr, text.len);
    r->len += text.len;
}

/* RFC 9112 7.1: the size in hex, then the bytes. */
static void stream_chunk(struct pxed_http_reply *r, struct pxed_slice bytes) {
    char line[20];
    struct pxed_buf out = PXED_BUF(line);
    unsigned shift = 60;
    while (shift > 0 && bytes.len >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        pxed_buf_byte(&out, "0123456789abcdef"[bytes.len >> shift & 15]);
        if (shift == 0)
            break;
    }
    pxed_buf_str(&out, "\r\n");
    stream_room(r, out.len + bytes.len + 2);
    stream_put(r, pxed_buf_slice(&out));
    stream_put(r, bytes);
    stream_put(r, PXED_SLICE("\r\n"));
}

/* Sent in the next turn, so that no call of a service leads to one of its callbacks. */
static void stream_wake(struct pxed_http_reply *r) {
    if (r->conn->deadline == UINT64_MAX)
        r->conn->deadline = stream_deadline(r->conn);
    http_turn_later(r->conn);
}

bool http_stream_begin(struct http_conn *c, int status, const char *type, const char *headers,
                       const struct pxed_http_stream *calls) {
    struct pxed_http_reply *r = c->reply;
    struct http_entity entity = {
        .status = status, .type = pxed_slice_of(type), .extra = pxed_slice_of(headers), .streams = true};
    char inline_head[HTTP_OUTPUT_INLINE];
    struct pxed_buf out = PXED_BUF(inline_head);
    struct pxed_slice date = http_date_now(c->http);
    http_plan_make(&c->request, &entity, true, &c->plan);
    http_head_write(&c->plan, &entity, c->request.minor, date, &out);
    stream_room(r, out.len);
    out = (struct pxed_buf){r->out, r->cap, 0};
    http_head_write(&c->plan, &entity, c->request.minor, date, &out);
    r->len = out.len;
    r->chunked = c->request.minor > 0;
    r->calls = *calls;
    r->streams = true;
    r->ended = !c->plan.body;
    c->state = HTTP_STREAMING;
    c->head = c->head_inline; /* it is answered: for the access log */
    c->deadline = stream_deadline(c);
    if (!r->ended)
        stream_wake(r);
    return !r->ended;
}

bool http_stream_write(struct pxed_http_reply *r, struct pxed_slice bytes) {
    size_t waits = r->len - r->sent;
    if (waits > PXED_HTTP_STREAM_ROOM || bytes.len > PXED_HTTP_STREAM_ROOM - waits) {
        r->refused = true;
        stream_wake(r);
        return false;
    }
    if (bytes.len == 0) /* an empty chunk would be the last one */
        return true;
    if (r->chunked)
        stream_chunk(r, bytes);
    else
        stream_put(r, bytes);
    stream_wake(r);
    return true;
}

void http_stream_end(struct pxed_http_reply *r) {
    if (r->chunked)
        stream_put(r, PXED_SLICE("0\r\n\r\n"));
    r->ended = true;
    stream_wake(r);
}

enum http_sent http_stream_send(struct http_conn *c) {
    struct pxed_http_reply *r = c->reply;
    uint64_t began = uv_hrtime();
    while (r->sent < r->len) {
        struct iovec iov = {r->out + r->sent, r->len - r->sent};
        ssize_t n = http_io_send(c, &iov, 1, 0);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return HTTP_SENT_GONE;
        if (n < 0)
            return HTTP_SENT_WAIT;
        r->sent += (size_t)n;
        c->body_sent += (uint64_t)n;
        c->deadline = stream_deadline(c);
    }
    c->http->turn.spent += uv_hrtime() - began;
    if (r->ended)
        return HTTP_SENT_ALL;
    c->deadline = UINT64_MAX;
    if (r->refused) {
        r->refused = false;
        r->calls.ready(r->calls.arg);
    }
    return r->ended || r->sent < r->len ? HTTP_SENT_WAIT : HTTP_SENT_PARKED;
}

void http_stream_lost(struct pxed_http_reply *r) {
    struct pxed_http_stream calls = r->calls;
    bool told = r->ended;
    free(r->out);
    free(r);
    if (!told)
        calls.gone(calls.arg);
}
