/* One TCP connection: reads a request, waits for its answer, sends it, and again. */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access.h"
#include "answer.h"
#include "input.h"
#include "io.h"
#include "loop.h"
#include "multipart.h"
#include "send.h"
#include "spare.h"
#include "stream.h"
#include "turn.h"
#include "warm.h"
#include "workers.h"

enum { REQUESTS_PER_TURN = 16 }; /* of one pipelining client; then other clients get their turn */

static uint64_t conn_now(const struct http_conn *c) {
    return c->http->ctx->core->now(c->http->ctx);
}

static void conn_on_poll_closed(uv_handle_t *handle) {
    struct http_conn *c = handle->data;
    struct http *h = c->http;
    http_spare_give(c);
    http_handle_closed(h);
}

static void unlink_conn(struct http_conn *c) {
    struct http *h = c->http;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    h->n_conns--;
}

/* Releases the content, once. */
static void end_content(struct http_conn *c, bool whole) {
    struct pxed_content *content = c->content;
    c->content = NULL;
    if (content)
        content->release(content, whole);
}

static void end_output(struct http_conn *c, bool whole) {
    http_access_note(c);
    if (c->warm)
        http_warm_forget(c);
    if (c->loan)
        http_workers_recall(c);
    http_turn_leave(c);
    end_content(c, whole);
    if (c->head != c->head_inline)
        free(c->head);
    c->head = NULL;
    free(c->body_heap);
    free(c->redirect);
    c->body = c->body_heap = c->redirect = NULL;
    c->head_len = c->head_sent = 0;
    c->pos = c->end = c->limit = c->warm_until = 0;
    c->plan.n_parts = 0;
    c->tail_len = 0;
    c->body_sent = 0;
    c->holding = false;
    c->lent_error = 0;
    c->redirects = 0;
}

void http_conn_close(struct http_conn *c) {
    struct http *h = c->http;
    if (c->state == HTTP_CLOSED)
        return;
    http_answer_cancel(c);
    if (c->state == HTTP_READING && c->in_len == 0)
        http_tls_finish(c);
    c->state = HTTP_CLOSED;
    end_output(c, false);
    http_tls_free(c);
    http_input_end(c);
    unlink_conn(c);
    if (c->peer.family != 0)
        http_peers_leave(&h->peers, &c->peer);
    bool work = !c->listener->handler;
    if (c->polled)
        uv_close((uv_handle_t *)&c->poll, conn_on_poll_closed);
    close(c->fd);
    if (!c->polled && !c->running)
        http_spare_give(c);
    if (work)
        h->n_work--;
    http_work_done(h);
}

static void note_abort(struct http_conn *c) {
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    if (c->loan)
        http_workers_recall(c);
    pxed_buf_u64(&b, c->pos - (c->plan.offset < c->pos ? c->plan.offset : c->pos));
    pxed_buf_add(&b, PXED_SLICE(" of "));
    pxed_buf_u64(&b, c->plan.length);
    pxed_buf_add(&b, PXED_SLICE(" bytes"));
    http_conn_refuse(c, PXED_WHY_HTTP_ABORTED, pxed_buf_cstr(&b));
    if (c->content)
        c->content->broke = "the client closed";
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void conn_want(struct http_conn *c, int events) {
    if (c->events == events)
        return;
    c->events = events;
    if (!c->polled) {
        if (uv_poll_init(c->http->ctx->core->loop(c->http->ctx), &c->poll, c->fd) != 0) {
            http_conn_close(c);
            return;
        }
        c->poll.data = c;
        c->polled = true;
        c->http->handles++;
    }
    if (uv_poll_start(&c->poll, events, on_poll) != 0)
        http_conn_close(c);
}

static void read_some(struct http_conn *c) {
    if (!http_input_room(c))
        return;
    size_t room = c->in_cap - c->in_len;
    ssize_t n = room > 0 ? http_io_read(c, c->in + c->in_len, room) : 0;
    if (n > 0) {
        if (c->in_len == 0)
            c->deadline = conn_now(c) + HTTP_HEAD_TIMEOUT;
        c->in_len += (size_t)n;
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        c->readable = errno == EINTR;
    } else if (n < 0) {
        http_conn_close(c);
    } else {
        c->eof = true;
        c->readable = false;
    }
}

/* The request has been answered: moves the following input to the front. */
static void next_request(struct http_conn *c) {
    http_input_drop(c, http_parser_rest(&c->parser));
    http_parser_begin(&c->parser);
    c->has_request = false;
    c->state = HTTP_READING;
    http_input_wait(c, true);
    c->deadline = conn_now(c) + (c->in_len > 0 ? HTTP_HEAD_TIMEOUT : HTTP_IDLE_TIMEOUT);
}

void http_conn_turn_down(struct http_conn *c, enum http_refusal why) {
    const struct http_refusal_row *row = &http_refusals[why];
    http_input_wait(c, false);
    http_conn_refuse(c, row->reason, row->sentence);
    http_answer_text(c, row->status, pxed_reason_name(row->reason), row->sentence, true);
}

static void say_continue(struct http_conn *c) {
    static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct iovec iov = {text, sizeof(text) - 1};
    (void)!http_io_send(c, &iov, 1, 0);
}

static bool run_handshake(struct http_conn *c) {
    switch (http_tls_handshake(c)) {
    case HTTP_TLS_DONE:
        c->state = HTTP_READING;
        c->readable = true;
        c->deadline = conn_now(c) + HTTP_HEAD_TIMEOUT;
        return true;
    case HTTP_TLS_PLAIN:
        c->state = HTTP_READING;
        http_conn_turn_down(c, HTTP_REFUSED_PLAIN);
        return true;
    case HTTP_TLS_READ:
        conn_want(c, UV_READABLE);
        return false;
    case HTTP_TLS_WRITE:
        conn_want(c, UV_WRITABLE);
        return false;
    case HTTP_TLS_LATER:
        conn_want(c, UV_DISCONNECT);
        return false;
    case HTTP_TLS_FAILED:
        break;
    }
    http_conn_close(c);
    return false;
}

/* Each step returns whether there is more to do at once. */
static bool run_reading(struct http_conn *c) {
    bool was_head = !c->parser.in_body;
    switch (http_parser_feed(&c->parser, c->in, &c->in_len)) {
    case HTTP_PARSE_DONE:
        http_parser_request(&c->parser, c->in, &c->request);
        http_input_wait(c, false);
        c->has_request = true;
        c->state = HTTP_BUSY;
        c->deadline = UINT64_MAX;
        http_serve(c);
        return true;
    case HTTP_PARSE_REFUSED:
        http_conn_turn_down(c, c->parser.refusal);
        return true;
    case HTTP_PARSE_MORE:
        break;
    }
    if (was_head && c->parser.in_body) {
        if (!http_input_takes_body(c)) {
            http_conn_turn_down(c, HTTP_REFUSED_NO_BODY);
            return true;
        }
        c->deadline = conn_now(c) + HTTP_BODY_TIMEOUT;
    }
    if (http_parser_wants_continue(&c->parser))
        say_continue(c);
    if (c->eof) {
        http_conn_close(c);
    } else if (c->readable) {
        read_some(c);
        return c->state == HTTP_READING;
    } else {
        conn_want(c, http_io_event(c));
    }
    return false;
}

static bool run_sending(struct http_conn *c) {
    switch (http_send(c)) {
    case HTTP_SENT_WAIT:
        conn_want(c, UV_WRITABLE);
        return false;
    case HTTP_SENT_PARKED:
        conn_want(c, UV_DISCONNECT);
        return false;
    case HTTP_SENT_GONE:
        note_abort(c);
        http_conn_close(c);
        return false;
    case HTTP_SENT_BROKEN:
        http_conn_close(c);
        return false;
    case HTTP_SENT_ALL:
        break;
    }
    if (c->pos < c->end) {
        if (http_answer_settle(c))
            return true;
        if (c->state == HTTP_SENDING)
            conn_want(c, UV_DISCONNECT);
        return false;
    }
    if (http_multipart_next(c))
        return true;
    end_output(c, c->plan.whole);
    bool more = !c->eof || c->in_len > http_parser_rest(&c->parser); /* pipelined before the client closed its side */
    if (c->plan.keep && !c->http->stopping && more) {
        next_request(c);
        return true;
    }
    if (!c->linger) {
        http_tls_finish(c);
        http_conn_close(c);
        return false;
    }
    c->state = HTTP_LINGERING;
    c->deadline = conn_now(c) + HTTP_LINGER_TIMEOUT;
    http_io_shut(c);
    conn_want(c, UV_READABLE);
    return false;
}

/* Nothing keeps a stream open once it has left: its service ends it. */
static void run_streaming(struct http_conn *c) {
    enum http_sent sent = http_stream_send(c);
    if (sent == HTTP_SENT_WAIT)
        conn_want(c, UV_WRITABLE | UV_DISCONNECT);
    else if (sent == HTTP_SENT_PARKED)
        conn_want(c, UV_DISCONNECT);
    else {
        if (sent == HTTP_SENT_ALL)
            http_tls_finish(c);
        http_conn_close(c);
    }
}

static void run_lingering(struct http_conn *c) {
    ssize_t n = read(c->fd, c->http->scratch, sizeof(c->http->scratch));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        http_conn_close(c);
}

void http_conn_run(struct http_conn *c) {
    c->running = true;
    unsigned served = 0;
    for (bool on = true; on;) {
        switch (c->state) {
        case HTTP_HANDSHAKE:
            on = c->late ? false : run_handshake(c);
            break;
        case HTTP_READING:
            if (served >= REQUESTS_PER_TURN) {
                conn_want(c, UV_WRITABLE); /* continued in the next turn */
                on = false;
            } else {
                on = run_reading(c);
            }
            break;
        case HTTP_BUSY:
            conn_want(c, UV_DISCONNECT);
            on = false;
            break;
        case HTTP_SENDING:
            served++;
            on = c->warm || c->loan || c->holding || c->late ? false : run_sending(c);
            break;
        case HTTP_STREAMING:
            if (!c->late)
                run_streaming(c);
            on = false;
            break;
        case HTTP_LINGERING:
            run_lingering(c);
            on = false;
            break;
        case HTTP_BROKEN:
            http_conn_close(c);
            on = false;
            break;
        case HTTP_CLOSED:
            on = false;
            break;
        }
    }
    c->running = false;
    if (c->state == HTTP_CLOSED && !c->polled)
        http_spare_give(c);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct http_conn *c = poll->data;
    if (status < 0 || (events & UV_DISCONNECT)) {
        if (status < 0 || c->state == HTTP_STREAMING || http_io_gone(c)) {
            if (c->state == HTTP_SENDING)
                note_abort(c);
            http_conn_close(c);
            return;
        }
        c->eof = true;
        uv_poll_stop(&c->poll); /* it would be reported again and again */
        c->events = 0;
        return;
    }
    c->readable = (events & http_io_event(c)) != 0 || c->readable;
    http_conn_run(c);
}

void http_conn_open(struct http_listener *l, int fd, const struct pxed_addr *local, const struct pxed_addr *peer,
                    uint16_t peer_port) {
    struct http *h = l->http;
    struct http_conn *c = http_spare_take(h);
    c->listener = l;
    c->fd = fd;
    c->peer = *peer;
    c->peer_port = peer_port;
    c->local = *local;
    http_input_begin(c);
    c->state = l->tls ? HTTP_HANDSHAKE : HTTP_READING;
    c->readable = true; /* most clients have sent their request by now */
    c->deadline = conn_now(c) + HTTP_HEAD_TIMEOUT;
    http_parser_begin(&c->parser);
    c->next = h->conns;
    if (c->next)
        c->next->prev = c;
    h->conns = c;
    h->n_conns++;
    if (!l->handler)
        h->n_work++;
    http_input_wait(c, true);
    http_tick_start(h);
    http_conn_run(c);
}
