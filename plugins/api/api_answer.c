/* Answers that grow, errors, and the look-up of a host for all routes. */
#include "api_answer.h"

#include "api_json.h"
#include "api_who.h"
#include "pxed/grow.h"
#include "pxed/json.h"

#include <stdio.h>
#include <stdlib.h>

static void rows_reserve(struct api_rows *rows, size_t more) {
    if (rows->cap - rows->len >= more)
        return;
    size_t cap = rows->cap < 4096 ? 4096 : rows->cap * 2;
    while (cap - rows->len < more)
        cap *= 2;
    rows->ptr = pxed_xrealloc(rows->ptr, cap);
    rows->cap = cap;
}

void api_rows_slice(struct api_rows *rows, struct pxed_slice text) {
    rows_reserve(rows, text.len);
    if (text.len > 0)
        memcpy(rows->ptr + rows->len, text.ptr, text.len);
    rows->len += text.len;
}

void api_rows_text(struct api_rows *rows, const char *text) {
    api_rows_slice(rows, pxed_slice_of(text));
}

void api_rows_put(struct api_rows *rows, api_write_fn *write, const void *view) {
    for (;;) {
        struct pxed_buf out = {rows->ptr + rows->len, rows->cap - rows->len, 0};
        write(&out, view);
        if (!pxed_buf_full(&out)) {
            rows->len += out.len;
            return;
        }
        rows_reserve(rows, out.len);
    }
}

size_t api_rows_add(struct api_rows *rows, api_write_fn *write, const void *view) {
    api_rows_text(rows, rows->n++ == 0 ? "[" : ",\n");
    size_t begin = rows->len;
    api_rows_put(rows, write, view);
    return begin;
}

/* What is answered tells of now, and of one asker. */
#define ANSWER_HEADERS "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"

static void answer_send(const struct api_ask *ask, int status, const char *type, const char *headers,
                        struct pxed_slice body) {
    const struct pxed_http_service *http = ask->api->http;
    char lines[512];
    struct pxed_buf out = PXED_BUF(lines);
    pxed_buf_str(&out, ANSWER_HEADERS);
    if (status == 401)
        pxed_buf_str(&out, "WWW-Authenticate: Bearer realm=\"pxed\"\r\n");
    if (headers)
        pxed_buf_str(&out, headers);
    const struct pxed_http_answer answer = {
        .status = status, .type = type, .headers = pxed_buf_cstr(&out), .body = body};
    http->answer(http->self, ask->reply, &answer);
}

void api_answer_rows_with(const struct api_ask *ask, struct api_rows *rows, const char *headers) {
    api_rows_text(rows, rows->n == 0 ? "[]\n" : "]\n");
    answer_send(ask, 200, "application/json", headers, pxed_slice(rows->ptr, rows->len));
    free(rows->ptr);
    *rows = (struct api_rows){0};
}

void api_answer_rows(const struct api_ask *ask, struct api_rows *rows) {
    api_answer_rows_with(ask, rows, NULL);
}

void api_answer_text(const struct api_ask *ask, const char *type, struct pxed_slice text) {
    answer_send(ask, 200, type, NULL, text);
}

void api_answer_error(const struct api_ask *ask, int status, enum pxed_reason reason, const char *format, ...) {
    char sentence[1024], body[8192]; /* large enough even if each byte becomes \ufffd */
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    struct pxed_buf out = PXED_BUF(body);
    pxed_buf_str(&out, "{\"error\":");
    pxed_json_text(&out, pxed_slice_of(sentence));
    pxed_buf_str(&out, ",\"reason\":");
    pxed_json_text(&out, pxed_slice_of(pxed_reason_name(reason)));
    pxed_buf_str(&out, "}\n");
    answer_send(ask, status, "application/json", NULL, pxed_buf_slice(&out));
}

void api_refuse(const struct api_ask *ask, enum pxed_reason reason, const char *detail) {
    struct pxed_ctx *ctx = ask->api->ctx;
    ctx->core->refuse(ctx, reason, ask->call->peer.family ? &ask->call->peer : NULL, detail);
}

struct names {
    struct pxed_arena arena;
    const char **items;
    size_t n;
    const struct api_ask *ask;
};

static void add_name(void *arg, const struct pxed_machine_view *m) {
    struct names *names = arg;
    if (!api_sees(names->ask, &m->mac))
        return;
    char ip[PXED_ADDR_TEXT];
    struct pxed_slice both[2] = {m->name, m->ip.family ? pxed_slice_of(pxed_addr_text(&m->ip, ip)) : PXED_NO_SLICE};
    for (int i = 0; i < 2; i++) {
        if (both[i].len == 0)
            continue;
        PXED_GROW(names->items, names->n);
        names->items[names->n++] = pxed_arena_dup(&names->arena, both[i]).ptr;
    }
}

bool api_resolve(const struct api_ask *ask, struct pxed_slice host, struct pxed_hwaddr *ret_mac) {
    const struct pxed_control *control = ask->api->control;
    if (control->resolve(control->self, host, ret_mac) && api_sees(ask, ret_mac))
        return true;
    struct names names = {.ask = ask};
    control->machines(control->self, add_name, &names);
    const char *nearest = NULL;
    if (names.n > 0) {
        PXED_GROW(names.items, names.n);
        names.items[names.n] = NULL;
        nearest = pxed_nearest(host, names.items);
    }
    struct pxed_slice shown = pxed_slice_head(host, API_HOST_MAX);
    if (nearest)
        api_answer_error(ask, 404, PXED_WHY_UNKNOWN_MACHINE, "no machine is called '%.*s'; did you mean '%s'?",
                         PXED_S(shown), nearest);
    else
        api_answer_error(ask, 404, PXED_WHY_UNKNOWN_MACHINE, "no machine is called '%.*s'", PXED_S(shown));
    pxed_arena_clear(&names.arena);
    free(names.items);
    return false;
}
