/* GET /api/v1/events: server-sent events (HTML standard 9.2). `hello` first, then every half second what is new: `step`
 * (a row of the journal), `machine` (a row of machines, for each that has a new step), `transfers` (all rows, each
 * second while there are any), and `lost`: read everything again. What is told is made once for all viewers. */
#include "api_events.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_tokens.h"
#include "api_who.h"
#include "pxed/grow.h"

#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 500, TICKS_TRANSFERS = 2, TICKS_ALIVE = 30, TOLD_MAX = PXED_HTTP_STREAM_ROOM / 2 };

struct api_viewer {
    struct api_viewer *prev, *next;
    struct api *api;
    struct pxed_http_reply *reply;
    bool lost; /* it did not take what came: it is told so, once it takes again */
    char token[API_TOKEN_NAME + 1];
    char groups[API_GROUPS_MAX + 1];
};

/* What is told in one tick: pieces of one text, each of a machine. */
struct told {
    struct api_rows rows; /* only its text is used */
    struct piece {
        struct pxed_hwaddr mac;
        size_t at, len;
    } * pieces;
    size_t n;
    const struct api *api;
    uint64_t seq;
};

static void told_text(struct told *t, const char *text) {
    api_rows_text(&t->rows, text);
}

/* One event; the rows of the views are objects of one line. */
static void told_row(struct told *t, const char *event, const struct pxed_hwaddr *mac, api_write_fn *write,
                     const void *view) {
    size_t at = t->rows.len;
    told_text(t, "event: ");
    told_text(t, event);
    told_text(t, "\ndata: ");
    api_rows_put(&t->rows, write, view);
    told_text(t, "\n\n");
    PXED_GROW(t->pieces, t->n);
    t->pieces[t->n++] = (struct piece){*mac, at, t->rows.len - at};
}

static void told_free(struct told *t) {
    free(t->rows.ptr);
    free(t->pieces);
}

static void on_step(void *arg, const struct pxed_journal_view *j) {
    struct told *t = arg;
    t->seq = j->seq;
    if (t->rows.len <= TOLD_MAX)
        told_row(t, "step", &j->mac, api_json_journal, j);
}

static void on_machine(void *arg, const struct pxed_machine_view *m) {
    told_row(arg, "machine", &m->mac, api_json_machine, m);
}

static int mac_order(const void *a, const void *b) {
    return memcmp(&((const struct piece *)a)->mac, &((const struct piece *)b)->mac, sizeof(struct pxed_hwaddr));
}

/* Each machine of which a step was told, once. */
static void tell_machines(struct told *t) {
    const struct pxed_control *control = t->api->control;
    size_t n = t->n;
    if (n == 0)
        return;
    struct piece *steps = pxed_xalloc(n * sizeof(*steps));
    memcpy(steps, t->pieces, n * sizeof(*steps));
    qsort(steps, n, sizeof(*steps), mac_order);
    for (size_t i = 0; i < n && t->rows.len <= TOLD_MAX; i++)
        if (i == 0 || mac_order(&steps[i], &steps[i - 1]) != 0)
            control->machine(control->self, &steps[i].mac, on_machine, t);
    free(steps);
}

/* ---- viewers */

static void viewer_free(struct api_viewer *v) {
    struct api *api = v->api;
    if (v->prev)
        v->prev->next = v->next;
    else
        api->viewers = v->next;
    if (v->next)
        v->next->prev = v->prev;
    api->n_viewers--;
    free(v);
    if (!api->viewers && api->timing)
        uv_timer_stop(&api->timer); /* an idle daemon does not wake up */
}

static void viewer_end(struct api_viewer *v) {
    v->api->http->end(v->api->http->self, v->reply);
    viewer_free(v);
}

static void viewer_say(struct api_viewer *v, struct pxed_slice text) {
    if (!v->lost && text.len > 0)
        v->lost = !v->api->http->write(v->api->http->self, v->reply, text);
}

static const struct pxed_slice lost_event = {"event: lost\ndata: {}\n\n", sizeof("event: lost\ndata: {}\n\n") - 1};

static void on_ready(void *arg) {
    struct api_viewer *v = arg;
    v->lost = false;
    viewer_say(v, lost_event);
}

static void on_gone(void *arg) {
    viewer_free(arg);
}

/* All of it, or what is of its groups. */
static void viewer_tell(struct api_viewer *v, const struct told *t) {
    struct api_rows own = {0};
    if (!*v->groups) {
        viewer_say(v, pxed_slice(t->rows.ptr, t->rows.len));
        return;
    }
    for (size_t i = 0; i < t->n; i++)
        if (api_in_groups(v->api, pxed_slice_of(v->groups), &t->pieces[i].mac))
            api_rows_slice(&own, pxed_slice(t->rows.ptr + t->pieces[i].at, t->pieces[i].len));
    viewer_say(v, pxed_slice(own.ptr, own.len));
    free(own.ptr);
}

/* ---- transfers: all that run are one event, for each viewer those that it sees */

struct transfers {
    struct api_rows rows;
    const struct api_viewer *viewer;
    size_t n; /* of all */
};

static void on_transfer(void *arg, const struct pxed_transfer_view *x) {
    struct transfers *t = arg;
    t->n++;
    if (t->rows.len > TOLD_MAX || !api_in_groups(t->viewer->api, pxed_slice_of(t->viewer->groups), &x->mac))
        return;
    api_rows_text(&t->rows, t->rows.n++ == 0 ? "[" : ","); /* an event's data is one line */
    api_rows_put(&t->rows, api_json_transfer, x);
}

static void tell_transfers(struct api *api) {
    const struct pxed_control *control = api->control;
    struct api_rows all = {0};
    size_t n = 0;
    for (struct api_viewer *v = api->viewers; v; v = v->next) {
        struct transfers t = {.viewer = v};
        if (*v->groups || !all.ptr) {
            api_rows_text(&t.rows, "event: transfers\ndata: ");
            control->transfers(control->self, on_transfer, &t);
            api_rows_text(&t.rows, t.rows.n == 0 ? "[]\n\n" : "]\n\n");
            n = t.n;
        }
        if (t.rows.ptr && !*v->groups)
            all = t.rows;
        struct api_rows *told = *v->groups ? &t.rows : &all;
        if (n > 0 || api->had_transfers)
            viewer_say(v, pxed_slice(told->ptr, told->len));
        if (*v->groups)
            free(t.rows.ptr);
    }
    free(all.ptr);
    api->had_transfers = n > 0;
}

static void on_tick(uv_timer_t *timer) {
    struct api *api = timer->data;
    const struct pxed_control *control = api->control;
    struct told t = {.api = api, .seq = api->seen};
    uint64_t generation = control->generation(control->self);
    bool loaded = generation != api->generation; /* hosts may have come, changed or gone: none has a step */
    api->generation = generation;
    control->journal(control->self, api->seen, NULL, on_step, &t);
    api->seen = t.seq;
    tell_machines(&t);
    api->ticks++;
    for (struct api_viewer *v = api->viewers; v; v = v->next) {
        if (t.rows.len > TOLD_MAX || loaded)
            viewer_say(v, lost_event);
        else
            viewer_tell(v, &t);
        if (api->ticks % TICKS_ALIVE == 0)
            viewer_say(v, PXED_SLICE(": alive\n\n"));
    }
    told_free(&t);
    if (api->ticks % TICKS_TRANSFERS == 0)
        tell_transfers(api);
}

static void note_seq(void *arg, const struct pxed_journal_view *j) {
    *(uint64_t *)arg = j->seq;
}

static void events_start(struct api *api) {
    const struct pxed_control *control = api->control;
    control->journal(control->self, api->seen, NULL, note_seq, &api->seen);
    api->generation = control->generation(control->self);
    uv_timer_start(&api->timer, on_tick, TICK_MS, TICK_MS);
}

void api_get_events(const struct api_ask *ask) {
    static const char headers[] = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    struct api *api = ask->api;
    size_t most = ask->caller ? ask->caller->viewers : API_SOCKET_VIEWERS;
    if (api->n_viewers >= most) {
        api_answer_error(ask, 503, PXED_WHY_BUSY, "%zu viewers look already; no more at once", api->n_viewers);
        return;
    }
    struct api_viewer *v = pxed_xalloc(sizeof(*v));
    const struct pxed_http_stream calls = {on_ready, on_gone, v};
    v->api = api;
    v->reply = ask->reply;
    if (ask->caller) {
        snprintf(v->token, sizeof(v->token), "%.*s", PXED_S(ask->caller->name));
        snprintf(v->groups, sizeof(v->groups), "%.*s", PXED_S(ask->caller->groups));
    }
    if (!api->http->stream(api->http->self, ask->reply, 200, "text/event-stream", headers, &calls)) {
        free(v);
        return;
    }
    if (!api->viewers)
        events_start(api);
    v->next = api->viewers;
    if (v->next)
        v->next->prev = v;
    api->viewers = v;
    api->n_viewers++;
    viewer_say(v, PXED_SLICE("retry: 2000\nevent: hello\ndata: {}\n\n"));
}

void api_events_end_of(struct api *api, const char *token) {
    for (struct api_viewer *v = api->viewers, *next; v; v = next) {
        next = v->next;
        if (strcmp(v->token, token) == 0)
            viewer_end(v);
    }
}

void api_events_init(struct api *api) {
    uv_timer_init(api->ctx->core->loop(api->ctx), &api->timer);
    api->timer.data = api;
    api->timing = true;
}

void api_events_end(struct api *api) {
    while (api->viewers)
        viewer_end(api->viewers);
}
