/* Measures file sending, and shares the loop's turns between connections that send files. */
#include "turn.h"

#include "loop.h"

enum {
    TURN_NS = 1000 * 1000,       /* of one turn */
    PIECE_SHORT_NS = 200 * 1000, /* a piece that takes less may be larger */
    PIECE_LONG_NS = 500 * 1000,
    PIECE_MIN = 64 * 1024,
    PIECE_MAX = 1024 * 1024,
};

static void turn_on_idle(uv_idle_t *idle) {
    struct http *h = idle->data;
    h->turn.spent = 0;
    while (h->turn.late.first && h->turn.spent < TURN_NS) {
        struct pxed_link *link = h->turn.late.first;
        struct http_conn *c = (struct http_conn *)((char *)link - offsetof(struct http_conn, turn));
        http_turn_leave(c);
        h->run(c);
    }
    if (!h->turn.late.first)
        uv_idle_stop(idle);
}

static void turn_queue(struct http_conn *c) {
    struct http *h = c->http;
    if (h->turn.late.n == 0)
        uv_idle_start(&h->turn.idle, turn_on_idle);
    pxed_queue_add(&h->turn.late, &c->turn, 0);
    c->late = true;
}

size_t http_turn_share(struct http_conn *c) {
    if (c->http->turn.spent < TURN_NS)
        return c->http->turn.piece;
    turn_queue(c);
    return 0;
}

void http_turn_count(struct http_conn *c, size_t sent, uint64_t began) {
    struct http_turn *t = &c->http->turn;
    uint64_t took = uv_hrtime() - began;
    t->spent += took;
    if (took > PIECE_LONG_NS && t->piece > PIECE_MIN)
        t->piece /= 2;
    else if (took < PIECE_SHORT_NS && sent == t->piece && t->piece < PIECE_MAX)
        t->piece *= 2;
}

void http_turn_spend(struct http_conn *c, uint64_t began) {
    c->http->turn.spent += uv_hrtime() - began;
}

bool http_turn_others(struct http_conn *c) {
    if (c->http->turn.late.n == 0)
        return false;
    turn_queue(c);
    return true;
}

void http_turn_later(struct http_conn *c) {
    if (!c->late)
        turn_queue(c);
}

void http_turn_leave(struct http_conn *c) {
    if (c->late)
        pxed_queue_remove(&c->http->turn.late, &c->turn, 0);
    c->late = false;
}

void http_turn_init(struct http *h) {
    uv_idle_init(h->ctx->core->loop(h->ctx), &h->turn.idle);
    h->turn.idle.data = h;
    h->turn.piece = PIECE_MIN;
    h->handles++;
}

static void turn_on_closed(uv_handle_t *handle) {
    http_handle_closed(handle->data);
}

void http_turn_end(struct http *h) {
    uv_close((uv_handle_t *)&h->turn.idle, turn_on_closed);
}
