/* From the journal to each hook: one event after the other, the next when the last has been taken. A hook that does not
 * answer is asked again, later and later; its queue is bounded. */
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>

#include "send.h"

#define TABLE "hook"

/* ---- one queue */

static void waiting_free(struct hooks_waiting *w) {
    free(w->body);
    free(w->env);
    free(w);
}

/* The first is done with, in whatever way. */
static void pop(struct hook *k) {
    struct hooks_waiting *w = k->first;
    k->first = w->next;
    if (!k->first)
        k->last = &k->first;
    k->n--;
    k->seen = w->seq;
    k->dirty = true;
    k->due = 0;
    waiting_free(w);
}

static void drop_first(struct hook *k, const char *why) {
    k->dropped++;
    if (!k->full)
        pxed_log(k->all->ctx, PXED_LOG_ERROR, "hook-dropped", NULL, NULL,
                 "hook=%s seq=%llu waiting=%zu text=\"%s; /metrics counts what is dropped\"", k->name,
                 (unsigned long long)k->first->seq, k->n, why);
    k->full = true;
    pop(k);
}

static char *rendered(size_t (*write)(const struct hooks_event *, const char *, struct pxed_buf *),
                      const struct hooks_event *e, const char *hook, size_t *ret_len, size_t *ret_n) {
    struct pxed_buf b = {NULL, 0, 0};
    *ret_n = write(e, hook, &b);
    char *text = pxed_xalloc(b.len);
    b = (struct pxed_buf){text, b.len, 0};
    write(e, hook, &b);
    *ret_len = b.len;
    return text;
}

static size_t write_json(const struct hooks_event *e, const char *hook, struct pxed_buf *out) {
    hooks_event_json(e, hook, out);
    return 1;
}

static void push(struct hook *k, const struct hooks_event *e, const char *word) {
    struct hooks_waiting *w = pxed_xalloc(sizeof(*w));
    size_t n;
    *w = (struct hooks_waiting){.seq = e->seq, .at = e->at, .event = word};
    w->body = rendered(write_json, e, k->name, &w->body_len, &n);
    if (!k->config->url)
        w->env = rendered(hooks_event_env, e, k->name, &w->env_len, &w->n_env);
    /* One that is on its way stays: it is the first. */
    while (k->n >= HOOKS_QUEUE && !k->sending)
        drop_first(k, "more events wait than are kept");
    if (k->n >= HOOKS_QUEUE) {
        k->dropped++;
        waiting_free(w);
        return;
    }
    *k->last = w;
    k->last = &w->next;
    k->n++;
}

/* ---- telling */

static void turn(struct hook *k);

static void on_sent(void *arg, enum hooks_end end, const char *text) {
    struct hook *k = arg;
    struct hooks *h = k->all;
    struct hooks_waiting *w = k->first;
    k->sending = NULL;
    if (end == HOOKS_YES) {
        k->told++;
        if (w->tries > 0 || k->full)
            pxed_log(h->ctx, PXED_LOG_INFO, "hook-works", NULL, NULL, "hook=%s seq=%llu dropped=%llu", k->name,
                     (unsigned long long)w->seq, (unsigned long long)k->dropped);
        k->full = false;
        pop(k);
        turn(k);
        return;
    }
    k->failed++;
    w->tries++;
    k->due = h->ctx->core->now(h->ctx) + hooks_retry_ms(w->tries);
    pxed_log(h->ctx, w->tries == 1 ? PXED_LOG_WARNING : PXED_LOG_DEBUG, "hook-failed", NULL, NULL,
             "hook=%s event=%s seq=%llu try=%u text=\"%s\"", k->name, w->event, (unsigned long long)w->seq, w->tries,
             text);
    turn(k);
}

static void turn(struct hook *k) {
    struct hooks *h = k->all;
    int64_t wall = (int64_t)h->ctx->core->wall(h->ctx);
    while (k->first && !k->sending && wall - k->first->at > HOOKS_FOR)
        drop_first(k, "it was not taken for a day");
    if (h->stopping || !k->first || k->sending || k->due > h->ctx->core->now(h->ctx))
        return;
    const struct hooks_waiting *w = k->first;
    const struct hooks_message m = {.event = w->event,
                                    .id = w->seq,
                                    .body = pxed_slice(w->body, w->body_len),
                                    .env = pxed_slice(w->env, w->env_len),
                                    .n_env = w->n_env};
    k->sending = hooks_send(k, &m, on_sent, k);
    if (!k->sending) /* too much runs: it is no failure of the hook */
        k->due = h->ctx->core->now(h->ctx) + hooks_retry_ms(1);
}

/* ---- the journal */

/* Steps that some hook is to be told, copied: their machines are looked up after the journal was read. */
struct news {
    struct hooks *h;
    struct pxed_arena arena;
    struct hooks_event *events;
    size_t n;
    uint32_t on; /* of all hooks */
    bool full;
};

static void on_step(void *arg, const struct pxed_journal_view *j) {
    struct news *news = arg;
    int word = hooks_word(j->what);
    if (news->full)
        return;
    if (word >= 0 && (news->on >> word & 1)) {
        if (news->n == HOOKS_PER_TICK) { /* the rest with the next look */
            news->full = true;
            return;
        }
        if (!news->events)
            news->events = PXED_NEWS(&news->arena, struct hooks_event, HOOKS_PER_TICK);
        news->events[news->n++] =
            (struct hooks_event){.seq = j->seq,
                                 .at = j->at,
                                 .mac = j->mac,
                                 .what = pxed_slice_of(hooks_words[word]),
                                 .name = pxed_arena_dup(&news->arena, j->name),
                                 .reason = j->reason,
                                 .text = pxed_arena_dup(&news->arena, pxed_slice_head(j->text, HOOKS_TEXT_MAX))};
    }
    news->h->seen = j->seq;
}

struct look_up {
    struct hooks_event *event;
    struct pxed_arena *arena;
};

static void on_machine(void *arg, const struct pxed_machine_view *m) {
    const struct look_up *l = arg;
    l->event->ip = m->ip;
    l->event->os = pxed_arena_dup(l->arena, m->os);
}

static void take_news(struct hooks *h) {
    struct news news = {.h = h};
    for (size_t i = 0; i < h->n; i++)
        news.on |= h->hooks[i].on;
    h->control->journal(h->control->self, h->seen, NULL, on_step, &news);
    for (size_t i = 0; i < news.n; i++) {
        struct hooks_event *e = &news.events[i];
        struct look_up l = {e, &news.arena};
        int word = hooks_word(e->what);
        h->control->machine(h->control->self, &e->mac, on_machine, &l);
        for (size_t k = 0; k < h->n; k++)
            if ((h->hooks[k].on >> word & 1) && e->seq > h->hooks[k].seen)
                push(&h->hooks[k], e, hooks_words[word]);
    }
    for (size_t k = 0; k < h->n; k++) /* what it is not to be told is done with */
        if (!h->hooks[k].first)
            h->hooks[k].seen = h->seen;
    pxed_arena_clear(&news.arena);
}

/* ---- how far each was told, on disk */

static void on_kept(void *arg, int result) {
    struct hooks *h = arg;
    h->keeping = false;
    h->open--;
    for (size_t i = 0; i < h->n && result != 0; i++)
        h->hooks[i].dirty = true; /* the next look tries again */
    hooks_free(h);
}

/* Written when a hook has been told something, and not for each step that it is not told: that would be a commit for
 * each. */
static void keep(struct hooks *h) {
    struct pxed_put puts[HOOKS_MAX];
    char numbers[HOOKS_MAX][24];
    size_t n = 0;
    if (h->keeping || !h->store || (h->store->failing && h->store->failing(h->store->self)))
        return;
    for (size_t i = 0; i < h->n; i++) {
        struct hook *k = &h->hooks[i];
        if (!k->dirty)
            continue;
        int len = snprintf(numbers[i], sizeof(numbers[i]), "%llu", (unsigned long long)k->seen);
        puts[n++] = (struct pxed_put){.table = TABLE,
                                      .key = pxed_slice_of(k->name),
                                      .value = pxed_slice(numbers[i], (size_t)len),
                                      .replaces = PXED_STORE_ANY};
        k->dirty = false;
    }
    if (n == 0)
        return;
    h->keeping = true;
    h->open++;
    if (h->store->commit(h->store->self, puts, n, on_kept, h) < 0)
        on_kept(h, -1);
}

static void on_row(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct hooks *h = arg;
    (void)version;
    for (size_t i = 0; i < h->n; i++)
        if (pxed_slice_is(key, h->hooks[i].name) && pxed_slice_u64(value, UINT64_MAX, &h->hooks[i].seen))
            h->hooks[i].known = true;
}

static void note_seq(void *arg, const struct pxed_journal_view *j) {
    *(uint64_t *)arg = j->seq;
}

int hooks_queue_load(struct hooks *h) {
    uint64_t newest = 0, oldest = UINT64_MAX;
    h->control->journal(h->control->self, 0, NULL, note_seq, &newest);
    int r = h->store ? h->store->load(h->store->self, TABLE, on_row, h) : 0;
    if (r < 0)
        return r;
    for (size_t i = 0; i < h->n; i++) {
        struct hook *k = &h->hooks[i];
        k->last = &k->first;
        if (!k->known || k->seen > newest) { /* new, or of a journal that is lost: from now on */
            k->seen = newest;
            k->dirty = true;
        }
        if (k->seen < oldest)
            oldest = k->seen;
    }
    h->seen = oldest;
    return 0;
}

void hooks_queue_keep(struct hooks *h) {
    for (size_t i = 0; i < h->n; i++)
        h->hooks[i].dirty = true;
    keep(h);
}

void hooks_queue_tick(struct hooks *h) {
    if (!h->stopping)
        take_news(h);
    for (size_t i = 0; i < h->n; i++)
        turn(&h->hooks[i]);
    keep(h);
}

void hooks_queue_end(struct hooks *h) {
    for (size_t i = 0; i < h->n; i++) {
        struct hook *k = &h->hooks[i];
        if (k->sending)
            hooks_send_cancel(k->sending);
        k->sending = NULL;
        while (k->first) {
            struct hooks_waiting *w = k->first;
            k->first = w->next;
            waiting_free(w);
        }
        k->last = &k->first;
        k->n = 0;
    }
}
