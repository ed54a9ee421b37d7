/* Runs CGI scripts through the helper: a queue, deadlines, and one result per script. */
#include "cgi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgi_helper.h"
#include "cgi_run.h"
#include "cgi_wire.h"
#include "loop.h"
#include "pxed/account.h"
#include "pxed/arena.h"

enum { KILL_AGAIN = 1000 /* ms */, HELPER_PATIENCE = 1000 /* ms */ };

static uint64_t cgi_now(const struct http_cgi *g) {
    return g->http->ctx->core->now(g->http->ctx);
}

static void on_cgi_timer(uv_timer_t *timer);
static void start_queued(struct http_cgi *g);
static void watch_helper(struct http_cgi *g);

/* Sets the timer to the next deadline. */
static void set_timer(struct http_cgi *g) {
    uint64_t nearest = g->queue ? g->queue->deadline : UINT64_MAX;
    for (struct http_cgi_run *r = g->runs; r; r = r->next)
        if (r->deadline < nearest)
            nearest = r->deadline;
    uint64_t t = cgi_now(g);
    if (nearest == UINT64_MAX)
        uv_timer_stop(&g->timer);
    else
        uv_timer_start(&g->timer, on_cgi_timer, nearest > t ? nearest - t : 0, 0);
}

static void drop_run(struct http_cgi_run *r) {
    struct http_cgi *g = r->cgi;
    bool queued = r->state == HTTP_CGI_QUEUED;
    struct http_cgi_run **at = queued ? &g->queue : &g->runs;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    if (queued && g->queue_end == &r->next)
        g->queue_end = at;
    if (queued)
        g->n_queue--;
    else
        g->n_runs--;
    r->state = HTTP_CGI_DROPPED;
    http_cgi_run_close_pipes(r);
    http_cgi_run_free(r);
}

/* Calls `done`, once; it takes ownership of the output. */
static void report_end(struct http_cgi_run *r, enum http_cgi_end end, int status) {
    http_cgi_done_fn *done = r->done;
    struct http_cgi_result result = {.end = end,
                                     .status = status,
                                     .output = r->output,
                                     .output_len = r->output_len,
                                     .errors = pxed_slice(r->errors, r->errors_len)};
    if (!done)
        return;
    r->done = NULL;
    r->output = NULL;
    r->output_len = r->output_cap = 0;
    done(r->arg, &result);
}

/* Stops reading its output; its slot is free when the helper reports its end. */
static void kill_run(struct http_cgi_run *r) {
    char order[16];
    struct pxed_buf b = PXED_BUF(order);
    http_cgi_run_close_pipes(r);
    http_order_kill(r->id, &b);
    pxed_helper_send(r->cgi->helper.socket, order, b.len, NULL, 0, PXED_HELPER_NOW);
    r->deadline = cgi_now(r->cgi) + KILL_AGAIN;
    set_timer(r->cgi);
}

static void cgi_too_much(struct http_cgi_run *r) {
    kill_run(r);
    report_end(r, HTTP_CGI_TOO_MUCH, 0);
}

static void move_to_runs(struct http_cgi_run *r) {
    struct http_cgi *g = r->cgi;
    g->queue = r->next;
    if (!g->queue)
        g->queue_end = &g->queue;
    g->n_queue--;
    r->state = HTTP_CGI_STARTED;
    r->next = g->runs;
    g->runs = r;
    g->n_runs++;
    http_cgi_run_forget_order(r);
}

/* Starts queued runs while there are free slots and room in the helper's socket. */
static void start_queued(struct http_cgi *g) {
    while (g->queue && g->n_runs < HTTP_CGI_RUNS_MAX && !g->blocked) {
        struct http_cgi_run *r = g->queue;
        if (!r->doomed) {
            int error = g->gone ? EPIPE : http_cgi_run_start(r);
            if (error == EAGAIN) {
                g->blocked = true;
                watch_helper(g);
                break;
            }
            r->doomed = error != 0;
            r->end = error == EPIPE ? HTTP_CGI_NO_HELPER : HTTP_CGI_NOT_STARTED;
            r->status = error;
        }
        move_to_runs(r);
        r->deadline = r->doomed ? 0 : cgi_now(g) + r->timeout;
    }
    set_timer(g);
}

/* True if `r` has timed out; then the lists may have changed. */
static bool end_if_late(struct http_cgi_run *r) {
    if (r->deadline > cgi_now(r->cgi))
        return false;
    if (r->doomed) {
        report_end(r, r->end, r->status);
        drop_run(r);
    } else {
        kill_run(r);
        report_end(r, HTTP_CGI_LATE, 0);
    }
    return true;
}

static void on_cgi_timer(uv_timer_t *timer) {
    struct http_cgi *g = timer->data;
    for (struct http_cgi_run *r = g->runs; r;)
        r = end_if_late(r) ? g->runs : r->next;
    while (g->queue && g->queue->deadline <= cgi_now(g)) {
        report_end(g->queue, HTTP_CGI_BUSY, 0);
        drop_run(g->queue);
    }
    start_queued(g);
}

static struct http_cgi_run *find_run(struct http_cgi *g, uint32_t id) {
    for (struct http_cgi_run *r = g->runs; r; r = r->next)
        if (r->id == id)
            return r;
    return NULL;
}

static void end_runs(struct http_cgi *g) {
    while (g->runs) {
        report_end(g->runs, HTTP_CGI_NO_HELPER, 0);
        drop_run(g->runs);
    }
}

static void on_report(struct http_cgi *g, const struct http_report *report) {
    if (report->verb == HTTP_VERB_BEGAN && g->begins++ > 0)
        end_runs(g); /* its predecessor's scripts died with it */
    struct http_cgi_run *r = find_run(g, report->id);
    if (!r)
        return;
    /* All output of the script is in the pipes by now. A child of it may keep them open and is not waited for. */
    http_cgi_run_drain(r);
    enum http_cgi_end end = report->verb == HTTP_VERB_EXITED        ? HTTP_CGI_ENDED
                            : report->verb == HTTP_VERB_NOT_STARTED ? HTTP_CGI_NOT_STARTED
                                                                    : HTTP_CGI_NO_HELPER;
    if (r->output_len > HTTP_CGI_OUTPUT_MAX)
        end = HTTP_CGI_TOO_MUCH;
    report_end(r, end, report->status);
    drop_run(r);
}

static void helper_gone(struct http_cgi *g) {
    if (g->gone)
        return;
    g->gone = true;
    g->blocked = false;
    uv_poll_stop(&g->poll);
    pxed_log(g->http->ctx, PXED_LOG_ERROR, "cgi-helper", NULL, NULL,
             "pid=%d text=\"the CGI helper has ended; scripts fail until pxed is restarted\"", g->helper.pid);
    end_runs(g);
    start_queued(g);
}

static void on_cgi_helper(uv_poll_t *poll, int status, int events) {
    struct http_cgi *g = poll->data;
    struct http_report report;
    if (status < 0)
        watch_helper(g); /* libuv has stopped; what is wrong shows in reading */
    if (events & UV_WRITABLE) {
        g->blocked = false;
        watch_helper(g);
    }
    for (int i = 0; i < HTTP_CGI_RUNS_MAX; i++) {
        ptrdiff_t n = pxed_helper_receive(g->helper.socket, &report, sizeof(report), NULL, 0, PXED_HELPER_NOW);
        if (n == -EAGAIN)
            break;
        if (n != (ptrdiff_t)sizeof(report)) {
            helper_gone(g);
            return;
        }
        on_report(g, &report);
    }
    start_queued(g);
}

static void watch_helper(struct http_cgi *g) {
    uv_poll_start(&g->poll, g->blocked ? UV_READABLE | UV_WRITABLE : UV_READABLE, on_cgi_helper);
}

struct http_cgi_run *http_cgi_enqueue(struct http *h, const struct http_cgi_order *order, http_cgi_done_fn *done,
                                      void *arg) {
    struct http_cgi *g = h->cgi;
    if (!g || g->n_queue >= HTTP_CGI_QUEUE_MAX)
        return NULL;
    struct http_cgi_run *r = pxed_xalloc(sizeof(*r));
    r->cgi = g;
    r->id = ++g->last_id;
    r->done = done;
    r->arg = arg;
    r->too_much = cgi_too_much;
    r->body = r->out = r->err = -1;
    r->deadline = cgi_now(g) + HTTP_CGI_QUEUE_WAIT;
    r->timeout = order->timeout;
    r->status = http_cgi_run_prepare(r, order);
    r->end = HTTP_CGI_NOT_STARTED;
    r->doomed = r->status != 0;
    *g->queue_end = r;
    g->queue_end = &r->next;
    g->n_queue++;
    start_queued(g);
    return r;
}

struct http_cgi_run *http_cgi_submit(struct http *h, const struct http_cgi_call *call, http_cgi_done_fn *done,
                                     void *arg) {
    struct http_cgi_order order = {
        .script = call->cgi->script, .handler = call->cgi->handler, .timeout = h->config->cgi_timeout};
    struct pxed_buf env = {NULL, 0, 0};
    char *text = NULL;
    if (call->body)
        order.body = call->request->body;
    if (http_cgi_env(call, &env, &order.n_env)) {
        text = pxed_xalloc(env.len);
        env = (struct pxed_buf){text, env.len, 0};
        http_cgi_env(call, &env, &order.n_env);
        order.env = pxed_buf_slice(&env);
    } else {
        order.error = E2BIG;
    }
    struct http_cgi_run *run = http_cgi_enqueue(h, &order, done, arg);
    free(text);
    return run;
}

void http_cgi_cancel(struct http_cgi_run *r) {
    r->done = NULL;
    if (r->state == HTTP_CGI_QUEUED || r->doomed)
        drop_run(r);
    else
        kill_run(r);
}

/* The account that scripts run as. Looked up before the fork, because the helper does no look-ups. */
static int find_account(struct http *h, struct http_cgi_account *ret) {
    const char *name = h->config->cgi_user;
    if (geteuid() != 0) {
        pxed_log(h->ctx, PXED_LOG_INFO, "cgi-helper", NULL, NULL, "text=\"not root: scripts run as uid %u\"",
                 (unsigned)geteuid());
        return 0;
    }
    const struct pxed_account *account = pxed_account_find(name);
    if (!account && strcmp(name, HTTP_CGI_ACCOUNT) == 0) {
        pxed_log(h->ctx, PXED_LOG_WARNING, "cgi-helper", NULL, NULL,
                 "text=\"there is no account " HTTP_CGI_ACCOUNT
                 ": scripts run as nobody, as other services may; adduser --system "
                 "--group --no-create-home " HTTP_CGI_ACCOUNT "\"");
        account = pxed_account_find(name = "nobody");
    }
    if (!account) {
        pxed_log(h->ctx, PXED_LOG_ERROR, "cgi-helper", NULL, NULL, "text=\"there is no account cgi-user = %s\"", name);
        return -ENOENT;
    }
    *ret = (struct http_cgi_account){.change = true,
                                     .uid = account->uid,
                                     .gid = account->gid,
                                     .groups = account->groups,
                                     .n_groups = (int)account->n_groups};
    return 0;
}

int http_cgi_init(struct http *h) {
    static struct http_cgi_account account; /* for the helpers to come, too */
    struct pxed_helper helper;
    struct pxed_helper_setup setup = {.name = "pxed-cgi",
                                      .send_room = 4 * HTTP_ORDER_MAX,
                                      .run = http_cgi_helper,
                                      .arg = &account,
                                      .rights = HTTP_CGI_RIGHTS};
    int r = find_account(h, &account);
    if (r < 0)
        return r;
    int devnull = open("/dev/null", O_RDWR | O_CLOEXEC);
    r = devnull < 0 ? -errno : h->ctx->core->helper(h->ctx, &setup, &helper);
    if (r < 0) {
        if (devnull >= 0)
            close(devnull);
        pxed_log(h->ctx, PXED_LOG_ERROR, "cgi-helper", NULL, NULL, "error=\"%s\"", strerror(-r));
        return r;
    }
    struct http_cgi *g = pxed_xalloc(sizeof(*g));
    g->http = h;
    g->helper = helper;
    g->devnull = devnull;
    g->queue_end = &g->queue;
    h->cgi = g;
    return 0;
}

int http_cgi_start(struct http *h) {
    struct http_cgi *g = h->cgi;
    uv_loop_t *loop = h->ctx->core->loop(h->ctx);
    int r = uv_poll_init(loop, &g->poll, g->helper.socket);
    if (r != 0)
        return r;
    uv_timer_init(loop, &g->timer);
    g->poll.data = g->timer.data = g;
    g->watching = true;
    h->handles += 2;
    watch_helper(g);
    return 0;
}

static void on_cgi_closed(uv_handle_t *handle) {
    struct http *h = ((struct http_cgi *)handle->data)->http;
    http_handle_closed(h);
}

void http_cgi_fini(struct http *h) {
    struct http_cgi *g = h->cgi;
    if (!g)
        return;
    while (g->queue)
        drop_run(g->queue);
    while (g->runs)
        drop_run(g->runs);
    if (g->watching) {
        uv_close((uv_handle_t *)&g->poll, on_cgi_closed);
        uv_close((uv_handle_t *)&g->timer, on_cgi_closed);
    }
    close(g->devnull);
    pxed_helper_stop(&g->helper, HELPER_PATIENCE); /* it kills running scripts and ends */
}
