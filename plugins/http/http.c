/* The descriptor, the options, start and stop of the plugin. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "access.h"
#include "cgi.h"
#include "connection.h"
#include "connections.h"
#include "listen.h"
#include "loop.h"
#include "pair.h"
#include "pxed/account.h"
#include "pxed/arena.h"
#include "pxed/listen.h"
#include "run.h"
#include "service.h"
#include "turn.h"
#include "version.h"
#include "workers.h"

static const struct pxed_option options[] = {
    PXED_OPTION(struct http_config, port, UINT, "port", .fallback = "80", .max = 65535, .flags = PXED_OPT_RESTART,
                .help = "TCP port on each served address; 0: only what `listen` names"),
    PXED_OPTION(struct http_config, listen, LINES, "listen", .flags = PXED_OPT_RESTART,
                .help = "`ADDRESS:PORT [tls] [NAME]`, repeatable: further listeners, with TLS by `cert` and `key`; "
                        "0.0.0.0 and [::]: every address. NAME: what clients ask for there, for `pxed check`"),
    PXED_OPTION(struct http_config, cert, PATH, "cert", .flags = PXED_OPT_RESTART | PXED_OPT_CERT,
                .help = "PEM file of the certificate, then those between it and its CA. Taken anew when it changes"),
    PXED_OPTION(struct http_config, key, PATH, "key", .flags = PXED_OPT_RESTART | PXED_OPT_KEY,
                .help = "PEM file of its private key; it is never served"),
    PXED_OPTION(struct http_config, cgi, LINES, "cgi", .fallback = ".php /usr/bin/php-cgi", .flags = PXED_OPT_RESTART,
                .help =
                    "`.EXTENSION INTERPRETER`, repeatable: files with this extension in root/boot run as CGI scripts "
                    "and are never delivered"),
    PXED_OPTION(struct http_config, cgi_timeout, DURATION, "cgi-timeout", .fallback = "10s", .min = 100, .max = 600000,
                .help = "a script that takes longer is killed with its children; the machine boots its disk"),
    PXED_OPTION(struct http_config, cgi_user, STR, "cgi-user", .fallback = HTTP_CGI_ACCOUNT, .flags = PXED_OPT_RESTART,
                .help = "the account scripts run as, if pxed is started as root; without pxed-cgi: nobody"),
    PXED_OPTION(struct http_config, script, STR, "script", .fallback = "home.php",
                .help =
                    "the operator's script below root/boot; where it exists it decides what an armed machine boots"),
    PXED_OPTION(struct http_config, script_always, BOOL, "script-always", .fallback = "no",
                .help = "ask the operator's script for hosts that are not armed, too"),
    PXED_OPTION(struct http_config, status, ENUM, "status", .fallback = "local", .words = "local all",
                .help = "who may read /status and /metrics: this machine only, or everybody"),
    PXED_OPTION(struct http_config, per_peer, UINT, "connections-per-address", .fallback = "4096", .min = 1,
                .max = 8192, .flags = PXED_OPT_RESTART,
                .help = "more of one address at once are answered 503; behind NAT many machines are one. Of those that "
                        "have sent no whole request 256 stay; the oldest makes room"),
    PXED_OPTION(struct http_config, answers, ENUM, "answers", .fallback = "http", .words = "http https",
                .help =
                    "https: files with secrets are delivered by TLS alone; a host whose installer cannot take them so "
                    "is not armed (ANSWER_NEEDS_TLS)"),
    PXED_OPTION(struct http_config, ca, PATH, "ca",
                .help = "PEM file of the CA of `cert`: it goes to installers as a further initrd"),
    PXED_OPTION(struct http_config, workers, STR, "workers", .fallback = "auto", .flags = PXED_OPT_RESTART,
                .help =
                    "threads that send large files; `auto`: as many as there are CPUs, at most 8. Of one CPU, or 0: "
                    "none, the loop sends them"),
    PXED_OPTION(struct http_config, access_log, PATH, "access-log", .flags = PXED_OPT_RESTART,
                .help =
                    "a file for one line an answer in the combined format, or `journal`: the daemon's log. Tokens are "
                    "not written. It is kept open: rotate it with copytruncate"),
    {0},
};

/* The port in URLs: where nothing else is said, the first listener without TLS. */
static uint16_t plain_port(const struct http_config *c) {
    struct pxed_listen at;
    for (size_t i = 0; i < c->listen.n && c->port == 0; i++)
        if (!pxed_listen_parse(pxed_slice_of(c->listen.items[i]), &at) && !at.tls)
            return at.port;
    return (uint16_t)c->port;
}

/* Where files with secrets are fetched: the first listener with TLS. */
static void site_tls(const struct http_config *c, struct pxed_site *ret) {
    struct pxed_listen at;
    for (size_t i = 0; i < c->listen.n; i++) {
        const char *item = c->listen.items[i];
        if (pxed_listen_parse(pxed_slice_of(item), &at) || !at.tls)
            continue;
        ret->tls_port = at.port;
        /* the name ends the line, but for blanks that a reader has cut */
        ret->tls_name = at.name.ptr && at.name.ptr[at.name.len] == '\0' ? at.name.ptr : NULL;
        return;
    }
}

static void http_site(const void *config, struct pxed_site *ret) {
    const struct http_config *c = config;
    ret->port = plain_port(c);
    ret->script = c->script;
    ret->script_always = c->script_always;
    ret->status_all = c->status != 0;
    ret->cgi = c->cgi;
    ret->answers_https = c->answers == 1;
    ret->ca = c->ca;
    site_tls(c, ret);
}

static void check_handler(const struct http_config *c, size_t i, const char *file, struct pxed_diags *diags) {
    struct pxed_slice rest = pxed_slice_of(c->cgi.items[i]);
    unsigned line = c->cgi.lines ? c->cgi.lines[i] : 0;
    struct pxed_slice extension = pxed_slice_word(&rest, " \t");
    struct pxed_slice handler = pxed_slice_trim(rest);
    char path[512];
    struct pxed_buf b = PXED_BUF(path);
    pxed_buf_add(&b, handler);
    /* With an extension that matches nothing, the scripts would be delivered as text. */
    if (extension.len < 2 || extension.ptr[0] != '.' || pxed_slice_find(extension, '/', 0) >= 0)
        pxed_diag_add(diags, PXED_ERROR, file, line, "cgi: `%.*s` is no extension: write `.php /usr/bin/php-cgi`",
                      PXED_S(extension));
    else if (handler.len == 0 || handler.ptr[0] != '/')
        pxed_diag_add(diags, PXED_ERROR, file, line, "cgi: %.*s needs the absolute path of its interpreter",
                      PXED_S(extension));
    else if (line > 0 && access(pxed_buf_cstr(&b), X_OK) != 0) /* the default needs no php */
        pxed_diag_add(diags, PXED_WARNING, file, line, "cgi: %s cannot be executed: %s", path, strerror(errno));
    for (size_t j = 0; j < i; j++) {
        struct pxed_slice other = pxed_slice_of(c->cgi.items[j]);
        if (pxed_slice_eq(pxed_slice_word(&other, " \t"), extension))
            pxed_diag_add(diags, PXED_WARNING, file, line, "cgi: %.*s has a handler already; the first one counts",
                          PXED_S(extension));
    }
}

static void check_listen(const struct http_config *c, const char *file, struct pxed_diags *diags) {
    bool tls = false;
    for (size_t i = 0; i < c->listen.n; i++) {
        const char *item = c->listen.items[i];
        unsigned line = c->listen.lines ? c->listen.lines[i] : 0;
        struct pxed_listen at, other;
        const char *wrong = pxed_listen_parse(pxed_slice_of(item), &at);
        if (wrong) {
            pxed_diag_add(diags, PXED_ERROR, file, line, "[http] listen: '%s' %s", item, wrong);
            continue;
        }
        if (at.tls && !tls && !(c->cert && c->key))
            pxed_diag_add(
                diags, PXED_ERROR, file, line,
                "[http] listen = %s: TLS needs `cert` and `key`: docs/operators-guide.md has the commands that "
                "make them",
                item);
        tls |= at.tls;
        for (size_t k = 0; k < i; k++)
            if (!pxed_listen_parse(pxed_slice_of(c->listen.items[k]), &other) && other.port == at.port &&
                pxed_addr_eq(&other.addr, &at.addr))
                pxed_diag_add(diags, PXED_ERROR, file, line, "[http] listen = %s: this address and port is named twice",
                              item);
    }
    if (c->answers == 1 && !(tls && c->ca))
        pxed_diag_add(diags, PXED_ERROR, file, 0,
                      "[http] answers = https needs %s: docs/operators-guide.md has the commands",
                      tls ? "`ca`, the file of the CA that installers are to trust"
                          : "`listen = ADDRESS:443 tls`, where they are fetched");
    if (!tls && (c->cert || c->key))
        pxed_diag_add(diags, PXED_WARNING, file, 0,
                      "[http] cert and key are not used: write `listen = ADDRESS:443 tls` for a listener with TLS");
}

static void http_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct http_config *c = config;
    for (size_t i = 0; i < c->cgi.n; i++)
        check_handler(c, i, file, diags);
    struct pxed_slice script = pxed_slice_of(c->script);
    if (script.len == 0 || script.ptr[0] == '/' || strstr(c->script, ".."))
        pxed_diag_add(diags, PXED_ERROR, file, 0, "script: `%s` is no file name below root/boot", c->script);
    check_listen(c, file, diags);
    unsigned workers;
    if (!http_workers_count(c->workers, &workers))
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[http] workers = %s: a number to 64, or auto", c->workers);
    if (c->access_log && !http_access_folder(c->access_log))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "here: access-log: the folder of %s does not exist: make it",
                      c->access_log);
    if (strcmp(c->cgi_user, HTTP_CGI_ACCOUNT) != 0 && !pxed_account_find(c->cgi_user))
        pxed_diag_add(diags, PXED_WARNING, file, 0, "cgi-user: there is no account `%s`", c->cgi_user);
}

static void http_on_tick(uv_timer_t *timer) {
    struct http *h = timer->data;
    if (h->stopped && h->n_work == 0) {
        void (*stopped)(struct pxed_ctx *) = h->stopped;
        h->stopped = NULL;
        stopped(h->ctx);
        if (h->ended)
            return;
    }
    http_listen_resume(h);
    http_conns_tick(h);
    if (h->conns || h->stopped)
        uv_timer_start(&h->tick, http_on_tick, HTTP_TICK, 0);
    else
        h->ticking = false; /* an idle daemon does not wake up */
}

static int http_init(struct pxed_ctx *ctx) {
    struct http *h = pxed_xalloc(sizeof(*h));
    int r = 0;
    h->ctx = ctx;
    h->config = ctx->config;
    h->run = http_conn_run;
    h->close = http_conn_close;
    h->on_tick = http_on_tick;
    if (getrandom(&h->peers.seed, sizeof(h->peers.seed), GRND_NONBLOCK) < 0)
        h->peers.seed = ctx->core->wall(ctx);
    signal(SIGPIPE, SIG_IGN); /* sendfile has no MSG_NOSIGNAL */
    ctx->self = h;
    h->tls = ctx->core->find(ctx, "tls/1");
    if (h->config->port != 0 || h->config->listen.n > 0) {
        r = http_cgi_init(h);
        if (r == 0)
            http_run_init(h);
        if (r == 0)
            r = http_listen_all(h);
    }
    uv_timer_init(ctx->core->loop(ctx), &h->tick);
    h->tick.data = h;
    h->handles++;
    http_turn_init(h);
    http_access_open(h);
    http_service_init(h);
    return r;
}

static int http_start(struct pxed_ctx *ctx) {
    struct http *h = ctx->self;
    int r = h->cgi ? http_cgi_start(h) : 0;
    if (r == 0)
        r = http_workers_start(h);
    return r != 0 ? r : http_listen_start(h);
}

static void http_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct http *h = ctx->self;
    h->stopping = true;
    h->stopped = done;
    http_listen_close(h);
    http_conns_drain(h);
    http_work_done(h);
}

static void on_tick_closed(uv_handle_t *handle) {
    http_handle_closed(handle->data);
}

static void http_fini(struct pxed_ctx *ctx) {
    struct http *h = ctx->self;
    if (!h)
        return;
    ctx->self = NULL;
    h->stopped = NULL;
    h->ended = true;
    http_conns_end(h);
    http_workers_end(h);
    http_access_close(h);
    http_listen_free(h);
    http_pairs_free(h);
    http_cgi_fini(h);
    http_turn_end(h);
    uv_close((uv_handle_t *)&h->tick, on_tick_closed);
}

static void http_metrics(struct pxed_ctx *ctx, const struct pxed_metrics *out) {
    http_pairs_metrics(ctx->self, out);
}

static const struct pxed_protocol_ops ops = {
    .size = sizeof(ops), .site = http_site, .check = http_check, .metrics = http_metrics};
static const char *const provides[] = {"http/1", "run/1", NULL}, *const needs[] = {"?tls/1", NULL};

PXED_PLUGIN(http, .kind = PXED_KIND_PROTOCOL, .name = "http", .version = HTTP_VERSION,
            .summary = "serves boot scripts, kernels, images and answer files over HTTP, and runs CGI scripts",
            .provides = provides, .needs = needs, .options = options, .config_size = sizeof(struct http_config),
            .ops = &ops, .init = http_init, .start = http_start, .stop = http_stop, .fini = http_fini)
