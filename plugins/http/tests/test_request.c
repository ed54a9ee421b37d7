/* Requests as bytes -> what is read, or the refusal. Each vector is fed whole and byte by byte. */
#include <stdlib.h>

#include "access_line.h"
#include "request.h"
#include "suite.h"

struct vector {
    const char *name, *bytes;
    enum http_refusal refusal;
    const char *path, *query; /* query NULL: unset */
    const char *body, *rest;
    bool keep;
};

#define H "Host: pxe-server\r\n"
static const struct vector vectors[] = {
    {"gpxe", "GET /boot/home.php?mac=08%3A00%3A27 HTTP/1.0\r\nUser-Agent: gPXE/1.0.1+\r\nHost: pxe-server\r\n\r\n", 0,
     "/boot/home.php", "mac=08%3A00%3A27", "", "", false},
    {"ipxe", "GET /boot/x HTTP/1.1\r\nConnection: keep-alive\r\nUser-Agent: iPXE/1.0.0+\r\n" H "\r\n", 0, "/boot/x",
     NULL, "", "", true},
    {"keep-alive in 1.0", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 0, "/", NULL, "", "", true},
    {"close in 1.1", "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", 0, "/", NULL, "", "", false},
    {"empty query", "GET /a? HTTP/1.1\r\n" H "\r\n", 0, "/a", "", "", "", true},
    {"escapes stay", "GET /a%2fb%20c?d%3De HTTP/1.1\r\n" H "\r\n", 0, "/a%2fb%20c", "d%3De", "", "", true},
    {"absolute form", "GET http://other:8080/a?b HTTP/1.1\r\n" H "\r\n", 0, "/a", "b", "", "", true},
    {"absolute form without path", "GET http://other HTTP/1.1\r\n" H "\r\n", 0, "/", NULL, "", "", true},
    {"absolute form, query only", "GET http://other?q HTTP/1.1\r\n" H "\r\n", 0, "/", "q", "", "", true},
    {"pipelined", "GET /1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n", 0, "/1", NULL, "", "GET /2 HTTP/1.1\r\n", true},
    {"post", "POST /e HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhelloGET", 0, "/e", NULL, "hello", "GET", true},
    {"get with body", "GET /e HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi", 0, "/e", NULL, "hi", "", true},
    {"chunked",
     "POST /e HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\nX", 0,
     "/e", NULL, "abcde", "X", true},
    {"empty lines first", "\r\n\r\nGET /e HTTP/1.1\r\n" H "\r\n", 0, "/e", NULL, "", "", true},
    {"upgrade declined", "GET /u HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\nX", 0, "/u", NULL, "", "X",
     true},
    {"high bytes", "GET /\xff\x80 HTTP/1.1\r\n" H "\r\n", 0, "/\xff\x80", NULL, "", "", true},

    {"bare LF", "GET /lf HTTP/1.0\n\n", HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL, false},
    {"bare LF behind the request line", "GET /lf HTTP/1.0\nA: b\r\n\r\n", HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL,
     false},
    {"bare LF behind a header", "GET / HTTP/1.0\nHost: h\n\n", HTTP_REFUSED_SYNTAX, NULL, NULL, NULL, NULL, false},
    {"tls greeting", "\x16\x03\x01\x02", HTTP_REFUSED_SYNTAX, NULL, NULL, NULL, NULL, false},
    {"lower-case method", "get / HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_SYNTAX, NULL, NULL, NULL, NULL, false},
    {"unknown method", "BREW / HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_METHOD, NULL, NULL, NULL, NULL, false},
    {"put", "PUT / HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_METHOD, NULL, NULL, NULL, NULL, false},
    {"connect", "CONNECT a:1 HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_METHOD, NULL, NULL, NULL, NULL, false},
    {"options *", "OPTIONS * HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_METHOD, NULL, NULL, NULL, NULL, false},
    {"HTTP/0.9", "GET /\r\n\r\n", HTTP_REFUSED_VERSION, NULL, NULL, NULL, NULL, false},
    {"HTTP/2.0", "GET / HTTP/2.0\r\n" H "\r\n", HTTP_REFUSED_VERSION, NULL, NULL, NULL, NULL, false},
    {"no host", "GET / HTTP/1.1\r\n\r\n", HTTP_REFUSED_NO_HOST, NULL, NULL, NULL, NULL, false},
    {"two hosts", "GET / HTTP/1.0\r\n" H H "\r\n", HTTP_REFUSED_NO_HOST, NULL, NULL, NULL, NULL, false},
    {"target *", "GET * HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_TARGET_FORM, NULL, NULL, NULL, NULL, false},
    {"target https", "GET https://a/ HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_TARGET_FORM, NULL, NULL, NULL, NULL, false},
    {"target http:///", "GET http:///a HTTP/1.1\r\n" H "\r\n", HTTP_REFUSED_TARGET_FORM, NULL, NULL, NULL, NULL, false},
    {"folded header", "GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL,
     false},
    {"folded empty header", "GET / HTTP/1.1\r\n" H "A:\r\n c\r\n\r\n", HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL,
     false},
    {"CR in header", "GET / HTTP/1.1\r\n" H "A: b\rC: d\r\n\r\n", HTTP_REFUSED_SYNTAX, NULL, NULL, NULL, NULL, false},
    {"CR for CRLF, CVE-2023-30589", "GET / HTTP/1.1\r\n" H "A:\rTransfer-Encoding: chunked\r\n\r\n",
     HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL, false},
    {"blank before colon", "GET / HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\nhello", HTTP_REFUSED_SYNTAX, NULL, NULL,
     NULL, NULL, false},
    {"length and chunked", "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     HTTP_REFUSED_FRAMING, NULL, NULL, NULL, NULL, false},
    {"chunked and length", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
     HTTP_REFUSED_FRAMING, NULL, NULL, NULL, NULL, false},
    {"two lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", HTTP_REFUSED_FRAMING,
     NULL, NULL, NULL, NULL, false},
    {"length list", "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\nabc", HTTP_REFUSED_FRAMING, NULL, NULL, NULL,
     NULL, false},
    {"negative length", "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", HTTP_REFUSED_FRAMING, NULL, NULL, NULL,
     NULL, false},
    {"length overflow", "POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n\r\n", HTTP_REFUSED_FRAMING,
     NULL, NULL, NULL, NULL, false},
    {"gzip, chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", HTTP_REFUSED_CODING,
     NULL, NULL, NULL, NULL, false},
    {"gzip", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n", HTTP_REFUSED_CODING, NULL, NULL, NULL, NULL,
     false},
    {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", HTTP_REFUSED_FRAMING, NULL,
     NULL, NULL, NULL, false},
    {"CR and a byte for a chunk's line end",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\r;a\r\n02\r\nab\r\n0\r\n\r\n",
     HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL, false},
    {"the same in an extension",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\rX\r\nab\r\n0\r\n\r\n", HTTP_REFUSED_LINE_END,
     NULL, NULL, NULL, NULL, false},
    {"LF behind a chunk's data", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n",
     HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL, false},
    {"CR in a trailer", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\rC: d\r\n\r\n",
     HTTP_REFUSED_LINE_END, NULL, NULL, NULL, NULL, false},
    {"an empty chunk size", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n", HTTP_REFUSED_SYNTAX,
     NULL, NULL, NULL, NULL, false},
    {"a chunk size with a sign", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
     HTTP_REFUSED_SYNTAX, NULL, NULL, NULL, NULL, false},
    {"bad chunk size", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", HTTP_REFUSED_SYNTAX, NULL,
     NULL, NULL, NULL, false},
    {"body too large", "POST / HTTP/1.1\r\n" H "Content-Length: 65537\r\n\r\n", HTTP_REFUSED_BODY_LARGE, NULL, NULL,
     NULL, NULL, false},
};

static enum http_parse feed(const char *bytes, size_t len, size_t step, struct http_parser *p, char *buf, size_t *n) {
    enum http_parse r = HTTP_PARSE_MORE;
    http_parser_begin(p);
    *n = 0;
    for (size_t at = 0; at < len && r == HTTP_PARSE_MORE; at += step) {
        size_t piece = len - at < step ? len - at : step;
        memcpy(buf + *n, bytes + at, piece);
        *n += piece;
        r = http_parser_feed(p, buf, n);
    }
    return r;
}

static void judge(const struct vector *v, size_t step) {
    struct http_parser p;
    struct http_request r;
    size_t len = strlen(v->bytes), n;
    char *buf = malloc(len);
    enum http_parse result = feed(v->bytes, len, step, &p, buf, &n);
    if (v->refusal != HTTP_REFUSED_NONE) {
        ck_assert_msg(result == HTTP_PARSE_REFUSED && p.refusal == v->refusal, "%s: %d, %s", v->name, (int)result,
                      http_refusals[p.refusal].sentence);
    } else {
        ck_assert_msg(result == HTTP_PARSE_DONE, "%s: %d, %s", v->name, (int)result, http_refusals[p.refusal].sentence);
        http_parser_request(&p, buf, &r);
        ck_assert_msg(pxed_slice_is(r.path, v->path), "%s: path %.*s", v->name, PXED_S(r.path));
        ck_assert_msg((r.query.ptr == NULL) == (v->query == NULL), "%s: query", v->name);
        ck_assert_msg(!v->query || pxed_slice_is(r.query, v->query), "%s: query %.*s", v->name, PXED_S(r.query));
        ck_assert_msg(pxed_slice_is(r.body, v->body), "%s: body %.*s", v->name, PXED_S(r.body));
        ck_assert_msg(r.keep_alive == v->keep, "%s: keep-alive", v->name);
        if (step >= len)
            ck_assert_msg(pxed_slice_is(pxed_slice(buf + http_parser_rest(&p), n - http_parser_rest(&p)), v->rest),
                          "%s: rest", v->name);
    }
    free(buf);
}

START_TEST(vectors_whole_and_bytewise) {
    judge(&vectors[_i], SIZE_MAX / 2);
    judge(&vectors[_i], 1);
    judge(&vectors[_i], 7);
}
END_TEST

/* A request made of a head, `n` times a piece, and a tail. */
static enum http_refusal repeated(const char *head, const char *piece, size_t n, const char *tail) {
    static char bytes[128 * 1024], buf[128 * 1024];
    struct http_parser p;
    size_t len = 0, fed;
    memcpy(bytes, head, strlen(head));
    len += strlen(head);
    for (size_t i = 0; i < n; i++, len += strlen(piece))
        memcpy(bytes + len, piece, strlen(piece));
    memcpy(bytes + len, tail, strlen(tail));
    len += strlen(tail);
    enum http_parse r = feed(bytes, len, 1000, &p, buf, &fed);
    ck_assert(r != HTTP_PARSE_MORE);
    return p.refusal;
}

START_TEST(limits) {
    ck_assert_int_eq(repeated("GET / HTTP/1.1\r\n" H, "A: b\r\n", 63, "\r\n"), HTTP_REFUSED_NONE);
    ck_assert_int_eq(repeated("GET / HTTP/1.1\r\n" H, "A: b\r\n", 64, "\r\n"), HTTP_REFUSED_HEADERS_MANY);
    ck_assert_int_eq(repeated("GET /", "a", 4095, " HTTP/1.1\r\n" H "\r\n"), HTTP_REFUSED_NONE);
    ck_assert_int_eq(repeated("GET /", "a", 4096, " HTTP/1.1\r\n" H "\r\n"), HTTP_REFUSED_TARGET_LONG);
    ck_assert_int_eq(repeated("GET / HTTP/1.1\r\n" H "A: ", "x", 16000, "\r\n\r\n"), HTTP_REFUSED_NONE);
    ck_assert_int_eq(repeated("GET / HTTP/1.1\r\n" H "A: ", "x", 16384, "\r\n\r\n"), HTTP_REFUSED_HEAD_LARGE);
    ck_assert_int_eq(repeated("", "\r\n", 8192, "GET / HTTP/1.1\r\n" H "\r\n"), HTTP_REFUSED_HEAD_LARGE);
    ck_assert_int_eq(repeated("POST / HTTP/1.1\r\n" H "Content-Length: 65536\r\n\r\n", "b", 65536, ""),
                     HTTP_REFUSED_NONE);
    ck_assert_int_eq(
        repeated("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", "8\r\n01234567\r\n", 8192, "0\r\n\r\n"),
        HTTP_REFUSED_NONE);
    ck_assert_int_eq(
        repeated("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", "8\r\n01234567\r\n", 8193, "0\r\n\r\n"),
        HTTP_REFUSED_BODY_LARGE);
}
END_TEST

START_TEST(known_headers) {
    static const char bytes[] = "GET http://abs/x HTTP/1.1\r\nhost: h\r\nUSER-AGENT:  a b \r\nRange: bytes=0-\r\n"
                                "If-Range: \"e\"\r\nIf-Match: m\r\nIf-None-Match: n\r\nIf-Modified-Since: s\r\n"
                                "If-Unmodified-Since: u\r\nContent-Type: t\r\nRange: bytes=9-\r\nEmpty:\r\n\r\n";
    char buf[sizeof(bytes)];
    struct http_parser p;
    struct http_request r;
    size_t n;
    ck_assert_int_eq(feed(bytes, sizeof(bytes) - 1, 5, &p, buf, &n), HTTP_PARSE_DONE);
    http_parser_request(&p, buf, &r);
    ck_assert(pxed_slice_is(r.host, "abs"));
    ck_assert(pxed_slice_is(r.user_agent, "a b"));
    ck_assert(pxed_slice_is(r.range, "bytes=0-"));
    ck_assert(pxed_slice_is(r.if_range, "\"e\""));
    ck_assert(pxed_slice_is(r.if_match, "m"));
    ck_assert(pxed_slice_is(r.if_none_match, "n"));
    ck_assert(pxed_slice_is(r.if_modified_since, "s"));
    ck_assert(pxed_slice_is(r.if_unmodified_since, "u"));
    ck_assert(pxed_slice_is(r.content_type, "t"));
    ck_assert_uint_eq(r.n_headers, 11);
    ck_assert(pxed_slice_is(http_header_name(&r, 10), "Empty"));
    ck_assert_uint_eq(http_header_value(&r, 10).len, 0);
}
END_TEST

START_TEST(expect_continue_once) {
    static const char head[] = "POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    char buf[256];
    struct http_parser p;
    size_t n;
    ck_assert_int_eq(feed(head, sizeof(head) - 1, 9, &p, buf, &n), HTTP_PARSE_MORE);
    ck_assert(http_parser_wants_continue(&p));
    ck_assert(!http_parser_wants_continue(&p));
    memcpy(buf + n, "ab", 2);
    n += 2;
    ck_assert_int_eq(http_parser_feed(&p, buf, &n), HTTP_PARSE_DONE);
}
END_TEST

/* What a client says stays in its field, and tokens stay out. */
START_TEST(access_lines) {
    static const struct http_header headers[] = {{0, 7, 7, 8}};
    struct http_request r = {.method = HTTP_METHOD_GET,
                             .minor = 1,
                             .target = PXED_SLICE("/boot/s/00112233445566778899aabbccddeeff/x\"\n?mac=0800274d4daa"),
                             .user_agent = PXED_SLICE("a\\b\x80"),
                             .base = "RefererTHEPLACE",
                             .headers = headers,
                             .n_headers = 1};
    struct http_access a = {
        .peer = pxed_addr_v4(0x0a4d003c), .seconds = 784111777, .request = &r, .status = 206, .bytes = 1234567890123};
    char text[HTTP_ACCESS_LINE];
    struct pxed_buf out = PXED_BUF(text);
    http_access_write(&a, &out);
    ck_assert_str_eq(pxed_buf_cstr(&out), "10.77.0.60 - - [06/Nov/1994:08:49:37 +0000] "
                                          "\"GET /boot/s/***/x\\x22\\x0a?mac=0800274d4daa HTTP/1.1\" 206 1234567890123 "
                                          "\"THEPLACE\" \"a\\x5cb\\x80\"\n");
    a.request = NULL;
    out.len = 0;
    http_access_write(&a, &out);
    ck_assert_str_eq(pxed_buf_cstr(&out),
                     "10.77.0.60 - - [06/Nov/1994:08:49:37 +0000] \"-\" 206 1234567890123 \"-\" \"-\"\n");
    static char long_one[5000];
    memset(long_one, '"', sizeof(long_one));
    r.target = r.user_agent = pxed_slice(long_one, sizeof(long_one));
    a.request = &r;
    out.len = 0;
    http_access_write(&a, &out);
    ck_assert(out.len <= sizeof(text) && text[out.len - 1] == '\n');
}
END_TEST

int main(void) {
    Suite *s = suite_create("http request");
    TCase *t = tcase_create("request");
    tcase_add_loop_test(t, vectors_whole_and_bytewise, 0, sizeof(vectors) / sizeof(vectors[0]));
    tcase_add_test(t, limits);
    tcase_add_test(t, access_lines);
    tcase_add_test(t, known_headers);
    tcase_add_test(t, expect_continue_once);
    suite_add_tcase(s, t);
    return suite_run(s);
}
