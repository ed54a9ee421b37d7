/* A stream of bytes, fed in pieces whose size its first byte chooses: each request in it is read, every byte touched.
 */
#include <stdlib.h>

#include "access_line.h"
#include "cgi_env.h"
#include "pxed/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
}

/* Its line of the access log is one line, without control bytes. */
static void touch_access(const struct http_request *r) {
    struct http_access a = {.peer = pxed_addr_v4(0x0a4d0001), .request = r, .status = 200};
    char text[HTTP_ACCESS_LINE];
    struct pxed_buf out = PXED_BUF(text);
    http_access_write(&a, &out);
    if (pxed_buf_full(&out) || text[out.len - 1] != '\n')
        abort();
    for (size_t i = 0; i + 1 < out.len; i++)
        if (text[i] < ' ' || text[i] > '~')
            abort();
}

/* The variables of a script that is asked with it. */
static void touch_env(const struct http_request *r) {
    static const char *const own[] = {"PXED_MAC=x", NULL};
    static const struct pxed_cgi cgi = {.script = "/srv/boot/home.php",
                                        .script_name = "/boot/home.php",
                                        .path_info = "/more",
                                        .document_root = "/srv",
                                        .env = own};
    struct http_cgi_call call = {.request = r, .cgi = &cgi, .query = r->query, .body = true, .port = 80};
    char text[65536];
    struct pxed_buf out = PXED_BUF(text);
    size_t n, seen = 0;
    call.peer = call.local = pxed_addr_v4(0x0a4d0001);
    if (!http_cgi_env(&call, &out, &n) || pxed_buf_full(&out))
        return;
    for (size_t i = 0; i < out.len; i++)
        seen += text[i] == '\0';
    if (n != seen || n > HTTP_CGI_ENV_MAX)
        abort();
}

/* What a service sees of it: a header's value and a cookie's lie in the request. */
static void touch_call(const struct http_request *r) {
    struct pxed_http_header headers[HTTP_HEADERS_MAX];
    struct pxed_http_call call = {.headers = headers, .n_headers = r->n_headers};
    for (size_t i = 0; i < r->n_headers; i++)
        headers[i] = (struct pxed_http_header){http_header_name(r, i), http_header_value(r, i)};
    touch(pxed_http_header(&call, "authorization"));
    touch(pxed_http_cookie(&call, "pxed"));
}

static void touch_request(const struct http_parser *p, const char *buf) {
    struct http_request r;
    http_parser_request(p, buf, &r);
    struct pxed_slice all[] = {r.target,        r.path,  r.query,    r.host,       r.body,         r.if_match,
                               r.if_none_match, r.range, r.if_range, r.user_agent, r.content_type, r.if_modified_since};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        touch(all[i]);
    for (size_t i = 0; i < r.n_headers; i++) {
        touch(http_header_name(&r, i));
        touch(http_header_value(&r, i));
    }
    touch_env(&r);
    touch_call(&r);
    touch_access(&r);
    if (r.path.len == 0 || r.path.ptr[0] != '/' || r.body.len > HTTP_BODY_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct http_parser p;
    if (size < 1)
        return 0;
    size_t step = (size_t)data[0] + 1, at = 1, len = 0, cap = 0;
    char *buf = NULL;
    http_parser_begin(&p);
    for (;;) {
        enum http_parse r = http_parser_feed(&p, buf, &len);
        if (r == HTTP_PARSE_REFUSED)
            break;
        if (r == HTTP_PARSE_DONE) {
            touch_request(&p, buf);
            size_t rest = http_parser_rest(&p);
            len -= rest;
            memmove(buf, buf + rest, len);
            http_parser_begin(&p);
            continue;
        }
        if (at == size)
            break;
        /* The buffer has exactly the size in use, so that a byte too far is seen. */
        size_t piece = size - at < step ? size - at : step;
        if (len + piece > http_parser_room(&p))
            piece = http_parser_room(&p) - len;
        if (piece == 0)
            abort();
        cap = len + piece;
        buf = realloc(buf, cap);
        memcpy(buf + len, data + at, piece);
        len += piece;
        at += piece;
    }
    free(buf);
    return 0;
}
