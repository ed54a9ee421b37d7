/* Turns a complete request into an answer: the core's content, a script's output, a service's reply, or a refusal. */
#include "answer.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "cgi.h"
#include "cgi_output.h"
#include "handler.h"
#include "loop.h"
#include "multipart.h"
#include "pxed/arena.h"
#include "stream.h"

enum { REDIRECTS_MAX = 3 };

static void open_path(struct http_conn *c, struct pxed_slice path, struct pxed_slice query, bool post);

static void start_sending(struct http_conn *c) {
    struct http *h = c->http;
    c->state = HTTP_SENDING;
    c->limit = c->end;
    c->deadline = h->ctx->core->now(h->ctx) + HTTP_SEND_TIMEOUT;
    /* Data the client may still be sending would turn our close into a reset (RFC 9112 9.6). */
    c->linger = !c->plan.keep && (!c->has_request || c->request.method == HTTP_METHOD_POST);
}

/* Head and `tail` in one buffer. */
static void write_head(struct http_conn *c, const struct http_entity *entity, struct pxed_slice tail) {
    uint8_t minor = c->has_request ? c->request.minor : 1;
    struct pxed_slice date = http_date_now(c->http);
    struct pxed_buf out = PXED_BUF(c->head_inline);
    http_heads_write(&c->http->heads, &c->plan, entity, minor, c->http->date_second, date, &out);
    pxed_buf_add(&out, tail);
    c->head = c->head_inline;
    if (pxed_buf_full(&out)) {
        c->head = pxed_xalloc(out.len);
        out = (struct pxed_buf){c->head, out.len, 0};
        http_head_write(&c->plan, entity, minor, date, &out);
        pxed_buf_add(&out, tail);
    }
    c->head_len = out.len;
    c->head_sent = 0;
    c->tail_len = tail.len;
}

void http_answer_text(struct http_conn *c, int status, const char *name, const char *sentence, bool close) {
    char text[256];
    struct pxed_buf body = PXED_BUF(text);
    http_refusal_body(name, sentence, &body);
    struct pxed_slice tail = pxed_buf_slice(&body);
    struct http_entity entity = {.status = status, .type = PXED_SLICE("text/plain"), .size = tail.len};
    static const struct http_request nothing; /* when not even a request could be read */
    http_plan_make(c->has_request ? &c->request : &nothing, &entity, close || c->http->stopping, &c->plan);
    write_head(c, &entity, c->plan.body ? tail : PXED_NO_SLICE);
    c->plan.whole = false;
    c->pos = c->end = 0;
    start_sending(c);
}

static void answer_refusal(struct http_conn *c, enum pxed_reason reason) {
    http_answer_text(c, http_status_of(reason), pxed_reason_name(reason), pxed_reason_sentence(reason), false);
}

void http_answer_bytes(struct http_conn *c, int status, struct pxed_slice type, struct pxed_slice body) {
    struct http_entity entity = {.status = status, .type = type, .size = body.len};
    http_plan_make(&c->request, &entity, c->http->stopping, &c->plan);
    write_head(c, &entity, c->plan.body ? body : PXED_NO_SLICE);
    c->pos = c->end = 0;
    start_sending(c);
}

void http_answer_service(struct http_conn *c, const struct pxed_http_answer *a) {
    struct http_entity entity = {.status = a->status,
                                 .type = pxed_slice_of(a->type),
                                 .etag = pxed_slice_of(a->etag),
                                 .extra = pxed_slice_of(a->headers),
                                 .size = a->body.len,
                                 .ranges = a->etag != NULL,
                                 .in_order = true};
    http_plan_make(&c->request, &entity, c->http->stopping, &c->plan);
    struct pxed_slice part = pxed_slice_head(pxed_slice_skip(a->body, (size_t)c->plan.offset), (size_t)c->plan.length);
    write_head(c, &entity, c->plan.body ? part : PXED_NO_SLICE);
    c->pos = c->end = 0;
    start_sending(c);
}

/* --- holding content back until the core has recorded its use on disk --- */

static void refuse_held(struct http_conn *c) {
    answer_refusal(c, PXED_WHY_STORE_CANNOT_WRITE);
}

static void on_settled_whole(void *arg, bool may_send) {
    struct http_conn *c = arg;
    c->holding = false;
    if (may_send)
        start_sending(c);
    else
        refuse_held(c);
    c->http->run(c);
}

static void on_settled(void *arg, bool may_send) {
    struct http_conn *c = arg;
    c->holding = false;
    c->limit = c->end;
    c->deadline = c->http->ctx->core->now(c->http->ctx) + HTTP_SEND_TIMEOUT;
    if (!may_send)
        c->state = HTTP_BROKEN; /* the head is sent: a short body shows the client the failure */
    c->http->run(c);
}

bool http_answer_settle(struct http_conn *c) {
    c->holding = true;
    int hold = c->content->settle(c->content, on_settled, c);
    if (hold == PXED_HOLD_WAIT)
        return false;
    c->holding = false;
    c->limit = c->end;
    if (hold == PXED_HOLD_REFUSE)
        c->state = HTTP_BROKEN;
    return true;
}

/* Sends head and body, or as much of them as may be sent before the core has settled. */
static void send_held(struct http_conn *c, uint64_t size) {
    if (size > PXED_HOLD_WHOLE_UP_TO) {
        uint64_t keep = c->end - c->pos < PXED_HOLD_BYTES ? c->end - c->pos : PXED_HOLD_BYTES;
        start_sending(c);
        c->limit = c->end - keep;
        return;
    }
    c->holding = true;
    int hold = c->content->settle(c->content, on_settled_whole, c);
    if (hold == PXED_HOLD_WAIT)
        return;
    c->holding = false;
    if (hold == PXED_HOLD_GO)
        start_sending(c);
    else
        refuse_held(c);
}

/* Answers with the core's bytes or file. */
static void answer_content(struct http_conn *c) {
    struct pxed_content *content = c->content;
    struct http_entity entity = {.status = content->status ? content->status : 200,
                                 .type = pxed_slice_of(content->type),
                                 .etag = pxed_slice_of(content->etag),
                                 .size = content->kind == PXED_CONTENT_BYTES ? content->bytes.len : content->size,
                                 .mtime = content->mtime,
                                 .ranges = true,
                                 .in_order = content->settle != NULL};
    http_plan_make(&c->request, &entity, c->http->stopping, &c->plan);
    write_head(c, &entity, PXED_NO_SLICE);
    c->pos = c->plan.offset;
    c->end = c->plan.body ? c->plan.offset + c->plan.length : c->pos;
    c->body = content->kind == PXED_CONTENT_BYTES ? content->bytes.ptr : NULL;
    if (c->plan.n_parts > 1 && c->plan.body)
        http_multipart_begin(c);
    if (content->settle && c->plan.body && c->plan.whole)
        send_held(c, entity.size);
    else
        start_sending(c);
}

/* The script gave no answer: the machine boots its disk if the core says so, else 502. */
static void script_failed(struct http_conn *c, const char *why) {
    struct http *h = c->http;
    struct pxed_slice fallback = c->content->cgi->fallback;
    h->ctx->core->cgi_failed(h->ctx, c->content, why);
    if (fallback.ptr)
        http_answer_bytes(c, 200, PXED_SLICE("text/plain"), fallback);
    else
        answer_refusal(c, PXED_WHY_CGI_FAILED);
    c->plan.whole = false;
}

/* "exit 3: No such file" or, without `stderr`, what was wrong. */
static void describe_end(const struct http_cgi_result *r, const char *broken, struct pxed_buf *out) {
    switch (r->end) {
    case HTTP_CGI_LATE:
        pxed_buf_str(out, "it took longer than cgi-timeout");
        break;
    case HTTP_CGI_TOO_MUCH:
        pxed_buf_str(out, "it wrote more than 1 MiB");
        break;
    case HTTP_CGI_NO_HELPER:
        pxed_buf_str(out, "the CGI helper has ended");
        break;
    case HTTP_CGI_NOT_STARTED:
        pxed_buf_str(out, strerror(r->status));
        break;
    default:
        if (WIFSIGNALED(r->status)) {
            pxed_buf_str(out, "killed by signal ");
            pxed_buf_u64(out, (uint64_t)WTERMSIG(r->status));
        } else {
            pxed_buf_str(out, "exit ");
            pxed_buf_u64(out, (uint64_t)WEXITSTATUS(r->status));
        }
        if (broken) {
            pxed_buf_str(out, ", ");
            pxed_buf_str(out, broken);
        }
    }
    if (r->errors.len > 0) {
        pxed_buf_str(out, ": ");
        pxed_buf_escaped(out, pxed_slice_trim(r->errors));
    }
}

static bool answer_redirect(struct http_conn *c, struct pxed_slice location) {
    if (c->redirects == REDIRECTS_MAX)
        return false;
    char *copy = pxed_xstrdup(location);
    free(c->redirect);
    c->redirect = copy;
    c->redirects++;
    struct pxed_content *content = c->content;
    c->content = NULL;
    content->release(content, false);
    struct pxed_slice path = pxed_slice_of(copy), query = PXED_NO_SLICE;
    ptrdiff_t mark = pxed_slice_find(path, '?', 0);
    if (mark >= 0) {
        query = pxed_slice_skip(path, (size_t)mark + 1);
        path = pxed_slice_head(path, (size_t)mark);
    }
    open_path(c, path, query, false);
    return true;
}

/* `output` is the script's memory; this takes ownership of it when its body is sent. */
static void answer_document(struct http_conn *c, const struct http_cgi_output *parsed, char *output) {
    struct pxed_buf extra = {NULL, 0, 0};
    http_cgi_extra(parsed, &extra);
    char *lines = extra.len > 0 ? pxed_xalloc(extra.len) : NULL;
    extra = (struct pxed_buf){lines, extra.len, 0};
    http_cgi_extra(parsed, &extra);
    struct http_entity entity = {
        .status = parsed->status, .type = parsed->type, .extra = pxed_buf_slice(&extra), .size = parsed->body.len};
    http_plan_make(&c->request, &entity, c->http->stopping, &c->plan);
    write_head(c, &entity, PXED_NO_SLICE);
    free(lines);
    c->body_heap = output;
    c->body = parsed->body.ptr;
    c->pos = 0;
    c->end = c->plan.body ? parsed->body.len : 0;
    start_sending(c);
}

static void log_errors(struct http_conn *c, const struct http_cgi_result *r) {
    char text[1024];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_escaped(&b, pxed_slice_trim(r->errors));
    pxed_log(c->http->ctx, PXED_LOG_INFO, "cgi-stderr", NULL, &c->peer, "script=%s text=\"%s\"",
             c->content->cgi->script_name ? c->content->cgi->script_name : "", pxed_buf_cstr(&b));
}

/* The output of a script that decides what a machine boots must be reliable: anything that looks like an error counts
 * as one. */
static const char *boot_script_fault(const struct http_conn *c, const struct http_cgi_result *r,
                                     const struct http_cgi_output *parsed) {
    if (!c->content->cgi->fallback.ptr || parsed->kind == HTTP_CGI_BROKEN)
        return NULL;
    if (WEXITSTATUS(r->status) != 0)
        return "it did not exit with 0";
    if (parsed->kind != HTTP_CGI_DOCUMENT)
        return NULL;
    if (parsed->status >= 400)
        return "its Status says error";
    return pxed_slice_trim(parsed->body).len == 0 ? "its output is empty" : NULL;
}

static void on_script(void *arg, struct http_cgi_result *r) {
    struct http_conn *c = arg;
    char why[2 * HTTP_CGI_ERRORS_MAX];
    struct pxed_buf b = PXED_BUF(why);
    struct http_cgi_output parsed;
    c->run = NULL;
    http_cgi_output_parse(pxed_slice(r->output, r->output_len), &parsed);
    bool ended = r->end == HTTP_CGI_ENDED && WIFEXITED(r->status);
    const char *bad = ended ? boot_script_fault(c, r, &parsed) : NULL;
    if (r->end == HTTP_CGI_BUSY) {
        answer_refusal(c, PXED_WHY_BUSY);
    } else if (!ended || parsed.kind == HTTP_CGI_BROKEN || bad) {
        describe_end(r, bad ? bad : ended ? parsed.why : NULL, &b);
        script_failed(c, pxed_buf_cstr(&b));
    } else {
        if (r->errors.len > 0)
            log_errors(c, r);
        if (parsed.kind == HTTP_CGI_DOCUMENT) {
            answer_document(c, &parsed, r->output);
            r->output = NULL;
        } else if (!answer_redirect(c, parsed.location)) {
            script_failed(c, "Location led from script to script more than 3 times");
        }
    }
    free(r->output);
    c->http->run(c);
}

static void start_script(struct http_conn *c, struct pxed_slice query) {
    struct http *h = c->http;
    struct http_cgi_call call = {.request = &c->request,
                                 .cgi = c->content->cgi,
                                 .query = query,
                                 .body = c->redirects == 0,
                                 .peer = c->peer,
                                 .local = c->local,
                                 .peer_port = c->peer_port,
                                 .port = c->listener->port,
                                 .tls = c->tls != NULL};
    c->run = http_cgi_submit(h, &call, on_script, c);
    if (!c->run)
        answer_refusal(c, PXED_WHY_BUSY);
}

static struct pxed_slice current_query(const struct http_conn *c) {
    if (c->redirects == 0)
        return c->request.query;
    struct pxed_slice path = pxed_slice_of(c->redirect);
    ptrdiff_t mark = pxed_slice_find(path, '?', 0);
    return mark < 0 ? PXED_NO_SLICE : pxed_slice_skip(path, (size_t)mark + 1);
}

static void answer_opened(struct http_conn *c, enum pxed_reason reason, struct pxed_content *content) {
    c->opening = false;
    c->content = content;
    if (reason != PXED_WHY_OK || !content)
        answer_refusal(c, reason == PXED_WHY_OK ? PXED_WHY_NOT_FOUND : reason);
    else if (content->kind == PXED_CONTENT_CGI)
        start_script(c, current_query(c));
    else
        answer_content(c);
}

static void answer_on_opened(void *arg, enum pxed_reason reason, struct pxed_content *content) {
    struct http_conn *c = arg;
    answer_opened(c, reason, content);
    c->http->run(c);
}

static void open_path(struct http_conn *c, struct pxed_slice path, struct pxed_slice query, bool post) {
    struct http *h = c->http;
    struct pxed_request request = {.via = PXED_VIA_HTTP,
                                   .post = post,
                                   .path = path,
                                   .query = query,
                                   .user_agent = c->request.user_agent,
                                   .body = post ? c->request.body : PXED_NO_SLICE,
                                   .peer = c->peer,
                                   .local = c->local,
                                   .peer_port = c->peer_port,
                                   .tls = c->tls != NULL};
    enum pxed_reason reason = PXED_WHY_OK;
    struct pxed_content *content = NULL;
    c->opening = true;
    c->state = HTTP_BUSY;
    if (h->ctx->core->open(h->ctx, &request, &reason, &content, answer_on_opened, c, &c->ticket))
        answer_opened(c, reason, content);
}

void http_serve(struct http_conn *c) {
    const struct http_request *r = &c->request;
    if (c->listener->handler)
        http_handler_call(c);
    else
        open_path(c, r->path, r->query, r->method == HTTP_METHOD_POST);
}

void http_answer_cancel(struct http_conn *c) {
    struct http *h = c->http;
    if (c->opening)
        h->ctx->core->cancel(h->ctx, c->ticket);
    c->opening = false;
    if (c->run)
        http_cgi_cancel(c->run);
    c->run = NULL;
    if (c->reply)
        c->reply->conn = NULL;
    if (c->reply && c->reply->streams)
        http_stream_lost(c->reply);
    c->reply = NULL;
}
