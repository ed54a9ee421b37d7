/* One TCP connection: READING a request, BUSY while the core or a script works, SENDING the answer, and again. */
#pragma once

#include <stddef.h>

#include "cgi.h"
#include "http_state.h"
#include "response.h"

enum { HTTP_INPUT_INLINE = 1024, HTTP_OUTPUT_INLINE = 512 };

enum http_state {
    HTTP_HANDSHAKE, /* of TLS */
    HTTP_READING,
    HTTP_BUSY,
    HTTP_SENDING,
    HTTP_STREAMING, /* sending what a service writes, until it ends */
    HTTP_LINGERING, /* our side is closed; further input is discarded, so that no RST destroys our answer */
    HTTP_BROKEN,    /* to be closed as soon as it runs */
    HTTP_CLOSED,
};

struct http_warm;
struct http_loan;

struct http_conn {
    struct http *http;
    struct http_listener *listener; /* valid while the plugin has not ended */
    struct http_conn *prev, *next;
    struct pxed_link waiter;
    bool waiting; /* in the queues of those that have sent no whole request */
    uint64_t waiting_since;
    uv_poll_t poll;
    int fd;
    int events; /* polled for */
    enum http_state state;
    bool polled;   /* `poll` is an open handle */
    bool running;  /* http_conn_run is on the stack */
    bool readable; /* the socket may hold more */
    bool eof;
    struct pxed_tls *tls; /* tls.h; NULL: plain, or the client has sent nothing yet */
    struct pxed_addr peer, local;
    uint16_t peer_port;
    uint64_t deadline; /* ms of core->now; UINT64_MAX: none */

    /* input: the request being read, then what was pipelined behind it */
    char *in;
    size_t in_cap, in_len;
    struct http_parser parser;
    struct http_request request;
    bool has_request;

    /* BUSY: what we wait for */
    uint64_t ticket; /* of core->open; only if opening */
    bool opening;
    struct http_cgi_run *run;
    struct pxed_http_reply *reply;
    unsigned redirects; /* internal ones so far */
    char *redirect;     /* path and query of the last one; heap */

    /* SENDING */
    struct pxed_content *content;
    struct http_plan plan;
    size_t part; /* of several: the one that is being sent, or n_parts for the end */
    char *head;  /* head_inline or heap */
    size_t head_len, head_sent;
    size_t tail_len;    /* of head_len: a body that was written with it */
    uint64_t body_sent; /* bytes */
    const char *body;   /* in memory: content bytes, or into body_heap; NULL: the content's file */
    char *body_heap;
    uint64_t pos, end;   /* of body or file: what is left to send */
    uint64_t limit;      /* what may be sent now; if below `end`, the rest waits until the core has settled */
    bool holding;        /* the core was asked */
    uint64_t warm_until; /* file position up to which we have filled the page cache */
    struct http_warm *warm;
    struct http_loan *loan; /* a thread sends: workers.h */
    int lent_error;         /* why it could not; 0: it could */
    struct pxed_link turn;  /* in the queue of those that send files */
    bool late;              /* it is in there */
    bool linger;

    char head_inline[HTTP_OUTPUT_INLINE];
    char in_inline[HTTP_INPUT_INLINE];
};

/* Outlives its connection: the handler may answer after the client has gone. */
struct pxed_http_reply {
    struct http_conn *conn; /* NULL: the client has gone */
    /* of a stream */
    bool streams, chunked, refused, ended;
    struct pxed_http_stream calls;
    char *out; /* what waits: head, chunks */
    size_t len, cap, sent;
};

static inline struct http_conn *http_conn_of(struct pxed_link *w) {
    return (struct http_conn *)((char *)w - offsetof(struct http_conn, waiter));
}

/* Reports it to the core. */
static inline void http_conn_refuse(struct http_conn *c, enum pxed_reason why, const char *detail) {
    struct pxed_ctx *ctx = c->http->ctx;
    ctx->core->refuse(ctx, why, c->peer.family ? &c->peer : NULL, detail);
}
