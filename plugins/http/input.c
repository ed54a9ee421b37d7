/* Input buffers: small ones in the connection, larger ones within one budget for all. */
#include "input.h"

#include <stdlib.h>

#include "pxed/arena.h"
#include "pxed/path.h"

void http_input_begin(struct http_conn *c) {
    c->in = c->in_inline;
    c->in_cap = sizeof(c->in_inline);
}

static void free_buffer(struct http_conn *c) {
    if (c->in == c->in_inline)
        return;
    c->http->n_input -= c->in_cap;
    free(c->in);
    http_input_begin(c);
}

void http_input_end(struct http_conn *c) {
    free_buffer(c);
    http_input_wait(c, false);
}

void http_input_wait(struct http_conn *c, bool wait) {
    if (c->waiting == wait || c->peer.family == 0)
        return;
    c->waiting = wait;
    if (c->tls)
        c->http->n_tls_waiting += wait ? 1 : (size_t)-1;
    c->waiting_since = wait ? c->http->ctx->core->now(c->http->ctx) : 0;
    if (wait)
        http_peers_wait(&c->http->peers, &c->peer, &c->waiter);
    else
        http_peers_heard(&c->http->peers, &c->peer, &c->waiter);
}

static void close_oldest_tls(struct http *h, const struct http_conn *newest) {
    for (struct pxed_link *w = http_peers_waiting(&h->peers, NULL)->first; w; w = w->in[HTTP_OF_ALL].newer) {
        struct http_conn *c = http_conn_of(w);
        if (!c->tls || c == newest)
            continue;
        http_conn_refuse(c, PXED_WHY_BUSY, "closed: the oldest of too many with TLS that have asked nothing");
        h->close(c);
        return;
    }
}

void http_input_tls(struct http_conn *c) {
    c->http->n_tls_waiting += c->waiting;
    if (c->http->n_tls_waiting > HTTP_TLS_WAITING)
        close_oldest_tls(c->http, c);
}

void http_input_no_tls(struct http_conn *c) {
    c->http->n_tls_waiting -= c->waiting;
}

/* Closes the oldest of those that hold more than their own buffer. */
static bool close_oldest(struct http *h) {
    for (struct pxed_link *w = http_peers_waiting(&h->peers, NULL)->first; w; w = w->in[HTTP_OF_ALL].newer) {
        struct http_conn *c = http_conn_of(w);
        if (c->in == c->in_inline)
            continue;
        http_conn_refuse(c, PXED_WHY_BUSY, "closed: the oldest of too many unfinished requests");
        h->close(c);
        return true;
    }
    return false;
}

static bool within_budget(struct http_conn *c, size_t more) {
    struct http *h = c->http;
    while (c->state == HTTP_READING && h->n_input + more > HTTP_INPUT_BUDGET && close_oldest(h))
        ;
    if (c->state == HTTP_READING && h->n_input + more <= HTTP_INPUT_BUDGET)
        return true;
    if (c->state == HTTP_READING) { /* all of it waits for answers of ours */
        http_conn_refuse(c, PXED_WHY_BUSY, "closed: there is no room for its request");
        h->close(c);
    }
    return false;
}

bool http_input_room(struct http_conn *c) {
    if (c->in_len < c->in_cap && (!c->parser.in_body || c->in_cap >= http_parser_room(&c->parser)))
        return true;
    size_t cap = http_parser_room(&c->parser);
    if (!c->parser.in_body && c->in_cap * 4 < cap)
        cap = c->in_cap * 4;
    if (cap <= c->in_cap)
        return true;
    size_t more = cap - (c->in == c->in_inline ? 0 : c->in_cap);
    if (!within_budget(c, more))
        return false;
    c->http->n_input += more;
    char *heap = pxed_xrealloc(c->in == c->in_inline ? NULL : c->in, cap);
    if (c->in == c->in_inline)
        memcpy(heap, c->in_inline, c->in_len);
    c->in = heap;
    c->in_cap = cap;
    return true;
}

void http_input_drop(struct http_conn *c, size_t n) {
    c->in_len -= n;
    if (c->in != c->in_inline && c->in_len <= sizeof(c->in_inline)) {
        memcpy(c->in_inline, c->in + n, c->in_len);
        free_buffer(c);
    } else if (c->in_len > 0) {
        memmove(c->in, c->in + n, c->in_len);
    }
}

static bool has_handler(const struct http_config *config, struct pxed_slice name) {
    for (size_t i = 0; i < config->cgi.n; i++) {
        struct pxed_slice rest = pxed_slice_of(config->cgi.items[i]);
        if (pxed_slice_ends(name, pxed_slice_word(&rest, " \t")))
            return true;
    }
    return false;
}

/* Any part of the path: what follows the script is PATH_INFO. */
static bool names_script(const struct http_config *config, struct pxed_slice path) {
    while (path.len > 0)
        if (has_handler(config, pxed_slice_word(&path, "/")))
            return true;
    return false;
}

/* Scripts without a known extension lie directly in root/boot, and so does `event`; a token may stand before its name.
 */
bool http_input_takes_body(const struct http_conn *c) {
    struct http_request r;
    if (c->listener->handler)
        return true;
    http_parser_request(&c->parser, c->in, &r);
    struct pxed_slice name = pxed_path_bare(r.path), boot = PXED_SLICE("boot/");
    while (name.len > 0 && name.ptr[0] == '/')
        name = pxed_slice_skip(name, 1);
    if (pxed_slice_starts(name, boot))
        name = pxed_slice_skip(name, boot.len);
    return pxed_slice_find(name, '/', 0) < 0 || names_script(c->http->config, r.path);
}
