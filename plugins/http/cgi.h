/* Running CGI scripts: the queue, the deadlines, the results. Their processes are the helper's (cgi_helper.h). */
#pragma once

#include "cgi_env.h"
#include "cgi_output.h"
#include "http_state.h"

enum {
    HTTP_CGI_RUNS_MAX = 64,      /* at once */
    HTTP_CGI_QUEUE_MAX = 1024,   /* waiting */
    HTTP_CGI_QUEUE_WAIT = 30000, /* ms */
    HTTP_CGI_ERRORS_MAX = 4096,  /* of stderr are kept */
};

enum http_cgi_end {
    HTTP_CGI_ENDED,       /* `status` is waitpid's */
    HTTP_CGI_NOT_STARTED, /* `status` is an errno */
    HTTP_CGI_LATE,
    HTTP_CGI_TOO_MUCH, /* output beyond HTTP_CGI_OUTPUT_MAX */
    HTTP_CGI_BUSY,     /* waited too long for its turn */
    HTTP_CGI_NO_HELPER,
};

struct http_cgi_result {
    enum http_cgi_end end;
    int status;
    char *output; /* heap, the callee's from now on; may be NULL */
    size_t output_len;
    struct pxed_slice errors; /* what it said on stderr, cut */
};

struct http_cgi_run;
typedef void http_cgi_done_fn(void *arg, struct http_cgi_result *result);

/* Forks the helper; before any thread, with root's rights if we have them. 0 or a negative errno, logged. */
int http_cgi_init(struct http *h);
int http_cgi_start(struct http *h);
/* `done` comes exactly once, later, unless the run is cancelled. NULL: no room in the queue, or no helper. Everything
 * is copied. */
struct http_cgi_run *http_cgi_submit(struct http *h, const struct http_cgi_call *call, http_cgi_done_fn *done,
                                     void *arg);
/* Kills the script's process group. */
void http_cgi_cancel(struct http_cgi_run *run);
/* Ends the helper. h->cgi itself lives until the last handle is closed. */
void http_cgi_fini(struct http *h);
