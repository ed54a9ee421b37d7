/* All connections: idle ones, timeouts, and shutdown. */
#include "connections.h"

#include <stdlib.h>

#include "answer.h"
#include "connection.h"

static bool is_idle(const struct http_conn *c) {
    return c->state == HTTP_READING && c->in_len == 0;
}

bool http_conns_evict(struct http *h) {
    struct http_conn *oldest = NULL;
    for (struct http_conn *c = h->conns; c; c = c->next)
        if (is_idle(c) && (!oldest || c->deadline < oldest->deadline))
            oldest = c;
    if (oldest)
        http_conn_close(oldest);
    return oldest != NULL;
}

static void time_out(struct http_conn *c) {
    if (c->state == HTTP_READING && c->in_len > 0) {
        const struct http_refusal_row *row = &http_refusals[HTTP_REFUSED_SLOW];
        http_conn_refuse(c, row->reason, row->sentence);
        http_answer_text(c, row->status, pxed_reason_name(row->reason), row->sentence, true);
        http_conn_run(c);
        return;
    }
    if (c->state == HTTP_SENDING)
        http_conn_refuse(c, PXED_WHY_TIMEOUT, "the client took nothing for 60 s");
    http_conn_close(c);
}

void http_conns_tick(struct http *h) {
    for (struct http_conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        if (h->ctx->core->now(h->ctx) >= c->deadline)
            time_out(c);
    }
}

void http_conns_drain(struct http *h) {
    for (struct http_conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        if (is_idle(c) || c->state == HTTP_LINGERING)
            http_conn_close(c);
    }
}

void http_conns_end(struct http *h) {
    while (h->conns)
        http_conn_close(h->conns);
    while (h->spare) {
        struct http_conn *c = h->spare;
        h->spare = c->next;
        free(c);
    }
    h->n_spare = 0;
}
