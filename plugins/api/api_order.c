/* POST /api/v1/arm, /disarm and /adopt:
 * {"hosts":["web01"],"os":"rocky-9","tries":1,"for_ms":3600000,"typed":true,"url":true, "dry_run":true,"new":false}.
 * All hosts or none. The answer has a row per machine: after an arming, or before a disarm or adopt. */
#include "api_order.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_who.h"
#include "pxed/grow.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* One machine of an order, and the position of its row in the rendered rows. */
struct pick {
    struct pxed_hwaddr mac;
    enum pxed_reason refusal;
    bool shown;
    size_t asked; /* place on the command line */
    size_t at, len;
};

enum order_verb { ORDER_ARM = 1, ORDER_DISARM = 2, ORDER_ADOPT = 4 };

/* An order from its request to its answer. The core finishes it later; it must outlive the request's slices. */
struct order {
    struct api_ask ask; /* ask.call is valid during the request only */
    struct pxed_arena arena;
    struct pick *picks; /* sorted by MAC, without repetition */
    size_t n;
    struct pxed_slice os, who;
    const char *right;
    unsigned tries;
    uint64_t valid_ms; /* 0: after arm-for */
    bool dry_run, new_lines, typed, url;
    enum order_verb verb;
    struct api_rows scratch;
};

static void order_free(struct order *o) {
    pxed_arena_clear(&o->arena);
    free(o->picks);
    free(o->scratch.ptr);
    free(o);
}

static int mac_compare(const struct pxed_hwaddr *a, const struct pxed_hwaddr *b) {
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    int r = memcmp(a->bytes, b->bytes, a->len);
    return r ? r : a->type - b->type;
}

static int pick_by_mac(const void *a, const void *b) {
    const struct pick *p = a, *q = b;
    int r = mac_compare(&p->mac, &q->mac);
    return r ? r : p->asked < q->asked ? -1 : p->asked > q->asked;
}

static int pick_by_place(const void *a, const void *b) {
    const struct pick *p = a, *q = b;
    return p->asked < q->asked ? -1 : p->asked > q->asked;
}

static struct pick *pick_find(struct order *o, const struct pxed_hwaddr *mac) {
    size_t low = 0, high = o->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int r = mac_compare(mac, &o->picks[middle].mac);
        if (r == 0)
            return &o->picks[middle];
        if (r < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void picks_add(struct order *o, const struct pxed_hwaddr *mac) {
    PXED_GROW(o->picks, o->n);
    o->picks[o->n] = (struct pick){.mac = *mac, .asked = o->n};
    o->n++;
}

/* A host named twice counts once. */
static void picks_sort(struct order *o) {
    if (o->n == 0)
        return;
    qsort(o->picks, o->n, sizeof(*o->picks), pick_by_mac);
    size_t kept = 1;
    for (size_t i = 1; i < o->n; i++)
        if (mac_compare(&o->picks[i].mac, &o->picks[kept - 1].mac) != 0)
            o->picks[kept++] = o->picks[i];
    o->n = kept;
}

static void held_new(void *arg, const struct pxed_machine_view *m) {
    if (m->held_new)
        picks_add(arg, &m->mac);
}

/* ---- the request */

/* A mistyped key must not turn a dry run into an order, so unknown keys are refused. */
static const char *body_fault(const json_t *body, enum order_verb verb) {
    static const struct {
        const char *key;
        json_type type;
        unsigned verbs;
    } keys[] = {{"hosts", JSON_ARRAY, ORDER_ARM | ORDER_DISARM | ORDER_ADOPT},
                {"os", JSON_STRING, ORDER_ARM},
                {"tries", JSON_INTEGER, ORDER_ARM},
                {"for_ms", JSON_INTEGER, ORDER_ARM},
                {"typed", JSON_TRUE, ORDER_ARM},
                {"url", JSON_TRUE, ORDER_ARM},
                {"dry_run", JSON_TRUE, ORDER_ARM},
                {"new", JSON_TRUE, ORDER_ARM | ORDER_ADOPT}};
    const char *key;
    json_t *value;
    if (!json_is_object(body))
        return "the body must be a JSON object";
    json_object_foreach((json_t *)body, key, value) {
        size_t i = 0, n = sizeof(keys) / sizeof(*keys);
        while (i < n && (strcmp(key, keys[i].key) != 0 || !(keys[i].verbs & verb)))
            i++;
        if (i == n)
            return "the body holds an unknown key";
        if (keys[i].type == JSON_TRUE ? !json_is_boolean(value) : json_typeof(value) != keys[i].type)
            return "a value of the body has the wrong type";
    }
    json_int_t tries = json_integer_value(json_object_get(body, "tries"));
    if (json_object_get(body, "tries") && (tries < 1 || tries > 1000))
        return "tries must be 1 to 1000";
    const json_t *valid = json_object_get(body, "for_ms");
    if (valid && json_integer_value(valid) <= 0)
        return "for_ms must be a time in milliseconds";
    const json_t *hosts = json_object_get(body, "hosts");
    size_t n = json_array_size(hosts);
    if (n > API_HOSTS_MAX)
        return "too many hosts at once";
    for (size_t i = 0; i < n; i++)
        if (!json_is_string(json_array_get(hosts, i)))
            return "hosts must be texts";
    bool new_lines = json_is_true(json_object_get(body, "new"));
    if (new_lines && (n > 0 || json_object_get(body, "os")))
        return "`new` arms all held lines: it cannot be combined with hosts or os";
    if (!new_lines && n == 0)
        return "no hosts are named";
    return NULL;
}

/* Reads the body into a new order; NULL after having answered. */
static struct order *order_read(const struct api_ask *ask, enum order_verb verb) {
    json_error_t error;
    json_t *body =
        json_loadb(ask->call->body.len ? ask->call->body.ptr : "", ask->call->body.len, JSON_REJECT_DUPLICATES, &error);
    const char *fault = body ? body_fault(body, verb) : "the body is not JSON";
    bool beyond = !fault && api_is_limited(ask) && json_is_true(json_object_get(body, "new"));
    if (beyond)
        fault = "`new` means every host, and this token is for some groups alone";
    if (fault) {
        api_answer_error(ask, beyond ? 403 : 400, beyond ? PXED_WHY_SCOPE_MISSING : PXED_WHY_BAD_REQUEST, "%s", fault);
        json_decref(body);
        return NULL;
    }
    struct order *o = pxed_xalloc(sizeof(*o));
    o->ask = *ask;
    o->verb = verb;
    o->dry_run = json_is_true(json_object_get(body, "dry_run"));
    o->new_lines = json_is_true(json_object_get(body, "new"));
    o->typed = json_is_true(json_object_get(body, "typed"));
    o->url = json_is_true(json_object_get(body, "url"));
    o->valid_ms = (uint64_t)json_integer_value(json_object_get(body, "for_ms"));
    o->right = o->new_lines ? "blank" : "any";
    const json_t *tries = json_object_get(body, "tries");
    o->tries = tries ? (unsigned)json_integer_value(tries) : 1;
    o->os = pxed_arena_dup(&o->arena, pxed_slice_of(json_string_value(json_object_get(body, "os"))));

    const json_t *hosts = json_object_get(body, "hosts");
    bool good = true;
    for (size_t i = 0; good && i < json_array_size(hosts); i++) {
        struct pxed_hwaddr mac;
        good = api_resolve(ask, pxed_slice_of(json_string_value(json_array_get(hosts, i))), &mac);
        if (good)
            picks_add(o, &mac);
    }
    json_decref(body);
    if (!good) {
        order_free(o);
        return NULL;
    }
    if (o->new_lines)
        ask->api->control->machines(ask->api->control->self, held_new, o);
    picks_sort(o);

    char who[128];
    struct pxed_buf out = PXED_BUF(who);
    api_who(ask, &out);
    o->who = pxed_arena_dup(&o->arena, pxed_buf_slice(&out));
    return o;
}

static const struct pxed_hwaddr *order_macs(struct order *o) {
    struct pxed_hwaddr *macs = PXED_NEWS(&o->arena, struct pxed_hwaddr, o->n + 1);
    for (size_t i = 0; i < o->n; i++)
        macs[i] = o->picks[i].mac;
    return macs;
}

/* ---- the answer */

static void order_row(struct order *o, struct pick *p, const struct pxed_machine_view *m) {
    const struct pxed_control *control = o->ask.api->control;
    char url[512];
    struct pxed_buf out = PXED_BUF(url);
    bool told = o->url && !o->dry_run && control->boot_url(control->self, &m->mac, &out);
    struct api_order_view view = {m, o->os.len ? o->os : m->os, o->right, p->refusal, told ? pxed_buf_cstr(&out) : ""};
    p->at = api_rows_add(&o->scratch, o->verb != ORDER_ARM ? api_json_machine : api_json_order,
                         o->verb != ORDER_ARM ? (const void *)m : (const void *)&view);
    p->len = o->scratch.len - p->at;
    p->shown = true;
}

static void order_machine(void *arg, const struct pxed_machine_view *m) {
    struct order *o = arg;
    struct pick *p = pick_find(o, &m->mac);
    if (p && !p->shown)
        order_row(o, p, m);
}

static void copy_row(struct pxed_buf *out, const void *slice) {
    pxed_buf_add(out, *(const struct pxed_slice *)slice);
}

/* Renders every machine of the order as it is now. */
static void order_render(struct order *o) {
    const struct pxed_control *control = o->ask.api->control;
    control->machines(control->self, order_machine, o);
    for (size_t i = 0; i < o->n; i++)
        if (!o->picks[i].shown)
            order_row(o, &o->picks[i], &(struct pxed_machine_view){.mac = o->picks[i].mac});
}

/* Answers with the rendered rows in the order asked, and ends the order. */
static void order_answer(struct order *o) {
    struct api_rows rows = {0};
    if (o->n > 0)
        qsort(o->picks, o->n, sizeof(*o->picks), pick_by_place);
    for (size_t i = 0; i < o->n; i++) {
        struct pxed_slice row = pxed_slice(o->scratch.ptr + o->picks[i].at, o->picks[i].len);
        api_rows_add(&rows, copy_row, &row);
    }
    api_answer_rows(&o->ask, &rows);
    order_free(o);
}

bool api_order_ends(struct api *api) {
    api->pending--;
    if (!api->ended)
        return true;
    if (api->pending == 0 && !api->timing)
        free(api);
    return false;
}

static void order_done(void *arg, int result) {
    struct order *o = arg;
    struct api *api = o->ask.api;
    if (!api_order_ends(api)) {
        order_free(o);
        return;
    }
    if (result == 0) {
        if (o->verb == ORDER_ARM)
            order_render(o); /* as it is after the arming */
        order_answer(o);
        return;
    }
    if (result == -EPERM) /* changed since it was checked: a line was removed, or protect=yes was set */
        api_answer_error(&o->ask, 409, PXED_WHY_PROTECTED, "a host may not be armed any more, so none was");
    else if (result == -EACCES || result == -ETIMEDOUT) {
        enum pxed_reason why = result == -EACCES ? PXED_WHY_HOOK_REFUSED : PXED_WHY_HOOK_SILENT;
        api_answer_error(&o->ask, 409, why, "%s (%s)", pxed_reason_sentence(why), pxed_reason_cure(why));
    } else
        api_answer_error(&o->ask, 500, PXED_WHY_STORE_FAILED, "%s (%s)", pxed_reason_sentence(PXED_WHY_STORE_FAILED),
                         strerror(-result));
    order_free(o);
}

static void note_refusal(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason) {
    struct pick *p = pick_find(arg, mac);
    if (p)
        p->refusal = reason;
}

/* One sentence for the first host that may not be armed, and how many more there are. */
static void order_refuse(struct order *o, size_t refused) {
    const struct pick *first = NULL;
    for (size_t i = 0; i < o->n; i++)
        if (o->picks[i].refusal != PXED_WHY_OK && (!first || o->picks[i].asked < first->asked))
            first = &o->picks[i];
    enum pxed_reason reason = first ? first->refusal : PXED_WHY_BAD_REQUEST;
    char mac[PXED_MAC_TEXT] = "";
    if (first)
        pxed_mac_text(&first->mac, ":", mac);
    api_answer_error(&o->ask, 409, reason, "%zu of %zu hosts may not be armed, so none was; %s: %s", refused, o->n, mac,
                     pxed_reason_sentence(reason));
    order_free(o);
}

void api_order_arm(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct order *o = order_read(ask, ORDER_ARM);
    if (!o)
        return;
    struct pxed_arm_order order = {.macs = o->new_lines ? NULL : order_macs(o),
                                   .n = o->new_lines ? 0 : o->n,
                                   .os = o->os,
                                   .tries = o->tries,
                                   .new_lines = o->new_lines,
                                   .who = o->who,
                                   .valid_ms = o->valid_ms,
                                   .typed = o->typed};
    size_t refused = control->arm_check(control->self, &order, note_refusal, o);
    if (o->dry_run || o->n == 0) {
        order_render(o);
        order_answer(o);
    } else if (refused > 0) {
        order_refuse(o, refused);
    } else {
        ask->api->pending++;
        control->arm(control->self, &order, order_done, o);
    }
}

/* The answer shows each machine as it was before: disarming a host that was not armed is no error, but is visible
 * there. */
void api_order_disarm(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct order *o = order_read(ask, ORDER_DISARM);
    if (!o)
        return;
    order_render(o);
    ask->api->pending++;
    control->disarm(control->self, order_macs(o), o->n, o->who, order_done, o);
}

/* Marks hosts as known but not armed. As with disarm, the answer shows each machine as it was. */
void api_order_adopt(const struct api_ask *ask) {
    const struct pxed_control *control = ask->api->control;
    struct order *o = order_read(ask, ORDER_ADOPT);
    if (!o)
        return;
    order_render(o);
    if (o->n == 0) {
        order_answer(o);
        return;
    }
    ask->api->pending++;
    control->adopt(control->self, order_macs(o), o->n, o->who, order_done, o);
}
