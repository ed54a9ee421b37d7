/* One question to several hooks at once: each has to say yes. The first no ends it; who does not answer in time says
 * no, too. */
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "send.h"

enum { GRACE = 1000, QUESTIONS = 64 }; /* ms beyond the hooks' own timeouts; questions at once */

struct hooks_question {
    struct hooks_question *next, **at;
    struct hooks *all;
    struct asked {
        struct hooks_question *question;
        struct hook *hook;
        struct hooks_sending *sending; /* NULL: it has answered */
    } asked[HOOKS_MAX];
    size_t n;
    uint64_t deadline;
    void (*done)(void *arg, enum pxed_reason why, const char *text);
    void *arg;
};

static void question_end(struct hooks_question *q, enum pxed_reason why, const char *text) {
    for (size_t i = 0; i < q->n; i++)
        if (q->asked[i].sending)
            hooks_send_cancel(q->asked[i].sending);
    *q->at = q->next;
    if (q->next)
        q->next->at = q->at;
    void (*done)(void *, enum pxed_reason, const char *) = q->done;
    void *arg = q->arg;
    free(q);
    done(arg, why, text);
}

static void on_answer(void *arg, enum hooks_end end, const char *said) {
    struct asked *a = arg;
    struct hooks_question *q = a->question;
    char text[HOOKS_ANSWER_MAX + 256];
    bool waits = false;
    a->sending = NULL;
    snprintf(text, sizeof(text), "hook=%s text=\"%s\"", a->hook->name, said);
    if (end != HOOKS_YES) {
        a->hook->failed++;
        question_end(q, end == HOOKS_NO ? PXED_WHY_HOOK_REFUSED : PXED_WHY_HOOK_SILENT, text);
        return;
    }
    a->hook->told++;
    for (size_t i = 0; i < q->n; i++)
        waits |= q->asked[i].sending != NULL;
    if (!waits)
        question_end(q, PXED_WHY_OK, text);
}

static void ask_one(struct hooks_question *q, struct hook *k, const struct pxed_veto_question *question) {
    static uint64_t ids; /* the journal does not have it yet */
    struct pxed_buf body = {NULL, 0, 0}, env = {NULL, 0, 0};
    hooks_ask_json(question, k->name, &body);
    hooks_ask_env(question, k->name, &env);
    body = (struct pxed_buf){pxed_xalloc(body.len), body.len, 0};
    env = (struct pxed_buf){pxed_xalloc(env.len), env.len, 0};
    hooks_ask_json(question, k->name, &body);
    struct hooks_message m = {
        .event = "arm?", .id = ++ids, .n_env = hooks_ask_env(question, k->name, &env), .body = pxed_buf_slice(&body)};
    m.env = pxed_buf_slice(&env);
    struct asked *a = &q->asked[q->n++];
    *a = (struct asked){.question = q, .hook = k};
    a->sending = hooks_send(k, &m, on_answer, a);
    if (!a->sending) /* the next tick says so: `done` does not come from inside the call */
        q->deadline = 0;
    else if (q->deadline > 0 && q->deadline < k->config->timeout)
        q->deadline = k->config->timeout;
    free(body.ptr);
    free(env.ptr);
}

static void ask(void *self, const struct pxed_veto_question *question,
                void (*done)(void *arg, enum pxed_reason why, const char *text), void *arg) {
    struct hooks *h = self;
    struct hooks_question *q = pxed_xalloc(sizeof(*q));
    size_t open = 0;
    for (const struct hooks_question *other = h->questions; other; other = other->next)
        open++;
    *q = (struct hooks_question){.all = h, .done = done, .arg = arg, .deadline = 1, .next = h->questions};
    q->at = &h->questions;
    if (q->next)
        q->next->at = &q->next;
    h->questions = q;
    for (size_t i = 0; i < h->n && open < QUESTIONS && !h->stopping; i++)
        if (h->hooks[i].asked)
            ask_one(q, &h->hooks[i], question);
    if (q->n == 0)
        q->deadline = 0;
    if (q->deadline > 0)
        q->deadline += h->ctx->core->now(h->ctx) + GRACE;
}

void hooks_ask_init(struct hooks *h) {
    bool any = false;
    for (size_t i = 0; i < h->n; i++)
        any |= h->hooks[i].asked;
    h->veto = (struct pxed_veto_service){.size = sizeof(h->veto), .self = h, .ask = ask};
    if (any)
        h->ctx->core->publish(h->ctx, "veto/1", &h->veto);
}

void hooks_ask_tick(struct hooks *h) {
    uint64_t now = h->ctx->core->now(h->ctx);
    for (struct hooks_question *q = h->questions, *next; q; q = next) {
        next = q->next;
        if (q->deadline <= now)
            question_end(q, PXED_WHY_HOOK_SILENT, "text=\"no answer in time\"");
    }
}

void hooks_ask_end(struct hooks *h) {
    while (h->questions)
        question_end(h->questions, PXED_WHY_HOOK_SILENT, "text=\"pxed is stopping\"");
}
