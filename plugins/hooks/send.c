/* A message as a POST with its signature, or as a program with its environment. */
#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "sign.h"

struct hooks_sending {
    struct hook *hook;
    struct hooks_post *post;
    struct pxed_run *run;
    hooks_sent_fn *done;
    void *arg;
};

static void sent(struct hooks_sending *s, enum hooks_end end, const char *text) {
    hooks_sent_fn *done = s->done;
    void *arg = s->arg;
    struct hooks *h = s->hook->all;
    h->n_sending--;
    free(s);
    done(arg, end, text);
    hooks_when_quiet(h);
}

/* ---- url = */

static void on_posted(void *arg, int status, const char *text) {
    char line[HOOKS_ANSWER_MAX + 64];
    if (status == 0)
        snprintf(line, sizeof(line), "%s", text);
    else
        snprintf(line, sizeof(line), "status %d%s%s", status, *text ? ": " : "", text);
    sent(arg, status == 0 ? HOOKS_SILENT : status >= 200 && status < 300 ? HOOKS_YES : HOOKS_NO, line);
}

static bool send_post(struct hooks_sending *s, const struct hooks_message *m) {
    const struct hooks_config *c = s->hook->config;
    char event[64], id[64], hook[64], signature[sizeof("X-Pxed-Signature-256: sha256=") + HOOKS_SIGNATURE];
    char hex[HOOKS_SIGNATURE];
    const char *headers[8] = {"Content-Type: application/json", "User-Agent: pxed", event, id, hook, NULL};
    snprintf(event, sizeof(event), "X-Pxed-Event: %s", m->event);
    snprintf(id, sizeof(id), "X-Pxed-Delivery: %llu", (unsigned long long)m->id);
    snprintf(hook, sizeof(hook), "X-Pxed-Hook: %s", s->hook->name);
    if (c->secret && *c->secret) {
        if (!hooks_sign(pxed_slice_of(c->secret), m->body, hex))
            return false;
        snprintf(signature, sizeof(signature), "X-Pxed-Signature-256: sha256=%s", hex);
        headers[5] = signature;
    }
    const struct hooks_post_order order = {
        .url = c->url, .headers = headers, .body = m->body, .timeout_ms = c->timeout};
    s->post = hooks_post_start(&s->hook->all->posts, &order, on_posted, s);
    return s->post != NULL;
}

/* ---- exec = */

static void on_run(void *arg, const struct pxed_run_result *r) {
    static const char *const words[] = {[PXED_RUN_NOT_STARTED] = "it cannot be started",
                                        [PXED_RUN_LATE] = "it ran longer than timeout and was killed",
                                        [PXED_RUN_TOO_MUCH] = "it wrote too much",
                                        [PXED_RUN_BUSY] = "too many scripts run",
                                        [PXED_RUN_NO_HELPER] = "the process that starts scripts has ended"};
    bool ended = r->end == PXED_RUN_ENDED && WIFEXITED(r->status);
    struct pxed_slice said = r->output.len > 0 ? r->output : r->errors;
    char text[HOOKS_ANSWER_MAX + 1], line[HOOKS_ANSWER_MAX + 128];
    struct pxed_buf b = {text, HOOKS_ANSWER_MAX, 0};
    pxed_buf_escaped(&b, pxed_slice_head(pxed_slice_trim(said), HOOKS_ANSWER_MAX));
    pxed_buf_cstr(&b);
    if (ended && WEXITSTATUS(r->status) != 127)
        snprintf(line, sizeof(line), "status %d%s%s", WEXITSTATUS(r->status), *text ? ": " : "", text);
    else if (r->end == PXED_RUN_ENDED)
        snprintf(line, sizeof(line), "%s%s%s", ended ? "it cannot be run" : "it was killed", *text ? ": " : "", text);
    else
        snprintf(line, sizeof(line), "%s%s%s", words[r->end], r->end == PXED_RUN_NOT_STARTED ? ": " : "",
                 r->end == PXED_RUN_NOT_STARTED ? strerror(r->status) : "");
    bool silent = !ended || WEXITSTATUS(r->status) == 127;
    sent(arg, silent ? HOOKS_SILENT : WEXITSTATUS(r->status) == 0 ? HOOKS_YES : HOOKS_NO, line);
}

static bool send_run(struct hooks_sending *s, const struct hooks_message *m) {
    const struct hooks_config *c = s->hook->config;
    const struct pxed_run_service *run = s->hook->all->run;
    const struct pxed_run_order order = {
        .program = c->exec, .env = m->env, .n_env = m->n_env, .input = m->body, .timeout_ms = c->timeout};
    s->run = run ? run->start(run->self, &order, on_run, s) : NULL;
    return s->run != NULL;
}

struct hooks_sending *hooks_send(struct hook *hook, const struct hooks_message *m, hooks_sent_fn *done, void *arg) {
    struct hooks_sending *s = pxed_xalloc(sizeof(*s));
    *s = (struct hooks_sending){.hook = hook, .done = done, .arg = arg};
    if (!(hook->config->url ? send_post(s, m) : send_run(s, m))) {
        free(s);
        return NULL;
    }
    hook->all->n_sending++;
    return s;
}

void hooks_send_cancel(struct hooks_sending *s) {
    struct hooks *h = s->hook->all;
    if (s->post)
        hooks_post_cancel(s->post);
    else
        h->run->cancel(h->run->self, s->run);
    h->n_sending--;
    free(s);
}
