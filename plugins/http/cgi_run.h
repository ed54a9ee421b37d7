/* One run of a script: its order to the helper, its pipes and its output. For cgi.c and cgi_run.c only. */
#pragma once

#include "cgi.h"
#include "pxed/helper.h"

enum http_cgi_state { HTTP_CGI_QUEUED, HTTP_CGI_STARTED, HTTP_CGI_DROPPED };

struct http_cgi {
    struct http *http;
    struct pxed_helper helper;
    int devnull;
    unsigned begins;    /* helpers that have begun */
    bool gone, blocked; /* gone: the helper has died for good; blocked: its socket is full */
    uv_poll_t poll;
    uv_timer_t timer;
    bool watching;                           /* both are open */
    struct http_cgi_run *queue, **queue_end; /* first in, first out */
    struct http_cgi_run *runs;
    size_t n_queue, n_runs;
    uint32_t last_id;
};

struct http_cgi_run {
    struct http_cgi *cgi;
    struct http_cgi_run *next;
    uint32_t id;
    enum http_cgi_state state;
    http_cgi_done_fn *done; /* NULL: cancelled */
    void *arg;
    void (*too_much)(struct http_cgi_run *r); /* the script has written too much */
    uint64_t deadline, timeout;
    bool doomed; /* failed before it started, with `end` and `status`; reported by the timer, because `done` is called
                    later */
    enum http_cgi_end end;
    int status;
    char *order; /* heap; while queued */
    size_t order_len;
    int body; /* memfd or -1; while queued */
    int out, err;
    uv_poll_t out_poll, err_poll;
    unsigned handles;
    char *output;
    size_t output_len, output_cap;
    size_t errors_len;
    char errors[HTTP_CGI_ERRORS_MAX];
};

/* cgi_run.c */
/* Makes the datagram and the body's memfd; 0 or an errno. */
int http_cgi_run_prepare(struct http_cgi_run *r, const struct http_cgi_order *order);
/* Makes the pipes and sends the order. 0 or an errno; EAGAIN: the helper's socket is full, try again. */
int http_cgi_run_start(struct http_cgi_run *r);
/* Frees the order. */
void http_cgi_run_forget_order(struct http_cgi_run *r);
/* Reads the remaining output. */
void http_cgi_run_drain(struct http_cgi_run *r);
void http_cgi_run_close_pipes(struct http_cgi_run *r);
/* Frees it now, or when the last handle is closed. */
void http_cgi_run_free(struct http_cgi_run *r);
