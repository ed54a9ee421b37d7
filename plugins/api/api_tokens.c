/* GET /api/v1/tokens, POST tokens/add {"name":"grafana","scopes":["read"],"hosts":["group:web"]} and tokens/remove
 * {"name":"grafana"}. A new one is in force when it is on disk, a removed one is not from the request on. */
#include "api_tokens.h"

#include "api_answer.h"
#include "api_events.h"
#include "api_json.h"
#include "api_order.h"
#include "api_token_record.h"
#include "api_who.h"
#include "pxed/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define TOKEN_TABLE "token"
enum { TOKEN_RECORD_MAX = 1024 };

/* ---- memory and store */

struct token_load {
    struct api *api;
    size_t bad;
};

static void on_token(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct token_load *load = arg;
    struct api *api = load->api;
    struct api_token t;
    (void)version;
    if (api->n_tokens == API_TOKENS_MAX || !api_token_read(key, value, &t)) {
        load->bad++;
        return;
    }
    PXED_GROW(api->tokens, api->n_tokens);
    api->tokens[api->n_tokens++] = t;
}

/* A copy of yesterday would bring back a token that was removed today. */
static void tokens_forget(struct api *api) {
    struct pxed_put puts[API_TOKENS_MAX];
    size_t n = api->n_tokens;
    for (size_t i = 0; i < n; i++)
        puts[i] = (struct pxed_put){TOKEN_TABLE, pxed_slice_of(api->tokens[i].name), PXED_NO_SLICE, PXED_STORE_ANY};
    if (n > 0)
        api->store->commit(api->store->self, puts, n, NULL, NULL);
    api->n_tokens = 0;
    pxed_log(
        api->ctx, PXED_LOG_WARNING, "tokens", NULL, NULL,
        "forgotten=%zu text=\"the store is older than what this server has done: make tokens anew, pxed token add\"",
        n);
}

int api_tokens_load(struct api *api) {
    struct token_load load = {api, 0};
    if (!api->store)
        return 0;
    int r = api->store->load(api->store->self, TOKEN_TABLE, on_token, &load);
    if (r < 0)
        pxed_log(api->ctx, PXED_LOG_ERROR, "tokens", NULL, NULL, "text=\"cannot be read\" error=\"%s\"", strerror(-r));
    if (load.bad > 0)
        pxed_log(api->ctx, PXED_LOG_WARNING, "tokens", NULL, NULL, "unreadable=%zu", load.bad);
    if (r == 0 && api->n_tokens > 0 && api->store->size >= sizeof(*api->store) && api->store->old &&
        api->store->old(api->store->self))
        tokens_forget(api);
    return r;
}

void api_tokens_free(struct api *api) {
    free(api->tokens);
    api->tokens = NULL;
    api->n_tokens = 0;
}

const struct api_token *api_token_find(struct api *api, struct pxed_slice token) {
    uint8_t hash[32];
    if (token.len != API_TOKEN_TEXT)
        return NULL;
    /* How much of a hash fits tells nothing about the token. */
    api_token_hash(token, hash);
    for (size_t i = 0; i < api->n_tokens; i++)
        if (memcmp(api->tokens[i].hash, hash, sizeof(hash)) == 0) {
            api->tokens[i].used = (int64_t)api->ctx->core->wall(api->ctx);
            return &api->tokens[i];
        }
    return NULL;
}

static struct api_token *token_named(struct api *api, const char *name) {
    for (size_t i = 0; i < api->n_tokens; i++)
        if (strcmp(api->tokens[i].name, name) == 0)
            return &api->tokens[i];
    return NULL;
}

/* ---- answers */

/* `text`: of a new one. */
static void token_row(struct api_rows *rows, const struct api_token *t, const char *text) {
    char scopes[32];
    struct pxed_buf out = PXED_BUF(scopes);
    api_token_scope_text(t->scopes, &out);
    struct api_token_view view = {.name = t->name,
                                  .scopes = pxed_buf_cstr(&out),
                                  .groups = t->groups,
                                  .by = t->by,
                                  .text = text,
                                  .made = t->made,
                                  .used = t->used};
    api_rows_add(rows, api_json_token, &view);
}

void api_tokens_get(const struct api_ask *ask) {
    struct api_rows rows = {0};
    for (size_t i = 0; i < ask->api->n_tokens; i++)
        token_row(&rows, &ask->api->tokens[i], "");
    api_answer_rows(ask, &rows);
}

/* An order from its request to its answer; it outlives the request's slices. */
struct token_order {
    struct api_ask ask;
    struct api_token token;
    char text[API_TOKEN_TEXT + 1]; /* the new token; shown once */
};

static void token_answer(const struct token_order *o) {
    struct api_rows rows = {0};
    token_row(&rows, &o->token, o->text);
    api_answer_rows(&o->ask, &rows);
}

/* Of two orders for one name the last counts, as in the store. */
static void token_keep(struct api *api, const struct api_token *t) {
    struct api_token *same = token_named(api, t->name);
    if (!same) {
        PXED_GROW(api->tokens, api->n_tokens);
        same = &api->tokens[api->n_tokens++];
    }
    *same = *t;
}

static void token_done(void *arg, int result) {
    struct token_order *o = arg;
    struct api *api = o->ask.api;
    bool added = *o->text != '\0';
    if (!api_order_ends(api)) {
        free(o);
        return;
    }
    if (result != PXED_STORE_OK) {
        api_answer_error(&o->ask, 500, PXED_WHY_STORE_FAILED, "%s%s", pxed_reason_sentence(PXED_WHY_STORE_FAILED),
                         added ? "" : "; the token is not in force, but a restart would bring it back");
        free(o);
        return;
    }
    if (added)
        token_keep(api, &o->token);
    token_answer(o);
    explicit_bzero(o->text, sizeof(o->text));
    free(o);
}

static void token_commit(struct token_order *o) {
    struct api *api = o->ask.api;
    char record[TOKEN_RECORD_MAX];
    struct pxed_buf out = PXED_BUF(record);
    if (*o->text)
        api_token_write(&o->token, &out);
    struct pxed_put put = {TOKEN_TABLE, pxed_slice_of(o->token.name), *o->text ? pxed_buf_slice(&out) : PXED_NO_SLICE,
                           PXED_STORE_ANY};
    api->pending++;
    int r = api->store->commit(api->store->self, &put, 1, token_done, o);
    if (r < 0)
        token_done(o, r);
}

/* Answers 400 with what the body should be; false then. */
static bool read_new(const struct api_ask *ask, const json_t *body, struct api_token *t) {
    const char *name = json_string_value(json_object_get(body, "name")), *key, *fault = NULL;
    const json_t *hosts = json_object_get(body, "hosts");
    json_t *value;
    json_object_foreach((json_t *)body, key, value) {
        if (strcmp(key, "name") != 0 && strcmp(key, "scopes") != 0 && strcmp(key, "hosts") != 0)
            fault = "the body holds an unknown key";
    }
    t->scopes = api_token_scopes(json_object_get(body, "scopes"));
    if (!name || !api_token_name(name))
        fault = "name: letters, digits, `.`, `_` and `-`, at most 32";
    else if (t->scopes == 0)
        fault = "scopes: some of read, operate, arm";
    else if ((hosts && !json_is_array(hosts)) || !api_token_groups(hosts, t->groups))
        fault = "hosts: group:NAME, or nothing for all hosts";
    if (fault) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "%s", fault);
        return false;
    }
    memcpy(t->name, name, strlen(name) + 1);
    return true;
}

static json_t *token_body(const struct api_ask *ask) {
    struct pxed_slice body = ask->call->body;
    if (!ask->api->store) {
        api_answer_error(ask, 409, PXED_WHY_STORE_CANNOT_WRITE, "no plugin keeps records here, so there are no tokens");
        return NULL;
    }
    json_t *object = json_loadb(body.len ? body.ptr : "", body.len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "the body must be a JSON object");
    return NULL;
}

static void token_make(struct token_order *o) {
    struct api *api = o->ask.api;
    uint8_t bytes[API_TOKEN_BYTES];
    struct pxed_buf who = {o->token.by, API_WHO_MAX + 1, 0};
    api_who(&o->ask, &who);
    pxed_buf_cstr(&who);
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        api_answer_error(&o->ask, 500, PXED_WHY_IO_ERROR, "the kernel gives no random bytes");
        free(o);
        return;
    }
    api_token_text(bytes, o->text);
    api_token_hash(pxed_slice_of(o->text), o->token.hash);
    o->token.made = (int64_t)api->ctx->core->wall(api->ctx);
    pxed_log(api->ctx, PXED_LOG_INFO, "token-added", NULL, NULL, "name=%s by=\"%s\" hosts=\"%s\"", o->token.name,
             o->token.by, o->token.groups);
    token_commit(o);
}

void api_tokens_add(const struct api_ask *ask) {
    struct api *api = ask->api;
    json_t *body = token_body(ask);
    struct token_order *o = pxed_xalloc(sizeof(*o));
    o->ask = *ask;
    bool good = body && read_new(ask, body, &o->token);
    json_decref(body);
    if (good && token_named(api, o->token.name)) {
        api_answer_error(ask, 409, PXED_WHY_BAD_REQUEST, "there is a token '%s'; remove it first", o->token.name);
        good = false;
    } else if (good && api->n_tokens + api->pending >= API_TOKENS_MAX) {
        api_answer_error(ask, 409, PXED_WHY_TOO_LARGE, "there are %d tokens; remove some", API_TOKENS_MAX);
        good = false;
    }
    if (good)
        token_make(o);
    else
        free(o);
}

static const char *nearest_token(const struct api *api, const char *name) {
    const char *names[API_TOKENS_MAX + 1];
    for (size_t i = 0; i < api->n_tokens; i++)
        names[i] = api->tokens[i].name;
    names[api->n_tokens] = NULL;
    return pxed_nearest(pxed_slice_of(name), names);
}

void api_tokens_remove(const struct api_ask *ask) {
    struct api *api = ask->api;
    json_t *body = token_body(ask);
    const char *name = "";
    if (!body)
        return;
    if (json_unpack(body, "{s:s !}", "name", &name) < 0) {
        api_answer_error(ask, 400, PXED_WHY_BAD_REQUEST, "the body holds name");
        json_decref(body);
        return;
    }
    struct api_token *t = token_named(api, name);
    if (!t) {
        const char *near = nearest_token(api, name);
        api_answer_error(ask, 404, PXED_WHY_TOKEN_UNKNOWN, "no token is called '%.32s'%s%s%s", name,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        json_decref(body);
        return;
    }
    struct token_order *o = pxed_xalloc(sizeof(*o));
    *o = (struct token_order){.ask = *ask, .token = *t};
    *t = api->tokens[--api->n_tokens];
    api_events_end_of(api, o->token.name);
    pxed_log(api->ctx, PXED_LOG_INFO, "token-removed", NULL, NULL, "name=%s", o->token.name);
    json_decref(body);
    token_commit(o);
}
