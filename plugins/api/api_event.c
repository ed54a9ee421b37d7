/* POST /api/v1/event: {"host":"web01","stage":"installed","reason":"WORD"}: an operator reports how an installation
 * ended. */
#include "api_event.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_order.h"
#include "api_who.h"

#include <jansson.h>
#include <stdlib.h>

struct event {
    struct api_ask ask; /* ask.call is valid during the request only */
    struct pxed_hwaddr mac;
};

static void event_machine(void *arg, const struct pxed_machine_view *m) {
    struct api_rows *rows = arg;
    api_rows_add(rows, api_json_machine, m);
}

struct one {
    struct api_rows rows;
    const struct pxed_hwaddr *mac;
};

static void pick_machine(void *arg, const struct pxed_machine_view *m) {
    struct one *one = arg;
    if (pxed_hwaddr_eq(one->mac, &m->mac))
        event_machine(&one->rows, m);
}

static void event_done(void *arg, int result) {
    struct event *e = arg;
    struct api *api = e->ask.api;
    if (!api_order_ends(api)) {
        /* fini came first: there is no request to answer */
    } else if (result < 0) {
        api_answer_error(&e->ask, 500, PXED_WHY_STORE_FAILED, "%s (%s)", pxed_reason_sentence(PXED_WHY_STORE_FAILED),
                         strerror(-result));
    } else {
        struct one one = {.mac = &e->mac};
        api->control->machines(api->control->self, pick_machine, &one);
        api_answer_rows(&e->ask, &one.rows);
    }
    free(e);
}

/* [A-Za-z0-9_-]{1,32}: safe in journals and tables. */
static bool is_word(const char *text) {
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    return n > 0 && n <= 32 && text[n] == '\0';
}

void api_event(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    const char *host = "", *stage = "", *reason = "";
    char who[128];
    struct pxed_buf out = PXED_BUF(who);
    json_t *body =
        json_loadb(ask->call->body.len ? ask->call->body.ptr : "", ask->call->body.len, JSON_REJECT_DUPLICATES, NULL);
    struct event *e = pxed_xalloc(sizeof(*e));
    *e = (struct event){.ask = *ask};
    api_who(ask, &out);
    if (!body || json_unpack(body, "{s:s, s:s, s?s !}", "host", &host, "stage", &stage, "reason", &reason) < 0 ||
        (*reason && !is_word(reason))) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "the body holds host, stage and perhaps reason, a word");
    } else if (api_resolve(ask, pxed_slice_of(host), &e->mac)) {
        ask->api->pending++;
        enum pxed_reason why = control->event(control->self, &e->mac, pxed_slice_of(stage), pxed_slice_of(reason),
                                              pxed_buf_slice(&out), event_done, e);
        if (why == PXED_WHY_OK) {
            json_decref(body);
            return;
        }
        ask->api->pending--;
        api_answer_error(ask, 409, why, "%s", pxed_reason_sentence(why));
    }
    json_decref(body);
    free(e);
}
