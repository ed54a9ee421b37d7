/* One TCP connection: READING a request, BUSY while the core or a script works, SENDING the answer, and again. */
#pragma once

#include "cgi.h"
#include "http.h"
#include "response.h"

enum { HTTP_INPUT_INLINE = 1024, HTTP_OUTPUT_INLINE = 512 };

enum http_state {
    HTTP_READING,
    HTTP_BUSY,
    HTTP_SENDING,
    HTTP_LINGERING, /* our side is shut; what still comes in is thrown away, so that no RST eats our answer */
    HTTP_CLOSED,
};

struct http_warm;

struct http_conn {
    struct http *http;
    struct http_listener *listener; /* valid while the plugin has not ended */
    struct http_conn *prev, *next;
    uv_poll_t poll;
    int fd;
    int events; /* polled for */
    enum http_state state;
    bool polled;   /* `poll` is an open handle */
    bool running;  /* http_conn_run is on the stack */
    bool readable; /* the socket may hold more */
    bool eof;
    struct pxed_addr peer;
    uint16_t peer_port;
    uint64_t deadline; /* ms of core->now; UINT64_MAX: none */

    /* input: the request being read, then what was pipelined behind it */
    char *in;
    size_t in_cap, in_len;
    struct http_parser parser;
    struct http_request request;
    bool has_request;

    /* BUSY: whom we wait for */
    uint64_t ticket; /* of core->open; only if opening */
    bool opening;
    struct http_cgi_run *run;
    struct pxed_http_reply *reply;
    unsigned redirects; /* internal ones so far */
    char *redirect;     /* the path and query the last one led to; heap */

    /* SENDING */
    struct pxed_content *content;
    struct http_plan plan;
    char *head; /* head_inline or heap */
    size_t head_len, head_sent;
    const char *body; /* in memory: content bytes, or into body_heap; NULL: the content's file */
    char *body_heap;
    uint64_t pos, end;   /* of body or file: what is left to send */
    uint64_t limit;      /* what may be sent now; below `end`: the rest waits until the core has settled */
    bool holding;        /* the core is asked */
    uint64_t warm_until; /* file position up to which the page cache was filled on our order */
    struct http_warm *warm;
    bool in_files; /* in n_files */
    bool linger;

    char head_inline[HTTP_OUTPUT_INLINE];
    char in_inline[HTTP_INPUT_INLINE];
};

/* connection.c */
/* Takes the accepted socket over. */
void http_conn_open(struct http_listener *l, int fd, const struct pxed_addr *peer, uint16_t peer_port);
/* Goes on as far as it can without waiting. The connection may be closed and gone afterwards. */
void http_conn_run(struct http_conn *c);
void http_conn_close(struct http_conn *c);
void http_conn_refuse(struct http_conn *c, enum pxed_reason why, const char *detail); /* tells the core */
/* Closes the idle connection that has waited longest; false when there is none. */
bool http_conn_evict(struct http *h);
void http_conn_tick(struct http *h);   /* timeouts */
void http_conns_drain(struct http *h); /* closes what is idle */
void http_conns_end(struct http *h);   /* closes all */

/* answer.c: from a whole request to SENDING, or BUSY */
void http_serve(struct http_conn *c);
/* A text of one line; `close`: nothing more is read from this client. */
void http_answer_text(struct http_conn *c, int status, const char *name, const char *sentence, bool close);
/* Copies `body`. */
void http_answer_bytes(struct http_conn *c, int status, struct pxed_slice type, struct pxed_slice body);
/* The bytes up to `limit` are out: asks the core for the rest. True: go on at once. The connection may be closed. */
bool http_answer_settle(struct http_conn *c);
/* Lets go of whatever the connection waits for. */
void http_answer_cancel(struct http_conn *c);

/* service.c */
void http_service_call(struct http_conn *c); /* hands the request to the listener's handler */
void http_service_forget(struct pxed_http_reply *reply);

/* send.c */
enum http_sent {
    HTTP_SENT_ALL,
    HTTP_SENT_WAIT,   /* for the socket, or for our next turn */
    HTTP_SENT_PARKED, /* for the disk */
    HTTP_SENT_GONE,   /* the client */
    HTTP_SENT_BROKEN, /* the file; said already */
};
enum http_sent http_send(struct http_conn *c);

/* warm.c: reads a piece of a cold file on another thread, so that sendfile does not wait for the disk in the loop */
void http_warm_start(struct http_conn *c, int fd, uint64_t offset, uint64_t length);
void http_warm_forget(struct http_conn *c);
