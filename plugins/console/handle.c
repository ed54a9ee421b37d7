/* The routes of the page's listeners: the page, its files, log in and out, and the API with a token. */
#include "handle.h"

#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "gate.h"
#include "page.h"

/* Nothing of another server is loaded, nothing of ours is framed or sent elsewhere; scripts are files of ours. The
 * referrer policy keeps Origin in the requests of forms. */
#define PAGE_HEADERS                                                                                                   \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "               \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "                                \
    "require-trusted-types-for 'script'\r\n"                                                                           \
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\nCross-Origin-Opener-Policy: same-origin\r\n"   \
    "Cross-Origin-Resource-Policy: same-origin\r\n"
#define PAGE_NOW  PAGE_HEADERS "Cache-Control: no-store\r\n"
#define FILE_KEPT PAGE_HEADERS "Cache-Control: no-cache\r\n" /* asked each time, by its tag */

/* One request. */
struct visit {
    struct console *c;
    const struct pxed_http_call *call;
    struct pxed_http_reply *reply;
    struct console_pass pass;
    bool known;
    struct pxed_api_caller who;
};

static void visit_answer(const struct visit *v, int status, const char *type, const char *headers,
                         struct pxed_slice body) {
    const struct pxed_http_answer answer = {.status = status, .type = type, .headers = headers, .body = body};
    v->c->http->answer(v->c->http->self, v->reply, &answer);
}

static void visit_html(const struct visit *v, int status, struct console_text *text) {
    visit_answer(v, status, "text/html; charset=utf-8", PAGE_NOW, pxed_slice(text->ptr, text->len));
    free(text->ptr);
}

/* A refusal, as the API says it; counted by the core. */
static void visit_refuse(const struct visit *v, int status, enum pxed_reason reason) {
    struct pxed_ctx *ctx = v->c->ctx;
    char body[512];
    int n = snprintf(body, sizeof(body), "{\"error\":\"%s\",\"reason\":\"%s\"}\n", pxed_reason_sentence(reason),
                     pxed_reason_name(reason));
    ctx->core->refuse(ctx, reason, v->call->peer.family ? &v->call->peer : NULL, "console");
    visit_answer(v, status, "application/json",
                 status == 401   ? PAGE_NOW "WWW-Authenticate: Bearer realm=\"pxed\"\r\n"
                 : status == 429 ? PAGE_NOW "Retry-After: 60\r\n"
                                 : PAGE_NOW,
                 pxed_slice(body, (size_t)n));
}

static bool takes_wrong(const struct visit *v) {
    return console_rate_takes(&v->c->rate, &v->call->peer, v->c->ctx->core->now(v->c->ctx));
}

/* ---- the API */

static void visit_api(const struct visit *v, struct pxed_slice path) {
    struct pxed_http_call call = *v->call;
    if (!v->known) {
        bool wrong = v->pass.token.ptr != NULL;
        bool many = wrong && !takes_wrong(v);
        visit_refuse(v, many ? 429 : 401, many ? PXED_WHY_LOGIN_RATE : PXED_WHY_TOKEN_UNKNOWN);
        return;
    }
    /* A browser sends the cookie with whatever page made it ask; a program's header is its own. */
    if (call.post && !v->pass.bearer && !console_same_site(v->call)) {
        visit_refuse(v, 403, PXED_WHY_REQUEST_FOREIGN);
        return;
    }
    call.path = path;
    v->c->api->call(v->c->api->self, &v->who, &call, v->reply);
}

/* ---- people */

static void visit_page(const struct visit *v) {
    struct console_text text = {0};
    if (v->known)
        console_page_machines(v->c, &v->who, v->call->query, &text);
    else
        console_page_login(&text, NULL);
    visit_html(v, 200, &text);
}

static void visit_home(const struct visit *v, const char *cookie) {
    char headers[1024];
    /* A web server in front says whether people reach it by TLS; only this machine can be in front. */
    bool secure = v->call->tls || pxed_slice_is(pxed_http_header(v->call, "x-forwarded-proto"), "https");
    snprintf(headers, sizeof(headers),
             PAGE_NOW "Location: /\r\nSet-Cookie: pxed=%s; Path=/; HttpOnly; SameSite=Strict%s%s\r\n", cookie,
             secure ? "; Secure" : "", *cookie ? "; Max-Age=2592000" : "; Max-Age=0");
    visit_answer(v, 303, "text/plain", headers, PXED_NO_SLICE);
}

static void visit_again(const struct visit *v, int status, enum pxed_reason reason, const char *sentence) {
    struct console_text text = {0};
    struct pxed_ctx *ctx = v->c->ctx;
    ctx->core->refuse(ctx, reason, v->call->peer.family ? &v->call->peer : NULL, "console: log in");
    console_page_login(&text, sentence);
    visit_html(v, status, &text);
}

static void visit_login(const struct visit *v) {
    char token[CONSOLE_TOKEN_MAX + 1];
    struct pxed_buf out = {token, CONSOLE_TOKEN_MAX, 0};
    struct pxed_api_caller who;
    struct pxed_slice typed = PXED_NO_SLICE;
    if (!console_same_site(v->call)) {
        visit_again(v, 403, PXED_WHY_REQUEST_FOREIGN, "This form was sent by another site's page. Send it from here.");
        return;
    }
    if (console_form(v->call->body, "token", &out))
        typed = pxed_slice_trim(pxed_buf_slice(&out));
    if (typed.len == 0 || !v->c->api->who(v->c->api->self, typed, &who)) {
        if (takes_wrong(v))
            visit_again(v, 403, PXED_WHY_TOKEN_UNKNOWN,
                        "This token is not known here. On the server, pxed token add NAME --scope read makes one.");
        else
            visit_again(v, 429, PXED_WHY_LOGIN_RATE,
                        "Too many wrong tokens were sent from your address. Wait a minute.");
        return;
    }
    /* A known token is `pxed_` and hex digits: nothing in it ends a header. */
    token[(size_t)(typed.ptr - token) + typed.len] = '\0';
    visit_home(v, typed.ptr);
}

static void visit_logout(const struct visit *v) {
    if (console_same_site(v->call))
        visit_home(v, "");
    else
        visit_refuse(v, 403, PXED_WHY_REQUEST_FOREIGN);
}

static void visit_file(const struct visit *v, struct pxed_slice name) {
    const struct console_file *f = console_file_find(v->c, name);
    if (!f) {
        visit_answer(v, 404, "text/plain", PAGE_NOW, PXED_SLICE("there is no such file\n"));
        return;
    }
    const struct pxed_http_answer answer = {
        .status = 200, .type = f->type, .headers = FILE_KEPT, .etag = f->etag, .body = pxed_slice(f->bytes, f->len)};
    v->c->http->answer(v->c->http->self, v->reply, &answer);
}

static void visit_wrong_method(const struct visit *v) {
    visit_answer(v, 405, "text/plain", PAGE_NOW, PXED_SLICE("this is asked in another way\n"));
}

void console_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply) {
    static const struct {
        const char *path;
        bool post;
        void (*answer)(const struct visit *v);
    } pages[] = {{"/", false, visit_page}, {"/login", true, visit_login}, {"/logout", true, visit_logout}};
    const struct pxed_slice api = PXED_SLICE("/api/v1/"), files = PXED_SLICE("/static/");
    struct visit v = {.c = arg, .call = call, .reply = reply, .pass = console_pass(call)};
    v.known = v.pass.token.ptr && v.c->api->who(v.c->api->self, v.pass.token, &v.who);
    v.who.viewers = (unsigned)v.c->config->viewers;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (pxed_slice_is(call->path, pages[i].path)) {
            if (call->post == pages[i].post)
                pages[i].answer(&v);
            else
                visit_wrong_method(&v);
            return;
        }
    if (pxed_slice_starts(call->path, api))
        visit_api(&v, call->path);
    else if (pxed_slice_is(call->path, "/metrics"))
        visit_api(&v, PXED_SLICE("/api/v1/metrics"));
    else if (pxed_slice_is(call->path, "/status"))
        visit_api(&v, PXED_SLICE("/api/v1/status"));
    else if (call->post)
        visit_wrong_method(&v);
    else
        visit_file(&v, pxed_slice_starts(call->path, files) ? pxed_slice_skip(call->path, files.len) : PXED_NO_SLICE);
}
