/* The state that the files of the plugin share: the plugin's own, its listeners. */
#pragma once

#include <uv.h>

#include "heads.h"
#include "peers.h"
#include "pxed/http.h"
#include "pxed/plugin.h"
#include "pxed/poll.h"
#include "pxed/run.h"
#include "pxed/tls.h"

enum {
    HTTP_CONNS_MAX = 8192,
    HTTP_CONNS_KEPT = 256,     /* closed ones kept for the next client */
    HTTP_WAITING = 256,        /* connections of one address without a whole request, for HTTP_YOUNG at least */
    HTTP_YOUNG_WAITING = 2048, /* of one address, however young */
    HTTP_YOUNG = 1000,         /* ms: many machines behind one router all connect before the first has asked */
    HTTP_TLS_WAITING = 512,    /* of all addresses, those that hold the state of TLS */
    HTTP_INPUT_BUDGET = 16 * 1024 * 1024, /* bytes of all requests that come in, beyond each connection's own buffer */
    HTTP_STALLED = 5 * 1000, /* ms without one byte taken: may be closed for a new client when all are in use */
    HTTP_ACCEPTS_PER_TURN = 64,
    HTTP_SCRATCH = 64 * 1024,
    HTTP_TICK = 1000, /* ms; the resolution of all timeouts below */
    HTTP_HEAD_TIMEOUT = 10 * 1000,
    HTTP_BODY_TIMEOUT = 60 * 1000,
    HTTP_IDLE_TIMEOUT = 60 * 1000,
    HTTP_SEND_TIMEOUT = 60 * 1000, /* without one byte taken by the client */
    HTTP_LINGER_TIMEOUT = 2 * 1000,
};

#define HTTP_CGI_ACCOUNT "pxed-cgi" /* of scripts, unless cgi-user names another */

struct http_config {
    uint64_t port;
    struct pxed_list cgi;
    uint64_t cgi_timeout; /* ms */
    const char *cgi_user;
    const char *script;
    bool script_always;
    unsigned status;   /* 0 local, 1 all */
    uint64_t per_peer; /* connections of one address */
    const char *access_log;
    const char *workers;
    struct pxed_list listen;
    const char *cert, *key; /* of those with TLS; NULL: none */
    unsigned answers;       /* 0 http, 1 https */
    const char *ca;         /* for installers; NULL: none */
};

struct pxed_http_pair;
struct http_access_log;
struct http_workers;
struct http_conn;
struct http_cgi;

struct http_listener {
    struct http *http;
    struct http_listener *next;
    struct pxed_poll poll;
    int fd; /* -1: closed */
    bool paused;
    bool closing, ended;        /* its poll is being closed; it is in no list any more */
    struct pxed_addr addr;      /* family 0: a local socket */
    uint16_t port;              /* of the core's names */
    struct pxed_http_pair *tls; /* pair.h; NULL: plain */
    pxed_http_handler *handler; /* NULL: the core's names */
    void *handler_arg;
};

/* turn.h */
struct http_turn {
    uv_idle_t idle;         /* active while a connection is queued */
    struct pxed_queue late; /* connections that may send when their turn comes */
    uint64_t spent;         /* ns of this turn */
    size_t piece;           /* bytes sent with one call */
};

/* Freed when it has ended and its last handle is closed. */
struct http {
    struct pxed_ctx *ctx;
    const struct http_config *config;
    struct http_listener *listeners;
    struct http_conn *conns, *spare; /* doubly linked; singly linked */
    size_t n_conns, n_spare;
    size_t n_input;                     /* bytes of input buffers on the heap */
    size_t n_work;                      /* connections to the core's names: stop() waits for them */
    void (*run)(struct http_conn *c);   /* continues a connection that has waited: http_conn_run */
    void (*close)(struct http_conn *c); /* http_conn_close */
    uv_timer_t tick;
    uv_timer_cb on_tick;
    bool started, ticking, stopping, ended;
    unsigned handles; /* open libuv handles that live in or point to this struct */
    void (*stopped)(struct pxed_ctx *ctx);
    uint64_t date_second;
    char date[32];
    struct http_heads heads;
    struct http_turn turn;
    struct http_workers *workers;   /* NULL: none */
    struct http_access_log *access; /* NULL: none */
    struct http_cgi *cgi;
    struct pxed_http_service service;
    struct pxed_run_service runs;
    struct http_peers peers;
    struct pxed_http_pair *pairs;       /* pair.h: all certificates */
    const struct pxed_tls_service *tls; /* NULL: no section has a certificate */
    size_t n_tls_waiting;               /* connections with TLS in the queues of `peers` */
    char scratch[HTTP_SCRATCH];
    char record[PXED_TLS_RECORD]; /* of TLS, before it is encrypted */
};
