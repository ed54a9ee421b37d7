/* Who is let in: addresses, tokens and origins, wrong tokens, text in HTML. */
#include "gate.h"
#include "html.h"
#include "rate.h"
#include "suite.h"

START_TEST(addresses) {
    static const struct {
        const char *text;
        bool good, loopback;
        unsigned port;
    } rows[] = {
        {"127.0.0.1:8080", true, true, 8080},
        {"127.9.9.9:1", true, true, 1},
        {"[::1]:65535", true, true, 65535},
        {"10.77.0.1:8080", true, false, 8080},
        {"0.0.0.0:8080", true, false, 8080},
        {"[::]:8080", true, false, 8080},
        {"[::ffff:127.0.0.1]:80", true, false, 80},
        {"127.0.0.1", false, false, 0},
        {"127.0.0.1:", false, false, 0},
        {"127.0.0.1:0", false, false, 0},
        {"127.0.0.1:65536", false, false, 0},
        {"127.0.0.1:80x", false, false, 0},
        {":8080", false, false, 0},
        {"localhost:8080", false, false, 0},
        {"::1:8080", false, false, 0},
        {"[127.0.0.1]:80", false, false, 0},
        {"[::1]", false, false, 0},
        {"", false, false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pxed_addr addr = {0};
        uint16_t port = 0;
        bool good = pxed_addr_port_parse(pxed_slice_of(rows[i].text), &addr, &port);
        ck_assert_msg(good == rows[i].good && port == rows[i].port, "%s", rows[i].text);
        ck_assert_msg(!good || pxed_addr_is_loopback(&addr) == rows[i].loopback, "%s", rows[i].text);
    }
}
END_TEST

#define H(name, value)                                                                                                 \
    { PXED_SLICE(name), PXED_SLICE(value) }

START_TEST(passes) {
    static const struct {
        struct pxed_http_header headers[3];
        size_t n;
        const char *token;
        bool bearer;
    } rows[] = {
        {{H("Host", "x")}, 1, NULL, false},
        {{H("Authorization", "Bearer pxed_1")}, 1, "pxed_1", true},
        {{H("authorization", "bearer  pxed_1 ")}, 1, "pxed_1", true},
        {{H("Authorization", "Basic pxed_1")}, 1, NULL, true},
        {{H("Authorization", "Bearer")}, 1, NULL, true},
        {{H("Authorization", "Bearer ")}, 1, NULL, true},
        {{H("Cookie", "a=b; pxed=pxed_2; c=d")}, 1, "pxed_2", false},
        {{H("Cookie", "xpxed=pxed_2")}, 1, NULL, false},
        {{H("Cookie", "pxed=")}, 1, NULL, false},
        /* a program's header counts, also a wrong one: the cookie is not looked at */
        {{H("Cookie", "pxed=pxed_2"), H("Authorization", "Bearer pxed_1")}, 2, "pxed_1", true},
        {{H("Cookie", "pxed=pxed_2"), H("Authorization", "Basic x")}, 2, NULL, true},
        /* two of one kind are read differently by others */
        {{H("Authorization", "Bearer a"), H("Authorization", "Bearer b")}, 2, NULL, false},
        {{H("Cookie", "pxed=a"), H("Cookie", "pxed=b")}, 2, NULL, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pxed_http_call call = {.headers = rows[i].headers, .n_headers = rows[i].n};
        struct console_pass pass = console_pass(&call);
        ck_assert_msg(pass.bearer == rows[i].bearer, "%zu", i);
        ck_assert_msg(rows[i].token ? pxed_slice_is(pass.token, rows[i].token) : !pass.token.ptr, "%zu: %.*s", i,
                      PXED_S(pass.token));
    }
    char text[200];
    memset(text, 'a', sizeof(text));
    memcpy(text, "Bearer ", 7);
    struct pxed_http_header large = {PXED_SLICE("Authorization"), pxed_slice(text, sizeof(text))};
    struct pxed_http_call call = {.headers = &large, .n_headers = 1};
    ck_assert_ptr_null(console_pass(&call).token.ptr);
}
END_TEST

START_TEST(origins) {
    static const struct {
        struct pxed_http_header headers[3];
        size_t n;
        bool same;
    } rows[] = {
        {{H("Host", "pxe:8080"), H("Origin", "http://pxe:8080")}, 2, true},
        {{H("Host", "pxe:8080"), H("Origin", "https://PXE:8080")}, 2, true}, /* TLS in front of us */
        {{H("Host", "pxe:8080"), H("Origin", "http://pxe")}, 2, false},
        {{H("Host", "pxe:8080"), H("Origin", "http://pxe:80800")}, 2, false},
        {{H("Host", "pxe:8080"), H("Origin", "http://evil.example")}, 2, false},
        {{H("Host", "pxe:8080"), H("Origin", "ftp://pxe:8080")}, 2, false},
        {{H("Host", "pxe:8080"), H("Origin", "null")}, 2, false},
        {{H("Host", "pxe:8080"), H("Origin", "http://evil"), H("Sec-Fetch-Site", "same-origin")}, 3, false},
        {{H("Host", "pxe:8080"), H("Sec-Fetch-Site", "same-origin")}, 2, true},
        {{H("Host", "pxe:8080"), H("Sec-Fetch-Site", "same-site")}, 2, false},
        {{H("Host", "pxe:8080"), H("Sec-Fetch-Site", "cross-site")}, 2, false},
        {{H("Host", "pxe:8080")}, 1, false},
        {{H("Origin", "http://")}, 1, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pxed_http_call call = {.headers = rows[i].headers, .n_headers = rows[i].n};
        ck_assert_msg(console_same_site(&call) == rows[i].same, "%zu", i);
    }
}
END_TEST

START_TEST(forms) {
    char text[8];
    struct pxed_buf out = PXED_BUF(text);
    ck_assert(console_form(PXED_SLICE("a=b&token=p%2Bx+y"), "token", &out));
    ck_assert(pxed_slice_is(pxed_buf_slice(&out), "p+x y"));
    out.len = 0;
    ck_assert(!console_form(PXED_SLICE("token=123456789"), "token", &out));
    out.len = 0;
    ck_assert(!console_form(PXED_SLICE("token=%zz"), "token", &out));
    ck_assert(!console_form(PXED_NO_SLICE, "token", &out));
}
END_TEST

START_TEST(wrong_tokens) {
    struct console_rate r = {0};
    struct pxed_addr a = pxed_addr_v4(1), b = pxed_addr_v4(2);
    uint64_t now = 1000;
    for (int i = 0; i < CONSOLE_RATE_BURST; i++)
        ck_assert(console_rate_takes(&r, &a, now));
    ck_assert(!console_rate_takes(&r, &a, now));
    ck_assert(console_rate_takes(&r, &b, now)); /* another address */
    ck_assert(!console_rate_takes(&r, &a, now + CONSOLE_RATE_MS - 1));
    ck_assert(console_rate_takes(&r, &a, now + CONSOLE_RATE_MS));
    ck_assert(!console_rate_takes(&r, &a, now + CONSOLE_RATE_MS));
    now += 1000 * (uint64_t)CONSOLE_RATE_MS;
    for (int i = 0; i < CONSOLE_RATE_BURST; i++)
        ck_assert(console_rate_takes(&r, &a, now));
    ck_assert(!console_rate_takes(&r, &a, now)); /* no more than the burst was saved up */
    /* Many addresses: the oldest make room, the table does not end. */
    for (uint32_t i = 0; i < 1000; i++) {
        struct pxed_addr other = pxed_addr_v4(100 + i);
        ck_assert(console_rate_takes(&r, &other, now + i));
    }
}
END_TEST

START_TEST(html) {
    char text[128];
    struct pxed_buf out = PXED_BUF(text);
    console_html_text(&out, PXED_SLICE("<b a='x'>\"&\x01\x1b\xc3\xa4\n"));
    ck_assert_str_eq(pxed_buf_cstr(&out), "&lt;b a=&#39;x&#39;&gt;&quot;&amp;??\xc3\xa4\n");
}
END_TEST

int main(void) {
    Suite *s = suite_create("console gate");
    TCase *t = tcase_create("pure");
    tcase_add_test(t, addresses);
    tcase_add_test(t, passes);
    tcase_add_test(t, origins);
    tcase_add_test(t, forms);
    tcase_add_test(t, wrong_tokens);
    tcase_add_test(t, html);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
