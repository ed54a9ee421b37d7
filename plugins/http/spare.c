/* Connections that have ended, kept for the next client. */
#include "spare.h"

#include <stdlib.h>

#include "pxed/arena.h"

struct http_conn *http_spare_take(struct http *h) {
    struct http_conn *c = h->spare;
    if (c) {
        h->spare = c->next;
        h->n_spare--;
    } else {
        c = pxed_xalloc(sizeof(*c));
    }
    /* The buffers at the end are written before they are read. */
    memset(c, 0, offsetof(struct http_conn, head_inline));
    c->http = h;
    return c;
}

void http_spare_give(struct http_conn *c) {
    struct http *h = c->http;
    if (h->ended || h->n_spare >= HTTP_CONNS_KEPT) {
        free(c);
        return;
    }
    c->next = h->spare;
    h->spare = c;
    h->n_spare++;
}

void http_spare_free(struct http *h) {
    while (h->spare) {
        struct http_conn *c = h->spare;
        h->spare = c->next;
        free(c);
    }
    h->n_spare = 0;
}
