/* What the files of this plugin share: the plugin's own state, its listeners. */
#pragma once

#include <uv.h>

#include "peers.h"
#include "pxed/http.h"
#include "pxed/plugin.h"

enum {
    HTTP_CONNS_MAX = 8192,
    HTTP_CONNS_KEPT = 256, /* closed ones kept for the next client */
    HTTP_ACCEPTS_PER_TURN = 64,
    HTTP_SCRATCH = 64 * 1024,
    HTTP_TICK = 1000, /* ms; the resolution of all timeouts below */
    HTTP_HEAD_TIMEOUT = 10 * 1000,
    HTTP_BODY_TIMEOUT = 60 * 1000,
    HTTP_IDLE_TIMEOUT = 60 * 1000,
    HTTP_SEND_TIMEOUT = 60 * 1000, /* without one byte taken by the client */
    HTTP_LINGER_TIMEOUT = 2 * 1000,
};

struct http_config {
    uint64_t port;
    struct pxed_list cgi;
    uint64_t cgi_timeout; /* ms */
    const char *cgi_user;
    const char *script;
    bool script_always;
    unsigned status;   /* 0 local, 1 all */
    uint64_t per_peer; /* connections of one address */
};

struct http_conn;
struct http_cgi;

typedef void http_handler_fn(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);

struct http_listener {
    struct http *http;
    struct http_listener *next;
    uv_poll_t poll;
    int fd;
    bool polled, paused;
    struct pxed_addr addr;    /* family 0: a local socket */
    http_handler_fn *handler; /* NULL: the core's names */
    void *handler_arg;
};

/* Freed when it has ended and its last handle is closed. */
struct http {
    struct pxed_ctx *ctx;
    const struct http_config *config;
    struct http_listener *listeners;
    struct http_conn *conns, *spare; /* doubly linked; singly linked */
    size_t n_conns, n_spare;
    size_t n_files; /* connections in the middle of a file, which share a loop turn */
    size_t n_work;  /* connections to the core's names: stop() waits for them */
    uv_timer_t tick;
    bool started, ticking, stopping, ended;
    unsigned handles; /* open libuv handles that live in or point to this struct */
    void (*stopped)(struct pxed_ctx *ctx);
    uint64_t date_second;
    char date[32];
    struct http_cgi *cgi;
    struct pxed_http_service service;
    struct http_peers peers;
    char scratch[HTTP_SCRATCH];
};

/* listen.c */
int http_listen_ifaces(struct http *h); /* 0 or a negative errno, logged */
/* Takes the socket over; 0 or a negative errno (then it is closed). */
int http_listen_add(struct http *h, int fd, const struct pxed_addr *addr, http_handler_fn *handler, void *arg);
int http_listen_start(struct http *h);   /* polls every listener */
void http_listen_resume(struct http *h); /* those paused for want of descriptors */
void http_listen_close(struct http *h);  /* no new connections to the core's names; services go on until the end */
void http_listen_free(struct http *h);

/* service.c */
void http_service_init(struct http *h); /* publishes it */

/* http.c */
struct pxed_slice http_date_now(struct http *h);
void http_tick_start(struct http *h);
void http_handle_closed(struct http *h); /* one of `handles` less */
void http_work_done(struct http *h);     /* after stop(): looks whether all work has ended */
