/* All connections: idle ones, timeouts, and shutdown. */
#include "connections.h"

#include <stddef.h>

#include "answer.h"
#include "connection.h"
#include "spare.h"
#include "tls.h"
#include "workers.h"

static bool is_idle(const struct http_conn *c) {
    return c->state == HTTP_READING && c->in_len == 0;
}

/* A client that takes nothing keeps no other out. */
static struct http_conn *most_stalled(struct http *h) {
    struct http_conn *worst = NULL;
    uint64_t now = h->ctx->core->now(h->ctx);
    for (struct http_conn *c = h->conns; c; c = c->next)
        if (c->state == HTTP_SENDING && c->peer.family != 0 && c->deadline + HTTP_STALLED <= now + HTTP_SEND_TIMEOUT &&
            (!worst || c->deadline < worst->deadline))
            worst = c;
    return worst;
}

bool http_conns_evict(struct http *h, const struct pxed_addr *addr) {
    struct pxed_link *w = http_peers_waiting(&h->peers, addr)->first;
    struct http_conn *c = w ? http_conn_of(w) : addr ? NULL : most_stalled(h);
    if (!c)
        return false;
    if (!is_idle(c))
        http_conn_refuse(c, PXED_WHY_BUSY, "closed for a new client: it was the oldest that is not finished");
    http_conn_close(c);
    return true;
}

static bool is_young(const struct http_conn *c, uint64_t now) {
    return now - c->waiting_since < HTTP_YOUNG;
}

void http_conns_room(struct http *h, const struct pxed_addr *addr) {
    const struct pxed_queue *waiting = http_peers_waiting(&h->peers, addr);
    if (waiting->n >= HTTP_YOUNG_WAITING ||
        (waiting->n >= HTTP_WAITING && !is_young(http_conn_of(waiting->first), h->ctx->core->now(h->ctx))))
        http_conns_evict(h, addr);
}

/* Those that were too young to be closed when others came. */
static void close_grown(struct http *h) {
    uint64_t now = h->ctx->core->now(h->ctx);
    struct pxed_link *next, *w = http_peers_waiting(&h->peers, NULL)->first;
    for (; w && !is_young(http_conn_of(w), now); w = next) {
        next = w->in[HTTP_OF_ALL].newer;
        struct pxed_addr peer = http_conn_of(w)->peer; /* of whom it is the oldest */
        if (peer.family != 0 && http_peers_waiting(&h->peers, &peer)->n > HTTP_WAITING)
            http_conns_evict(h, &peer);
    }
}

static void time_out(struct http_conn *c) {
    if (c->state == HTTP_READING && c->in_len > 0) {
        http_conn_turn_down(c, HTTP_REFUSED_SLOW);
        http_conn_run(c);
        return;
    }
    if (c->state == HTTP_HANDSHAKE && c->tls)
        http_tls_refuse(c, "the handshake took longer than 10 s");
    if (c->state == HTTP_SENDING || c->state == HTTP_STREAMING) {
        http_conn_refuse(c, PXED_WHY_TIMEOUT, "the client took nothing for 60 s");
        if (c->content)
            c->content->broke = "the client took nothing for 60 s";
    }
    http_conn_close(c);
}

void http_conns_tick(struct http *h) {
    close_grown(h);
    for (struct http_conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        if (c->loan)
            http_workers_look(c);
        if (h->ctx->core->now(h->ctx) >= c->deadline)
            time_out(c);
    }
}

void http_conns_drain(struct http *h) {
    for (struct http_conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        if (is_idle(c) || c->state == HTTP_LINGERING || c->state == HTTP_HANDSHAKE)
            http_conn_close(c);
    }
}

void http_conns_end(struct http *h) {
    while (h->conns)
        http_conn_close(h->conns);
    http_spare_free(h);
}
