/* The service "run/1": an order of another plugin as a run of the CGI helper. */
#include "run.h"

#include <stdlib.h>

#include "cgi.h"
#include "pxed/arena.h"

struct pxed_run {
    struct http_cgi_run *run;
    pxed_run_done_fn *done;
    void *arg;
};

static void run_done(void *arg, struct http_cgi_result *r) {
    static const enum pxed_run_end ends[] = {
        [HTTP_CGI_ENDED] = PXED_RUN_ENDED, [HTTP_CGI_NOT_STARTED] = PXED_RUN_NOT_STARTED,
        [HTTP_CGI_LATE] = PXED_RUN_LATE,   [HTTP_CGI_TOO_MUCH] = PXED_RUN_TOO_MUCH,
        [HTTP_CGI_BUSY] = PXED_RUN_BUSY,   [HTTP_CGI_NO_HELPER] = PXED_RUN_NO_HELPER,
    };
    struct pxed_run *run = arg;
    const struct pxed_run_result result = {
        .end = ends[r->end], .status = r->status, .output = pxed_slice(r->output, r->output_len), .errors = r->errors};
    run->done(run->arg, &result);
    free(r->output);
    free(run);
}

static struct pxed_run *run_start(void *self, const struct pxed_run_order *order, pxed_run_done_fn *done, void *arg) {
    const struct http_cgi_order cgi = {.script = order->program,
                                       .env = order->env,
                                       .n_env = order->n_env,
                                       .body = order->input,
                                       .timeout = order->timeout_ms};
    struct pxed_run *run = pxed_xalloc(sizeof(*run));
    run->done = done;
    run->arg = arg;
    run->run = http_cgi_enqueue(self, &cgi, run_done, run);
    if (run->run)
        return run;
    free(run);
    return NULL;
}

static void run_cancel(void *self, struct pxed_run *run) {
    (void)self;
    http_cgi_cancel(run->run);
    free(run);
}

void http_run_init(struct http *h) {
    h->runs = (struct pxed_run_service){.size = sizeof(h->runs), .self = h, .start = run_start, .cancel = run_cancel};
    h->ctx->core->publish(h->ctx, "run/1", &h->runs);
}
