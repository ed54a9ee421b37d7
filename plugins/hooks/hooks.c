/* The hooks plugin: option rows, descriptor, start and stop. */
#include "hooks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "queue.h"

#define ROW(member, kind, name, ...)                                                                                   \
    PXED_OPTION(struct hooks_config, member, kind, name, .flags = PXED_OPT_RESTART, __VA_ARGS__)

/* What [hooks] says for all of them. */
#define ROWS_FOR_ALL                                                                                                   \
    ROW(on, LIST, "on", .fallback = "installed failed stalled unconfirmed",                                            \
        .help = "steps that are told: discovered offered leased loader script kernel answer installer local refused "  \
                "declared armed not-armed disarmed adopted spent installing installed failed unconfirmed stalled; "    \
                "no: none"),                                                                                           \
        ROW(timeout, DURATION, "timeout", .fallback = "10s", .min = 100, .max = 300 * 1000,                            \
            .help = "from the start to the whole answer")

static const struct pxed_option hooks_rows[] = {ROWS_FOR_ALL, {0}};

static const struct pxed_option hook_rows[] = {
    ROW(url, STR, "url", .help = "http:// or https://, posted to; a certificate is checked against the system's"),
    ROW(exec, PATH, "exec",
        .help = "or a program, without arguments: it runs as [http] cgi-user, the event in PXED_* and on its input"),
    ROWS_FOR_ALL,
    PXED_OPTION(struct hooks_config, secret, STR, "secret", .flags = PXED_OPT_RESTART | PXED_OPT_SECRET,
                .help = "key of the signature (HMAC-SHA256) in the header X-Pxed-Signature-256 of what is posted"),
    ROW(before, ENUM, "before", .fallback = "no", .words = "no arm",
        .help = "arm: it is asked before an order arms, and has to say yes (2xx, exit status 0); new lines wait for "
                "pxed arm --new"),
    {0},
};

static const struct pxed_section_kind hooks_sections[] = {
    {"hook", "who is told when something happens, and who may forbid to arm; docs/hooks.md", hook_rows,
     offsetof(struct hooks_config, sections)},
    {0},
};

/* ---- check */

enum { ASK_MOST = 20 * 1000 }; /* ms: the live commands give up after 30 s */

static bool name_fits(struct pxed_slice name) {
    bool fits = name.len > 0 && name.len <= HOOKS_NAME;
    for (size_t i = 0; i < name.len; i++)
        fits &= pxed_is_alnum(name.ptr[i]) || name.ptr[i] == '-' || name.ptr[i] == '_';
    return fits;
}

/* Which words `on` names; a wrong one is told if there are diags. */
static uint32_t words_of(const struct pxed_section *s, struct pxed_diags *diags) {
    const struct hooks_config *c = s->config;
    uint32_t on = 0;
    if (c->on.n == 1 && strcmp(c->on.items[0], "no") == 0)
        return 0;
    for (size_t i = 0; i < c->on.n; i++) {
        struct pxed_slice word = pxed_slice_of(c->on.items[i]);
        int at = hooks_word(word);
        const char *near = at < 0 ? pxed_nearest(word, hooks_words) : NULL;
        if (at >= 0)
            on |= UINT32_C(1) << at;
        else if (diags)
            pxed_diag_add(diags, PXED_ERROR, s->file, c->on.lines ? c->on.lines[i] : s->line,
                          "[hook %s] on: there is no step '%.*s'%s%s%s", s->name, PXED_S(word),
                          near ? ", did you mean '" : "", near ? near : "",
                          near ? "'?" : "; pxed options hooks lists them");
    }
    return on;
}

static void check_program(const struct pxed_section *s, const char *path, struct pxed_diags *diags) {
    struct stat st;
    if (stat(path, &st) < 0)
        pxed_diag_add(diags, PXED_WARNING, s->file, s->line, "here: [hook %s] exec = %s: %s", s->name, path,
                      strerror(errno));
    else if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXOTH))
        pxed_diag_add(diags, PXED_WARNING, s->file, s->line,
                      "here: [hook %s] exec = %s: others than its owner cannot run it, and it runs as [http] cgi-user: "
                      "chmod 755",
                      s->name, path);
}

static void check_hook(const struct pxed_section *s, struct pxed_diags *diags) {
    const struct hooks_config *c = s->config;
    bool url = c->url && *c->url, exec = c->exec && *c->exec;
    const char *wrong = url ? hooks_post_wrong(c->url) : NULL;
    if (!name_fits(pxed_slice_of(s->name)))
        pxed_diag_add(diags, PXED_ERROR, s->file, s->line, "[hook %s]: a name has letters, digits, - and _, at most %d",
                      s->name, HOOKS_NAME);
    if (url == exec)
        pxed_diag_add(diags, PXED_ERROR, s->file, s->line, "[hook %s] needs url = or exec =%s", s->name,
                      url ? ", and not both" : "");
    if (wrong)
        pxed_diag_add(diags, PXED_ERROR, s->file, s->line, "[hook %s] url = %s: %s", s->name, c->url, wrong);
    if (exec)
        check_program(s, c->exec, diags);
    if (exec && c->secret && *c->secret)
        pxed_diag_add(diags, PXED_WARNING, s->file, s->line, "[hook %s] secret signs what is posted; exec ignores it",
                      s->name);
    if (c->before && c->timeout > ASK_MOST)
        pxed_diag_add(diags, PXED_ERROR, s->file, s->line,
                      "[hook %s] timeout: at most %ds with before = arm: pxed arm waits 30s for its answer", s->name,
                      ASK_MOST / 1000);
    if (words_of(s, diags) == 0 && !c->before)
        pxed_diag_add(diags, PXED_WARNING, s->file, s->line, "[hook %s] is told nothing and asked nothing", s->name);
}

static void hooks_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct pxed_sections *all = &((const struct hooks_config *)config)->sections;
    for (size_t i = 0; i < all->n; i++)
        check_hook(&all->items[i], diags);
    if (all->n > HOOKS_MAX)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "more than %d sections [hook NAME]", HOOKS_MAX);
}

/* ---- life */

static void on_tick(uv_timer_t *timer) {
    struct hooks *h = timer->data;
    hooks_ask_tick(h);
    hooks_queue_tick(h);
}

static int hooks_init(struct pxed_ctx *ctx) {
    const struct hooks_config *config = ctx->config;
    struct hooks *h = pxed_xalloc(sizeof(*h));
    h->ctx = ctx;
    ctx->self = h;
    for (size_t i = 0; i < config->sections.n && i < HOOKS_MAX; i++) {
        const struct pxed_section *s = &config->sections.items[i];
        struct hook *k = &h->hooks[h->n++];
        const struct hooks_config *c = s->config;
        *k = (struct hook){.all = h, .name = s->name, .config = c, .on = words_of(s, NULL), .asked = c->before != 0};
        k->last = &k->first;
    }
    hooks_ask_init(h);
    return 0;
}

static bool any_program(const struct hooks *h) {
    bool any = false;
    for (size_t i = 0; i < h->n; i++)
        any |= !h->hooks[i].config->url;
    return any;
}

static int hooks_start(struct pxed_ctx *ctx) {
    struct hooks *h = ctx->self;
    const struct pxed_core *core = ctx->core;
    h->control = core->find(ctx, "control/1");
    h->store = core->find(ctx, "store/1");
    h->run = core->find(ctx, "run/1");
    if (!h->control || h->control->size < sizeof(*h->control)) {
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL, "text=\"control/1 is missing or too old\"");
        return -ENOENT;
    }
    if (any_program(h) && !h->run) {
        pxed_log(ctx, PXED_LOG_ERROR, "service", NULL, NULL,
                 "text=\"exec = needs the http plugin with a port: it starts programs\"");
        return -ENOENT;
    }
    int r = hooks_queue_load(h);
    if (r == 0)
        r = hooks_posts_open(&h->posts, core->loop(ctx));
    if (r < 0)
        return r;
    uv_timer_init(core->loop(ctx), &h->timer);
    h->timer.data = h;
    h->open = 2;
    if (h->n > 0)
        uv_timer_start(&h->timer, on_tick, HOOKS_TICK, HOOKS_TICK);
    return 0;
}

static void hooks_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct hooks *h = ctx->self;
    h->stopping = true;
    h->stopped = done;
    hooks_ask_end(h);
    hooks_queue_keep(h);
    hooks_when_quiet(h);
}

static void on_timer_closed(uv_handle_t *handle) {
    struct hooks *h = handle->data;
    h->open--;
    hooks_free(h);
}

static void on_posts_closed(void *arg) {
    struct hooks *h = arg;
    h->open--;
    hooks_free(h);
}

static void hooks_fini(struct pxed_ctx *ctx) {
    struct hooks *h = ctx->self;
    if (!h)
        return;
    ctx->self = NULL;
    h->stopping = true;
    h->stopped = NULL;
    hooks_ask_end(h);
    hooks_queue_end(h);
    h->ended = true;
    if (h->posts.multi) {
        hooks_posts_close(&h->posts, on_posts_closed, h);
        uv_close((uv_handle_t *)&h->timer, on_timer_closed);
    } else {
        hooks_free(h);
    }
}

static void hooks_metrics(struct pxed_ctx *ctx, const struct pxed_metrics *out) {
    const struct hooks *h = ctx->self;
    out->begin(out->self, "hook_calls_total", "counter", "Calls of hooks: taken, or failed and tried again.");
    for (size_t i = 0; i < h->n; i++) {
        const struct hook *k = &h->hooks[i];
        const struct pxed_metric_label taken[] = {{"hook", k->name}, {"result", "taken"}, {NULL, NULL}};
        const struct pxed_metric_label failed[] = {{"hook", k->name}, {"result", "failed"}, {NULL, NULL}};
        out->value(out->self, taken, k->told);
        out->value(out->self, failed, k->failed);
    }
    out->begin(out->self, "hook_dropped_total", "counter", "Events that a hook was never told.");
    for (size_t i = 0; i < h->n; i++) {
        const struct pxed_metric_label of[] = {{"hook", h->hooks[i].name}, {NULL, NULL}};
        out->value(out->self, of, h->hooks[i].dropped);
    }
    out->begin(out->self, "hook_waiting", "gauge", "Events that wait for a hook.");
    for (size_t i = 0; i < h->n; i++) {
        const struct pxed_metric_label of[] = {{"hook", h->hooks[i].name}, {NULL, NULL}};
        out->value(out->self, of, h->hooks[i].n);
    }
}

static const struct pxed_protocol_ops hooks_ops = {
    .size = sizeof(hooks_ops), .check = hooks_check, .metrics = hooks_metrics};
static const char *const hooks_provides[] = {"veto/1", NULL};
static const char *const hooks_needs[] = {"control/1", "store/1", "http/1", NULL};

PXED_PLUGIN(hooks, .kind = PXED_KIND_SERVICE, .name = "hooks", .version = "1",
            .summary = "tells URLs and programs what happens, and asks them before machines are armed",
            .provides = hooks_provides, .needs = hooks_needs, .options = hooks_rows,
            .config_size = sizeof(struct hooks_config), .ops = &hooks_ops, .init = hooks_init, .start = hooks_start,
            .stop = hooks_stop, .fini = hooks_fini, .sections = hooks_sections)
