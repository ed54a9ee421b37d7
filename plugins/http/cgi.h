/* Runs CGI scripts: queue, deadlines, results. The helper (cgi_helper.h) owns their processes. Loop thread only. */
#pragma once

#include "cgi_env.h"
#include "cgi_output.h"
#include "http_state.h"

enum {
    HTTP_CGI_RUNS_MAX = 64,      /* at once */
    HTTP_CGI_QUEUE_MAX = 1024,   /* waiting */
    HTTP_CGI_QUEUE_WAIT = 30000, /* ms */
    HTTP_CGI_ERRORS_MAX = 4096,  /* bytes of stderr that are kept */
};

enum http_cgi_end {
    HTTP_CGI_ENDED,       /* `status` is waitpid's */
    HTTP_CGI_NOT_STARTED, /* `status` is an errno */
    HTTP_CGI_LATE,
    HTTP_CGI_TOO_MUCH, /* output beyond HTTP_CGI_OUTPUT_MAX */
    HTTP_CGI_BUSY,     /* waited too long in the queue */
    HTTP_CGI_NO_HELPER,
};

struct http_cgi_result {
    enum http_cgi_end end;
    int status;
    char *output; /* heap; owned by the callee; may be NULL */
    size_t output_len;
    struct pxed_slice errors; /* its stderr, cut */
};

/* What the helper is told to run. Borrowed. */
struct http_cgi_order {
    const char *script, *handler; /* handler NULL: the script itself */
    struct pxed_slice env;        /* n_env texts, each ended by NUL */
    size_t n_env;
    struct pxed_slice body; /* its standard input; empty: none */
    uint64_t timeout;       /* ms, from its start */
    int error;              /* an errno: it cannot be run; reported as if it had been tried */
};

struct http_cgi_run;
typedef void http_cgi_done_fn(void *arg, struct http_cgi_result *result);

/* Forks the helper; call before the first thread, and as root if possible. 0 or a negative errno, logged. */
int http_cgi_init(struct http *h);
int http_cgi_start(struct http *h);
/* A script of a request. `done` is called exactly once, later, unless the run is cancelled. NULL: the queue is full, or
 * there is no helper. Everything is copied. */
struct http_cgi_run *http_cgi_submit(struct http *h, const struct http_cgi_call *call, http_cgi_done_fn *done,
                                     void *arg);
/* Any program; otherwise the same. */
struct http_cgi_run *http_cgi_enqueue(struct http *h, const struct http_cgi_order *order, http_cgi_done_fn *done,
                                      void *arg);
/* Kills the script's process group. */
void http_cgi_cancel(struct http_cgi_run *run);
/* Ends the helper. h->cgi is freed when the last handle is closed. */
void http_cgi_fini(struct http *h);
