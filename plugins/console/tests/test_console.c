/* The plugin from its descriptor on, before services that note what they are asked. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_core.h"
#include "state.h"
#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

static struct fake_core fake;
static struct console_config config;
static pxed_http_handler *handler;
static void *handler_arg;
static int listened, served, served_tls;
static bool by_tls; /* how `ask` asks */
static struct {
    int status, replies;
    char type[64], headers[2048], etag[32], called[64];
    char *body;
    unsigned viewers;
} last;

static int http_listen(void *self, const struct pxed_addr *addr, uint16_t port) {
    (void)self, (void)addr, (void)port;
    listened++;
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int http_serve(void *self, int fd, pxed_http_handler *h, void *arg) {
    (void)self;
    close(fd);
    handler = h;
    handler_arg = arg;
    served++;
    return 0;
}

static void http_answer(void *self, struct pxed_http_reply *reply, const struct pxed_http_answer *a) {
    (void)self, (void)reply;
    last.status = a->status;
    last.replies++;
    snprintf(last.type, sizeof(last.type), "%s", a->type);
    snprintf(last.headers, sizeof(last.headers), "%s", a->headers ? a->headers : "");
    snprintf(last.etag, sizeof(last.etag), "%s", a->etag ? a->etag : "");
    free(last.body);
    last.body = strndup(a->body.ptr ? a->body.ptr : "", a->body.len);
}

static int the_pair; /* stands for a certificate that is of use */

static struct pxed_http_pair *http_pair(void *self, const char *cert, const char *key) {
    (void)self;
    return strcmp(cert, "/good.pem") == 0 && strcmp(key, "/good.key") == 0 ? (void *)&the_pair : NULL;
}

static int http_serve_tls(void *self, int fd, struct pxed_http_pair *pair, pxed_http_handler *h, void *arg) {
    ck_assert_ptr_eq(pair, &the_pair);
    served_tls++;
    return http_serve(self, fd, h, arg);
}

static struct pxed_http_service http = {.size = sizeof(http),
                                        .serve = http_serve,
                                        .listen = http_listen,
                                        .answer = http_answer,
                                        .pair = http_pair,
                                        .serve_tls = http_serve_tls};

static bool api_who(void *self, struct pxed_slice token, struct pxed_api_caller *ret) {
    (void)self;
    if (!pxed_slice_is(token, "pxed_good"))
        return false;
    *ret = (struct pxed_api_caller){.name = PXED_SLICE("a<b"), .scopes = PXED_API_ARM};
    return true;
}

static bool api_sees(void *self, const struct pxed_api_caller *who, const struct pxed_hwaddr *mac) {
    (void)self, (void)who;
    return mac->bytes[5] != 9;
}

static void api_call(void *self, const struct pxed_api_caller *who, const struct pxed_http_call *call,
                     struct pxed_http_reply *reply) {
    (void)self;
    snprintf(last.called, sizeof(last.called), "%.*s", PXED_S(call->path));
    last.viewers = who->viewers;
    const struct pxed_http_answer answer = {.status = 200, .type = "application/json", .body = PXED_SLICE("[]")};
    http_answer(NULL, reply, &answer);
}

static struct pxed_api_service api = {.size = sizeof(api), .who = api_who, .sees = api_sees, .call = api_call};

static void row_of(unsigned char i, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    char name[16];
    snprintf(name, sizeof(name), "web%02u", i);
    row(arg, &(struct pxed_machine_view){.mac = {1, 6, {8, 0, 0x27, 1, 1, i}},
                                         .declared = i != 3,
                                         .name = i == 1   ? PXED_SLICE("<script>alert(1)</script>")
                                                 : i == 3 ? PXED_NO_SLICE
                                                          : pxed_slice_of(name),
                                         .os = PXED_SLICE("debian-12"),
                                         .stage = "local",
                                         .stage_at = 1795975200000,
                                         .install = "installed",
                                         .reason = i == 2 ? PXED_WHY_ALREADY_SPENT : PXED_WHY_OK});
}

static size_t control_some(void *self, size_t from, size_t n, void (*row)(void *arg, const struct pxed_machine_view *m),
                           void *arg) {
    (void)self, (void)from, (void)n;
    for (unsigned char i = 1; i < 10; i++)
        row_of(i, row, arg);
    return 1200;
}

static void control_machines(void *self, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    (void)self;
    for (int k = 0; k < 100; k++)
        for (unsigned char i = 1; i < 10; i++)
            row_of(i, row, arg);
}

static struct pxed_control control = {.size = sizeof(control), .machines = control_machines, .some = control_some};

static void setup(void) {
    static const char *const items[] = {"127.0.0.1:8080", "[::1]:8080"};
    fake_core_open(&fake, pxed_plugin_query(PXED_ABI_MAJOR), &config);
    config = (struct console_config){.listen = {items, NULL, 2}, .viewers = 7};
    fake_core_give(&fake, "http/1", &http);
    fake_core_give(&fake, "api/1", &api);
    fake_core_give(&fake, "control/1", &control);
    listened = served = 0;
    memset(&last, 0, sizeof(last));
    ck_assert_int_eq(fake_core_start(&fake), 0);
    ck_assert(listened == 2 && served == 2);
}

static void teardown(void) {
    fake_core_close(&fake);
    free(last.body);
    last.body = NULL;
}

/* `headers`: "Name: value\n..." */
static int ask(const char *method, const char *path, const char *headers, const char *body) {
    struct pxed_http_header list[8] = {{PXED_SLICE("Host"), PXED_SLICE("pxe:8080")}};
    struct pxed_slice rest = pxed_slice_of(headers ? headers : ""), target = pxed_slice_of(path);
    size_t n = 1;
    while (rest.len > 0) {
        struct pxed_slice line = pxed_slice_word(&rest, "\n");
        ptrdiff_t colon = pxed_slice_find(line, ':', 0);
        list[n].name = pxed_slice_head(line, (size_t)colon);
        list[n++].value = pxed_slice_trim(pxed_slice_skip(line, (size_t)colon + 1));
    }
    ptrdiff_t mark = pxed_slice_find(target, '?', 0);
    struct pxed_http_call call = {.post = strcmp(method, "POST") == 0,
                                  .method = method,
                                  .path = pxed_slice_head(target, mark < 0 ? target.len : (size_t)mark),
                                  .query = mark < 0 ? PXED_NO_SLICE : pxed_slice_skip(target, (size_t)mark + 1),
                                  .body = pxed_slice_of(body),
                                  .fd = -1,
                                  .peer = pxed_addr_v4(0x7f000001),
                                  .headers = list,
                                  .n_headers = n,
                                  .tls = by_tls};
    last.replies = 0;
    *last.called = '\0';
    handler(handler_arg, &call, NULL);
    ck_assert_int_eq(last.replies, 1);
    return last.status;
}

#define COOKIE "Cookie: pxed=pxed_good\n"
#define BEARER "Authorization: Bearer pxed_good\n"
#define OURS   "Origin: http://pxe:8080\n"
#define OTHERS "Origin: http://evil.example\n"

START_TEST(doors) {
    static const struct {
        const char *method, *path, *headers;
        int status;
        const char *called, *reason;
    } rows[] = {
        {"GET", "/api/v1/machines", NULL, 401, "", "TOKEN_UNKNOWN"},
        {"GET", "/api/v1/machines", "Authorization: Bearer pxed_bad\n", 401, "", "TOKEN_UNKNOWN"},
        {"GET", "/api/v1/machines", "Cookie: pxed=pxed_bad\n", 401, "", "TOKEN_UNKNOWN"},
        {"GET", "/api/v1/machines", BEARER, 200, "/api/v1/machines", NULL},
        {"GET", "/api/v1/machines", COOKIE, 200, "/api/v1/machines", NULL},
        {"GET", "/metrics", NULL, 401, "", "TOKEN_UNKNOWN"},
        {"GET", "/metrics", BEARER, 200, "/api/v1/metrics", NULL},
        {"GET", "/status", BEARER, 200, "/api/v1/status", NULL},
        {"POST", "/api/v1/arm", BEARER, 200, "/api/v1/arm", NULL}, /* a program */
        {"POST", "/api/v1/arm", BEARER OTHERS, 200, "/api/v1/arm", NULL},
        {"POST", "/api/v1/arm", COOKIE OURS, 200, "/api/v1/arm", NULL},     /* our page */
        {"POST", "/api/v1/arm", COOKIE OTHERS, 403, "", "REQUEST_FOREIGN"}, /* another's */
        {"POST", "/api/v1/arm", COOKIE, 403, "", "REQUEST_FOREIGN"},
        {"POST", "/api/v1/arm", COOKIE "Origin: null\n", 403, "", "REQUEST_FOREIGN"},
        {"POST", "/api/v1/arm", COOKIE "Authorization: Basic x\n", 401, "", "TOKEN_UNKNOWN"},
        {"POST", "/logout", COOKIE OTHERS, 403, "", "REQUEST_FOREIGN"},
        {"POST", "/", COOKIE OURS, 405, "", NULL},
        {"GET", "/login", NULL, 405, "", NULL},
        {"POST", "/static/app.js", COOKIE OURS, 405, "", NULL},
        {"GET", "/static/nothing.js", NULL, 404, "", NULL},
        {"GET", "/static/../console.c", NULL, 404, "", NULL},
        {"GET", "/boot/home.php", BEARER, 404, "", NULL},
        {"GET", "/api/v1", BEARER, 404, "", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status = ask(rows[i].method, rows[i].path, rows[i].headers, rows[i].method[0] == 'P' ? "{}" : NULL);
        ck_assert_msg(status == rows[i].status, "%zu: %d", i, status);
        ck_assert_msg(strcmp(last.called, rows[i].called) == 0, "%zu: %s", i, last.called);
        ck_assert_msg(!rows[i].reason || strstr(last.body, rows[i].reason), "%zu: %s", i, last.body);
        ck_assert_msg(*rows[i].called || strstr(last.headers, "default-src 'none'"), "%zu: %s", i, last.headers);
    }
    ask("GET", "/api/v1/events", BEARER, NULL);
    ck_assert_uint_eq(last.viewers, 7);
}
END_TEST

START_TEST(log_in) {
    ck_assert_int_eq(ask("GET", "/", NULL, NULL), 200);
    ck_assert_ptr_nonnull(strstr(last.body, "action=\"/login\""));
    ck_assert_int_eq(ask("POST", "/login", OURS, "token=pxed_good"), 303);
    ck_assert_ptr_nonnull(
        strstr(last.headers, "Set-Cookie: pxed=pxed_good; Path=/; HttpOnly; SameSite=Strict; Max-Age="));
    ck_assert_ptr_nonnull(strstr(last.headers, "Location: /\r\n"));
    ck_assert_int_eq(ask("POST", "/login", OURS, "token=+pxed_good+"), 303); /* pasted with blanks */
    ask("POST", "/login", OURS "X-Forwarded-Proto: https\n", "token=pxed_good");
    ck_assert_ptr_nonnull(strstr(last.headers, "SameSite=Strict; Secure; "));
    ck_assert_int_eq(ask("POST", "/login", OTHERS, "token=pxed_good"), 403);
    ck_assert_int_eq(ask("POST", "/login", NULL, "token=pxed_good"), 403);
    ck_assert_ptr_null(strstr(last.headers, "Set-Cookie"));
    ck_assert_int_eq(ask("POST", "/logout", COOKIE OURS, ""), 303);
    ck_assert_ptr_nonnull(strstr(last.headers, "Set-Cookie: pxed=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
}
END_TEST

/* Ten wrong ones, by form or header; then no more, but the right one still. */
START_TEST(brute_force) {
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(ask("POST", "/login", OURS, "token=x"), 403);
        ck_assert_int_eq(ask("GET", "/api/v1/machines", "Authorization: Bearer y\n", NULL), 401);
    }
    ck_assert_int_eq(ask("POST", "/login", OURS, "token=x"), 429);
    ck_assert_ptr_nonnull(strstr(last.body, "Wait a minute"));
    ck_assert_int_eq(ask("GET", "/api/v1/machines", "Authorization: Bearer y\n", NULL), 429);
    ck_assert_ptr_nonnull(strstr(last.headers, "Retry-After: 60\r\n"));
    ck_assert_int_eq(ask("GET", "/api/v1/machines", NULL, NULL), 401); /* none is no guess */
    ck_assert_int_eq(ask("POST", "/login", OURS, "token=pxed_good"), 303);
    ck_assert_int_eq(ask("GET", "/api/v1/machines", BEARER, NULL), 200);
    ck_assert_uint_eq(fake.refused[PXED_WHY_LOGIN_RATE], 2);
    ck_assert_uint_eq(fake.refused[PXED_WHY_TOKEN_UNKNOWN], 11);
}
END_TEST

START_TEST(table_without_script) {
    ck_assert_int_eq(ask("GET", "/", COOKIE, NULL), 200);
    ck_assert_ptr_null(strstr(last.body, "<script>alert"));
    ck_assert_ptr_nonnull(strstr(last.body, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    ck_assert_ptr_nonnull(strstr(last.body, "data-token=\"a&lt;b\" data-scopes=\"read arm\""));
    ck_assert_ptr_nonnull(strstr(last.body, "(unknown)"));
    ck_assert_ptr_nonnull(strstr(last.body, pxed_reason_sentence(PXED_WHY_ALREADY_SPENT)));
    ck_assert_ptr_nonnull(strstr(last.body, "2026-11-29 18:00"));
    ck_assert_ptr_null(strstr(last.body, "web09")); /* of another group */
    ck_assert_ptr_nonnull(strstr(last.body, "href=\"/?from=500\">next"));
    ck_assert_ptr_null(strstr(last.body, ">previous"));
    ask("GET", "/?from=700", COOKIE, NULL);
    ck_assert_ptr_nonnull(strstr(last.body, "href=\"/?from=200\">previous"));
    ck_assert_ptr_null(strstr(last.body, ">next"));
    ask("GET", "/?q=WEB04", COOKIE, NULL);
    ck_assert(strstr(last.body, "web04") && !strstr(last.body, "web05"));
    ask("GET", "/?q=%3Cscript%3E%22", COOKIE, NULL);
    ck_assert_ptr_nonnull(strstr(last.body, "value=\"&lt;script&gt;&quot;\""));
    ck_assert_ptr_nonnull(strstr(last.body, "No machine."));
    ask("GET", "/?q=debian", COOKIE, NULL); /* 800 of them */
    ck_assert_ptr_nonnull(strstr(last.body, "300 more: search for less."));
}
END_TEST

START_TEST(static_files) {
    ck_assert_int_eq(ask("GET", "/static/style.css", NULL, NULL), 200);
    ck_assert_str_eq(last.type, "text/css; charset=utf-8");
    ck_assert_uint_eq(strlen(last.etag), 18);
    ck_assert_int_eq(ask("GET", "/static/app.js", NULL, NULL), 200);
    ck_assert_str_eq(last.type, "text/javascript; charset=utf-8");
    ck_assert_ptr_nonnull(strstr(last.headers, "Cache-Control: no-cache\r\n"));
}
END_TEST

START_TEST(configuration) {
    static const char *const items[] = {"127.0.0.1:8080", "10.77.0.1:8080", "pxe:80", "127.0.0.1:8080"};
    static const unsigned lines[] = {1, 2, 3, 4};
    struct console_config c = {.listen = {items, lines, 4}};
    struct pxed_diags diags = {0};
    const struct pxed_plugin *plugin = pxed_plugin_query(PXED_ABI_MAJOR);
    const struct pxed_protocol_ops *ops = plugin->ops;
    ops->check(&c, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.errors, 3);
    ck_assert(diags.items[0].line == 2 && strstr(diags.items[0].text, "ssh -L 8080:127.0.0.1:8080 SERVER"));
    ck_assert(diags.items[1].line == 3 && strstr(diags.items[1].text, "'pxe:80' is no ADDRESS:PORT"));
    ck_assert(diags.items[2].line == 4 && strstr(diags.items[2].text, "named twice"));
    pxed_diags_clear(&diags);
    /* Nor does it run so. */
    struct fake_core other;
    fake_core_open(&other, plugin, &c);
    fake_core_give(&other, "http/1", &http);
    ck_assert_int_eq(plugin->init(&other.ctx), -EINVAL);
    fake_core_close(&other);
}
END_TEST

START_TEST(with_certificate) {
    static const char *const items[] = {"10.77.0.1:8443"};
    struct console_config c = {.listen = {items, NULL, 1}, .cert = "/good.pem"};
    struct pxed_diags diags = {0};
    const struct pxed_plugin *plugin = pxed_plugin_query(PXED_ABI_MAJOR);
    const struct pxed_protocol_ops *ops = plugin->ops;
    ops->check(&c, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.errors, 2);
    ck_assert(strstr(diags.items[0].text, "cert without key") && strstr(diags.items[1].text, "give it a certificate"));
    pxed_diags_clear(&diags);
    c.key = "/good.key";
    ops->check(&c, "pxed.ini", &diags);
    ck_assert_uint_eq(diags.n, 0);
    struct fake_core other;
    fake_core_open(&other, plugin, &c);
    fake_core_give(&other, "http/1", &http);
    fake_core_give(&other, "api/1", &api);
    fake_core_give(&other, "control/1", &control);
    served_tls = 0;
    ck_assert_int_eq(fake_core_start(&other), 0);
    ck_assert_int_eq(served_tls, 1);
    for (int i = 0; i < 2; i++) {
        by_tls = i != 0;
        ck_assert_int_eq(ask("POST", "/login", OURS, "token=pxed_good"), 303);
        ck_assert_int_eq(strstr(last.headers, "; Secure") != NULL, by_tls);
    }
    by_tls = false;
    fake_core_close(&other);
    c.key = "/bad.key"; /* what is of no use is not replaced by a listener without TLS */
    fake_core_open(&other, plugin, &c);
    fake_core_give(&other, "http/1", &http);
    ck_assert_int_eq(plugin->init(&other.ctx), -EINVAL);
    fake_core_close(&other);
}
END_TEST

int main(void) {
    Suite *s = suite_create("console");
    TCase *t = tcase_create("plugin");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, doors);
    tcase_add_test(t, log_in);
    tcase_add_test(t, brute_force);
    tcase_add_test(t, table_without_script);
    tcase_add_test(t, static_files);
    tcase_add_test(t, configuration);
    tcase_add_test(t, with_certificate);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
