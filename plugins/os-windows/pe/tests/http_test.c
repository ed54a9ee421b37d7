/* URLs, requests, and answers: whole, a byte at a time, broken. */
#include <stdlib.h>

#include "http.h"
#include "suite.h"

static const struct {
    const char *url, *host;
    unsigned port;
    const char *path; /* NULL: refused */
} urls[] = {
    {"http://10.77.0.1/boot/event?mac=x&y", "10.77.0.1", 80, "/boot/event?mac=x&y"},
    {"http://pxe-server:8080/a", "pxe-server", 8080, "/a"},
    {"http://h", "h", 80, ""},
    {"http://h:1", "h", 1, ""},
    {"http://h/a#b", "h", 80, "/a"},
    {"https://h/", NULL, 0, NULL},
    {"http:///a", NULL, 0, NULL},
    {"http://h:/a", NULL, 0, NULL},
    {"http://h:0/a", NULL, 0, NULL},
    {"http://h:65536/a", NULL, 0, NULL},
    {"http://h:123456/a", NULL, 0, NULL},
    {"http://user@h/a", NULL, 0, NULL},
    {"http://[::1]/a", NULL, 0, NULL},
    {"http://h?a", NULL, 0, NULL},
    {"http://h/a b", NULL, 0, NULL},
    {"http://h/a\r\nX: y", NULL, 0, NULL},
    {"ftp://h/", NULL, 0, NULL},
    {"", NULL, 0, NULL},
};

START_TEST(url) {
    struct http_url got = {.port = 7};
    bool good = http_parse_url(pxed_slice_of(urls[_i].url), &got);
    ck_assert_msg(good == (urls[_i].path != NULL), "%s", urls[_i].url);
    if (!good) {
        ck_assert_uint_eq(got.port, 7);
        return;
    }
    ck_assert_str_eq(got.host, urls[_i].host);
    ck_assert_uint_eq(got.port, urls[_i].port);
    ck_assert(pxed_slice_is(got.path, urls[_i].path));
}
END_TEST

START_TEST(long_host) {
    char text[400] = "http://";
    struct http_url got;
    memset(text + 7, 'h', 255);
    ck_assert(http_parse_url(pxed_slice(text, 7 + 255), &got));
    memset(text + 7, 'h', 256);
    ck_assert(!http_parse_url(pxed_slice(text, 7 + 256), &got));
}
END_TEST

START_TEST(query) {
    char text[64] = "http://h/e?mac=x";
    ck_assert(http_add_query(text, sizeof(text), "stage", "failed"));
    ck_assert(http_add_query(text, sizeof(text), "reason", "A B&\xe4"));
    ck_assert_str_eq(text, "http://h/e?mac=x&stage=failed&reason=A%20B%26%E4");
    ck_assert(!http_add_query(text, strlen(text) + 4, "a", "bc"));
    ck_assert_str_eq(text, "http://h/e?mac=x&stage=failed&reason=A%20B%26%E4");
    char bare[16] = "http://h/e";
    ck_assert(http_add_query(bare, sizeof(bare), "a", "bc"));
    ck_assert_str_eq(bare, "http://h/e?a=bc");
}
END_TEST

START_TEST(request) {
    char out[256];
    struct http_url to;
    ck_assert(http_parse_url(PXED_SLICE("http://h:81"), &to));
    size_t n = http_build_request(out, sizeof(out), &to, NULL);
    ck_assert(pxed_slice_is(pxed_slice(out, n),
                            "GET / HTTP/1.0\r\nHost: h:81\r\nUser-Agent: pxed-pe/1\r\nConnection: close\r\n\r\n"));
    uint64_t body = 61440;
    ck_assert(http_parse_url(PXED_SLICE("http://h/e?a"), &to));
    n = http_build_request(out, sizeof(out), &to, &body);
    ck_assert(pxed_slice_is(pxed_slice(out, n),
                            "POST /e?a HTTP/1.0\r\nHost: h\r\nUser-Agent: pxed-pe/1\r\nConnection: close\r\n"
                            "Content-Type: text/plain\r\nContent-Length: 61440\r\n\r\n"));
    for (size_t size = 0; size < n; size++)
        ck_assert_uint_eq(http_build_request(out, size, &to, &body), 0);
}
END_TEST

static const struct {
    const char *title, *answer;
    enum http_step end; /* HTTP_MORE: it is not complete */
    unsigned status;
    const char *body;
    bool sized;
} answers[] = {
    {"whole", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", HTTP_DONE, 200, "hello", true},
    {"what follows is not looked at", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhello", HTTP_DONE, 200, "he", true},
    {"bare LF", "HTTP/1.0 200 OK\ncontent-length:2\n\nhi", HTTP_DONE, 200, "hi", true},
    {"no reason phrase", "HTTP/1.1 204\r\n\r\n", HTTP_DONE, 204, "", false},
    {"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_DONE, 200, "", true},
    {"half", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", HTTP_MORE, 200, "hello", true},
    {"no length", "HTTP/1.0 200 OK\r\n\r\nhello", HTTP_MORE, 200, "hello", false},
    {"404", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n", HTTP_DONE, 404, "no\n", true},
    {"100 first", "HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     HTTP_DONE, 200, "x", true},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
     HTTP_DONE, 200, "abc0123456789", true},
    {"chunks with a trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
     HTTP_DONE, 200, "a", true},
    {"chunks win over a length",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", HTTP_DONE, 200,
     "ab", true},
    {"chunks cut short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", HTTP_MORE, 200, "abc", true},
    {"a chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
     HTTP_BAD, 200, "a", true},
    {"a chunk of no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", HTTP_BAD, 200, "", true},
    {"a chunk beyond 64 bits", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", HTTP_BAD,
     200, "", true},
    {"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HTTP_BAD, 200, "", false},
    {"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", HTTP_DONE, 200, "x",
     true},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", HTTP_BAD, 200, "", true},
    {"a length of no number", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HTTP_BAD, 200, "", false},
    {"a length beyond 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", HTTP_BAD, 200, "",
     false},
    {"no HTTP", "220 ftp ready\r\n", HTTP_BAD, 0, "", false},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n", HTTP_BAD, 0, "", false},
    {"a status of no number", "HTTP/1.1 2x0 OK\r\n", HTTP_BAD, 2, "", false},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n", HTTP_BAD, 0, "", false},
    {"a status below 100", "HTTP/1.1 099 Odd\r\n", HTTP_BAD, 99, "", false},
    {"nothing", "", HTTP_MORE, 0, "", false},
};

/* Feeds `text` in pieces of `step` bytes, each a heap copy; collects the body. */
static enum http_step feed(struct http_answer *a, struct pxed_slice text, size_t step, char *body, size_t *ret_len) {
    enum http_step got = HTTP_MORE;
    size_t n = 0;
    while (text.len > 0 && got != HTTP_DONE && got != HTTP_BAD) {
        struct pxed_slice part = pxed_slice_head(text, step);
        char *copy = malloc(part.len);
        memcpy(copy, part.ptr, part.len);
        struct pxed_slice in = pxed_slice(copy, part.len), piece;
        while ((got = http_read(a, &in, &piece)) == HTTP_BODY) {
            memcpy(body + n, piece.ptr, piece.len);
            n += piece.len;
        }
        free(copy);
        text = pxed_slice_skip(text, part.len);
    }
    struct pxed_slice none = PXED_SLICE(""), piece;
    if (got == HTTP_MORE)
        got = http_read(a, &none, &piece);
    *ret_len = n;
    return got;
}

START_TEST(answer) {
    struct pxed_slice text = pxed_slice_of(answers[_i].answer);
    for (size_t step = 1; step <= text.len + 1; step++) {
        struct http_answer a = {0};
        char body[512];
        size_t len;
        enum http_step end = feed(&a, text, step, body, &len);
        ck_assert_msg(end == answers[_i].end, "%s, by %zu: %d", answers[_i].title, step, (int)end);
        if (end != HTTP_BAD) {
            ck_assert_uint_eq(a.status, answers[_i].status);
            ck_assert_int_eq(a.sized, answers[_i].sized);
        }
        ck_assert_msg(pxed_slice_is(pxed_slice(body, len), answers[_i].body), "%s, by %zu", answers[_i].title, step);
        ck_assert_int_eq(http_ends_with_connection(&a), end == HTTP_MORE && a.status == 200 && !a.sized);
    }
}
END_TEST

static enum http_step feed_text(const char *text) {
    struct http_answer a = {0};
    static char body[100];
    size_t len;
    return feed(&a, pxed_slice_of(text), 1000, body, &len);
}

START_TEST(long_headers) {
    static char text[80000];
    strcpy(text, "HTTP/1.1 200 OK\r\nX: ");
    memset(text + strlen(text), 'x', 1000);
    strcat(text, "\r\nContent-Length: 1\r\n\r\nx");
    ck_assert_int_eq(feed_text(text), HTTP_DONE);
    memset(text, 0, sizeof(text)); /* a length that does not fit into the line kept is not guessed at */
    strcpy(text, "HTTP/1.1 200 OK\r\nContent-Length: ");
    memset(text + strlen(text), '0', 300);
    strcat(text, "5\r\n\r\nhello");
    ck_assert_int_eq(feed_text(text), HTTP_BAD);
    memset(text, 0, sizeof(text));
    strcpy(text, "HTTP/1.1 200 OK\r\nX: ");
    memset(text + strlen(text), 'x', 70000);
    ck_assert_int_eq(feed_text(text), HTTP_BAD);
}
END_TEST

START_TEST(beyond_4_gib) {
    static char zeros[65536];
    struct http_answer a = {0};
    struct pxed_slice in = PXED_SLICE("HTTP/1.1 200 OK\r\nContent-Length: 5000000001\r\n\r\n"), piece;
    ck_assert_int_eq(http_read(&a, &in, &piece), HTTP_MORE);
    uint64_t got = 0;
    enum http_step step;
    for (;;) {
        in = pxed_slice(zeros, sizeof(zeros));
        while ((step = http_read(&a, &in, &piece)) == HTTP_BODY)
            got += piece.len;
        if (step != HTTP_MORE)
            break;
    }
    ck_assert_int_eq(step, HTTP_DONE);
    ck_assert_uint_eq(got, UINT64_C(5000000001));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("os-windows-pe-http");
    TCase *tests = tcase_create("http");
    tcase_add_loop_test(tests, url, 0, COUNT(urls));
    tcase_add_test(tests, long_host);
    tcase_add_test(tests, query);
    tcase_add_test(tests, request);
    tcase_add_loop_test(tests, answer, 0, COUNT(answers));
    tcase_add_test(tests, long_headers);
    tcase_add_test(tests, beyond_4_gib);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
