/* What scripts write, what they are told, and the datagrams to the helper. */
#include <stdlib.h>

#include "cgi_env.h"
#include "cgi_output.h"
#include "cgi_wire.h"
#include "suite.h"

static const struct {
    const char *name, *output;
    enum http_cgi_kind kind;
    int status;
    const char *type, *location, *body, *extra;
} outputs[] = {
    {"document", "Content-Type: text/html\n\n<p>", HTTP_CGI_DOCUMENT, 200, "text/html", "", "<p>", ""},
    {"CRLF", "Content-type:text/plain\r\n\r\n#!gpxe\n", HTTP_CGI_DOCUMENT, 200, "text/plain", "", "#!gpxe\n", ""},
    {"php", "X-Powered-By: PHP/8.2\r\nContent-type: text/html; charset=UTF-8\r\n\r\nhi", HTTP_CGI_DOCUMENT, 200,
     "text/html; charset=UTF-8", "", "hi", "X-Powered-By: PHP/8.2\r\n"},
    {"status", "Status: 404 Not Found\nContent-Type: text/plain\n\nno", HTTP_CGI_DOCUMENT, 404, "text/plain", "", "no",
     ""},
    {"status alone", "Status: 503\n\nno", HTTP_CGI_DOCUMENT, 503, "text/plain", "", "no", ""},
    {"bare boot script", "#!ipxe\nboot: x\n", HTTP_CGI_DOCUMENT, 200, "text/plain", "", "#!ipxe\nboot: x\n", ""},
    {"redirect", "Location: http://a/b\n\n", HTTP_CGI_DOCUMENT, 302, "text/plain", "http://a/b", "",
     "Location: http://a/b\r\n"},
    {"redirect with status", "Status: 301 M\nLocation: /x\n\n", HTTP_CGI_DOCUMENT, 301, "text/plain", "/x", "",
     "Location: /x\r\n"},
    {"internal redirect", "Location: /boot/x?y\r\n\r\n", HTTP_CGI_LOCAL, 302, "text/plain", "/boot/x?y", "",
     "Location: /boot/x?y\r\n"},
    {"no scheme", "Location: //a/b\n\n", HTTP_CGI_DOCUMENT, 302, "text/plain", "//a/b", "", "Location: //a/b\r\n"},
    {"ours are dropped",
     "Content-Type: a/b\nContent-Length: 9\nConnection: close\nTransfer-Encoding: chunked\nA: b\n\nx",
     HTTP_CGI_DOCUMENT, 200, "a/b", "", "x", "A: b\r\n"},
    {"empty body", "Content-Type: a/b\n\n", HTTP_CGI_DOCUMENT, 200, "a/b", "", "", ""},

    {"nothing", "", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"no end", "Content-Type: a/b\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"text", "hello\n\nworld", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"empty line first", "\nhello", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"no CGI field", "X-A: b\n\nbody", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"CR in value", "Content-Type: a\rb\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"blank in name", "Content Type: a\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"status 99", "Status: 99\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"status 100", "Status: 100\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"status word", "Status: fine\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"nph", "HTTP/1.1 200 OK\nContent-Type: a/b\n\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
    {"perl dies", "Can't locate X.pm\n", HTTP_CGI_BROKEN, 0, "", "", "", ""},
};

START_TEST(output_rows) {
    struct http_cgi_output o;
    char extra[256];
    struct pxed_buf b = PXED_BUF(extra);
    http_cgi_output_parse(pxed_slice_of(outputs[_i].output), &o);
    const char *name = outputs[_i].name;
    ck_assert_msg(o.kind == outputs[_i].kind && o.status == outputs[_i].status, "%s: %d %d %s", name, (int)o.kind,
                  o.status, o.why ? o.why : "");
    ck_assert_msg((o.kind == HTTP_CGI_BROKEN) == (o.why != NULL), "%s: why", name);
    ck_assert_msg(pxed_slice_is(o.type, outputs[_i].type), "%s: type %.*s", name, PXED_S(o.type));
    ck_assert_msg(pxed_slice_is(o.location, outputs[_i].location), "%s: location", name);
    ck_assert_msg(pxed_slice_is(o.body, outputs[_i].body), "%s: body", name);
    http_cgi_extra(&o, &b);
    ck_assert_msg(pxed_slice_is(pxed_buf_slice(&b), outputs[_i].extra), "%s: extra %s", name, pxed_buf_cstr(&b));
}
END_TEST

START_TEST(output_limits) {
    static char text[64 * 1024];
    struct http_cgi_output o;
    size_t len = 0;
    for (int i = 0; i < 65; i++, len += 5)
        memcpy(text + len, "A: b\n", 5);
    memcpy(text + len, "\n", 1);
    http_cgi_output_parse(pxed_slice(text, len + 1), &o);
    ck_assert_int_eq(o.kind, HTTP_CGI_BROKEN);
    memset(text, 'x', sizeof(text));
    memcpy(text, "Content-Type: ", 14);
    memcpy(text + 20000, "\n\n", 2);
    http_cgi_output_parse(pxed_slice(text, sizeof(text)), &o);
    ck_assert_int_eq(o.kind, HTTP_CGI_BROKEN);
}
END_TEST

#define HEADERS                                                                                                        \
    "Host: pxe-server:8080\r\nAuthorization: Basic x\r\nProxy: evil\r\nX_Under: a\r\nX-Under: b\r\nCookie: a=1\r\n"    \
    "cookie: b=2\r\nAccept: x\r\nAccept: y\r\nShock: () { :; }; id\r\nContent-Type: text/x\r\nContent-Length: 2\r\n"

static size_t build_env(const char *head, const struct pxed_cgi *cgi, bool body, char *out, size_t cap) {
    static char buf[4096];
    static struct http_parser p;
    struct http_request r;
    size_t len = strlen(head), n;
    memcpy(buf, head, len);
    http_parser_begin(&p);
    ck_assert_int_eq(http_parser_feed(&p, buf, &len), HTTP_PARSE_DONE);
    http_parser_request(&p, buf, &r);
    struct http_cgi_call call = {.request = &r,
                                 .cgi = cgi,
                                 .query = r.query,
                                 .body = body,
                                 .peer = pxed_addr_v4(0x0a000002),
                                 .local = pxed_addr_v4(0x0a000001),
                                 .peer_port = 4711,
                                 .port = 80};
    struct pxed_buf b = {out, cap, 0};
    ck_assert(http_cgi_env(&call, &b, &n));
    ck_assert(!pxed_buf_full(&b));
    return b.len;
}

static bool has(const char *env, size_t len, const char *text) {
    for (size_t at = 0; at < len; at += strlen(env + at) + 1)
        if (strcmp(env + at, text) == 0)
            return true;
    return false;
}

static bool names(const char *env, size_t len, const char *name) {
    for (size_t at = 0; at < len; at += strlen(env + at) + 1)
        if (strncmp(env + at, name, strlen(name)) == 0 && env[at + strlen(name)] == '=')
            return true;
    return false;
}

START_TEST(environment) {
    static const char *const own[] = {"PXED_MAC=08:00:27:4d:4d:aa", "PXED_ARMED=yes", NULL};
    struct pxed_cgi cgi = {.script = "/srv/pxed/boot/home.php",
                           .script_name = "/boot/home.php",
                           .path_info = "/ex tra",
                           .document_root = "/srv/pxed",
                           .env = own};
    char env[4096];
    size_t len = build_env("POST /boot/home.php/ex%20tra?-s&mac=08%3A00 HTTP/1.1\r\n" HEADERS "\r\nhi", &cgi, true, env,
                           sizeof(env));
    static const char *const there[] = {"GATEWAY_INTERFACE=CGI/1.1",
                                        "SERVER_SOFTWARE=pxed/0.1",
                                        "SERVER_PROTOCOL=HTTP/1.1",
                                        "SERVER_NAME=pxe-server",
                                        "SERVER_ADDR=10.0.0.1",
                                        "SERVER_PORT=80",
                                        "REMOTE_ADDR=10.0.0.2",
                                        "REMOTE_HOST=10.0.0.2",
                                        "REMOTE_PORT=4711",
                                        "REQUEST_METHOD=POST",
                                        "REQUEST_URI=/boot/home.php/ex%20tra?-s&mac=08%3A00",
                                        "QUERY_STRING=-s&mac=08%3A00",
                                        "SCRIPT_NAME=/boot/home.php",
                                        "SCRIPT_FILENAME=/srv/pxed/boot/home.php",
                                        "DOCUMENT_ROOT=/srv/pxed",
                                        "PATH_INFO=/ex tra",
                                        "PATH_TRANSLATED=/srv/pxed/ex tra",
                                        "CONTENT_LENGTH=2",
                                        "CONTENT_TYPE=text/x",
                                        "REDIRECT_STATUS=200",
                                        "HTTP_HOST=pxe-server:8080",
                                        "HTTP_X_UNDER=b",
                                        "HTTP_COOKIE=a=1; b=2",
                                        "HTTP_ACCEPT=x, y",
                                        "PXED_MAC=08:00:27:4d:4d:aa",
                                        "PXED_ARMED=yes"};
    for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
        ck_assert_msg(has(env, len, there[i]), "%s is missing", there[i]);
    static const char *const not_there[] = {"HTTP_AUTHORIZATION", "HTTP_PROXY",          "HTTP_SHOCK",
                                            "HTTP_CONTENT_TYPE",  "HTTP_CONTENT_LENGTH", "AUTH_TYPE"};
    for (size_t i = 0; i < sizeof(not_there) / sizeof(not_there[0]); i++)
        ck_assert_msg(!names(env, len, not_there[i]), "%s is there", not_there[i]);
    /* Behind an internal redirect it is a GET without a body; a strange Host is not a name. */
    cgi.path_info = NULL;
    len = build_env("POST /x HTTP/1.1\r\nHost: a;b\r\nContent-Length: 2\r\n\r\nhi", &cgi, false, env, sizeof(env));
    ck_assert(has(env, len, "REQUEST_METHOD=GET") && has(env, len, "SERVER_NAME=10.0.0.1"));
    ck_assert(has(env, len, "QUERY_STRING=") && has(env, len, "PATH_INFO=") && !names(env, len, "CONTENT_LENGTH"));
    len = build_env("GET / HTTP/1.1\r\nHost: [fd00::1]:80\r\n\r\n", &cgi, true, env, sizeof(env));
    ck_assert(has(env, len, "SERVER_NAME=[fd00::1]") && !names(env, len, "PATH_TRANSLATED"));
}
END_TEST

START_TEST(orders) {
    char bytes[256];
    struct pxed_buf b = PXED_BUF(bytes);
    struct http_order o;
    http_order_run(7, "/srv/boot/home.php", "/usr/bin/php-cgi", PXED_SLICE("A=b\0C=\0"), 2, &b);
    ck_assert_int_eq(http_order_read(bytes, b.len, &o), 0);
    ck_assert(o.verb == HTTP_VERB_RUN && o.id == 7);
    ck_assert_str_eq(o.dir, "/srv/boot");
    ck_assert_str_eq(o.argv[0], "/usr/bin/php-cgi");
    ck_assert_str_eq(o.argv[1], "/srv/boot/home.php");
    ck_assert_ptr_null(o.argv[2]);
    ck_assert_str_eq(o.envp[0], "A=b");
    ck_assert_str_eq(o.envp[1], "C=");
    ck_assert_ptr_null(o.envp[2]);
    for (size_t cut = 0; cut < b.len; cut++) { /* every truncation is refused, none is read past */
        char *copy = malloc(cut + 1);
        memcpy(copy, bytes, cut);
        ck_assert_int_eq(http_order_read(copy, cut, &o), -1);
        free(copy);
    }
    bytes[b.len] = 'x';
    ck_assert_int_eq(http_order_read(bytes, b.len + 1, &o), -1);
    b = PXED_BUF(bytes);
    http_order_run(8, "/x.sh", NULL, PXED_NO_SLICE, 0, &b);
    ck_assert_int_eq(http_order_read(bytes, b.len, &o), 0);
    ck_assert_str_eq(o.dir, "/");
    ck_assert_str_eq(o.argv[0], "/x.sh");
    ck_assert_ptr_null(o.argv[1]);
    b = PXED_BUF(bytes);
    http_order_kill(9, &b);
    ck_assert_int_eq(http_order_read(bytes, b.len, &o), 0);
    ck_assert(o.verb == HTTP_VERB_KILL && o.id == 9);
    b = PXED_BUF(bytes);
    http_order_run(8, "relative.sh", NULL, PXED_NO_SLICE, 0, &b);
    ck_assert_int_eq(http_order_read(bytes, b.len, &o), -1);
}
END_TEST

int main(void) {
    Suite *s = suite_create("http cgi");
    TCase *t = tcase_create("cgi");
    tcase_add_loop_test(t, output_rows, 0, sizeof(outputs) / sizeof(outputs[0]));
    tcase_add_test(t, output_limits);
    tcase_add_test(t, environment);
    tcase_add_test(t, orders);
    suite_add_tcase(s, t);
    return suite_run(s);
}
