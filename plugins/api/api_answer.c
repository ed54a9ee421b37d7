/* Answers that grow, errors, and the look-up of a host for all routes. */
#include "api_answer.h"

#include "api_json.h"
#include "pxed/grow.h"

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

static void rows_text(struct api_rows *rows, const char *text) {
    size_t n = strlen(text);
    rows_reserve(rows, n);
    memcpy(rows->ptr + rows->len, text, n);
    rows->len += n;
}

size_t api_rows_add(struct api_rows *rows, api_write_fn *write, const void *view) {
    rows_text(rows, rows->n++ == 0 ? "[" : ",\n");
    size_t begin = rows->len;
    for (;;) {
        struct pxed_buf out = {rows->ptr + rows->len, rows->cap - rows->len, 0};
        write(&out, view);
        if (!pxed_buf_full(&out)) {
            rows->len += out.len;
            return begin;
        }
        rows_reserve(rows, out.len);
    }
}

static void answer_reply(const struct api_ask *ask, int status, struct pxed_slice body) {
    const struct pxed_http_service *http = ask->api->http;
    http->reply(http->self, ask->reply, status, "application/json", body);
}

void api_answer_rows(const struct api_ask *ask, struct api_rows *rows) {
    rows_text(rows, rows->n == 0 ? "[]\n" : "]\n");
    answer_reply(ask, 200, pxed_slice(rows->ptr, rows->len));
    free(rows->ptr);
    *rows = (struct api_rows){0};
}

void api_answer_error(const struct api_ask *ask, int status, enum pxed_reason reason, const char *format, ...) {
    char sentence[1024], body[8192]; /* large enough even if each byte becomes \ufffd */
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    struct pxed_buf out = PXED_BUF(body);
    pxed_buf_str(&out, "{\"error\":");
    api_json_text(&out, pxed_slice_of(sentence));
    pxed_buf_str(&out, ",\"reason\":");
    api_json_text(&out, pxed_slice_of(pxed_reason_name(reason)));
    pxed_buf_str(&out, "}\n");
    answer_reply(ask, status, pxed_buf_slice(&out));
}

struct names {
    struct pxed_arena arena;
    const char **items;
    size_t n;
};

static void add_name(void *arg, const struct pxed_machine_view *m) {
    struct names *names = arg;
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
    if (control->resolve(control->self, host, ret_mac))
        return true;
    struct names names = {0};
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
