/* Questions and their answers, which ldns reads: the other half of the codec is somebody else's. */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "ask.h"
#include "suite.h"

static uint8_t out[DNS_ANSWER_MAX];

/* The answer as one line: CODE, flags that are set, then the records of answer and authority; "none". */
static const char *told(struct pxed_slice query, size_t room) {
    static char line[2048];
    struct pxed_buf text = PXED_BUF(line);
    ldns_pkt *p = NULL;
    size_t n = ask_site_answer(query, room, out);
    if (n == 0)
        return "none";
    ck_assert_msg(ldns_wire2pkt(&p, out, n) == LDNS_STATUS_OK, "ldns cannot read the answer");
    ck_assert(ldns_pkt_qr(p));
    ck_assert_uint_eq(ldns_pkt_id(p), 0x1234);
    ck_assert(!ldns_pkt_ra(p));
    char *code = ldns_pkt_rcode2str(ldns_pkt_get_rcode(p));
    pxed_buf_str(&text, code);
    free(code);
    pxed_buf_str(&text, ldns_pkt_aa(p) ? " aa" : "");
    pxed_buf_str(&text, ldns_pkt_tc(p) ? " tc" : "");
    pxed_buf_str(&text, ldns_pkt_edns(p) ? " edns" : "");
    ldns_rr_list *lists[] = {ldns_pkt_answer(p), ldns_pkt_authority(p)};
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < ldns_rr_list_rr_count(lists[i]); k++) {
            char *rr = ldns_rr2str(ldns_rr_list_rr(lists[i], k));
            pxed_buf_str(&text, " | ");
            for (char *c = rr; *c && *c != '\n'; c++)
                pxed_buf_byte(&text, *c == '\t' ? ' ' : *c);
            free(rr);
        }
    ldns_pkt_free(p);
    return pxed_buf_cstr(&text);
}

#define SOA(name) " | " name " 10 IN SOA " name " nobody.invalid. 1 3600 1200 604800 10"

static const struct {
    const char *name;
    uint16_t type;
    const char *told;
} rows[] = {
    {"pxe-server", DNS_A, "NOERROR aa | pxe-server. 60 IN A 10.77.0.1"},
    {"PXE-Server", DNS_A, "NOERROR aa | PXE-Server. 60 IN A 10.77.0.1"},
    {"pxe-server.example.org", DNS_A, "NOERROR aa | pxe-server.example.org. 60 IN A 10.77.0.1"},
    {"pxe-server.example.com", DNS_A, "REFUSED"},
    {"pxe-server", DNS_AAAA, "NOERROR aa" SOA("pxe-server.")},
    {"pxe-server", 15, "NOERROR aa" SOA("pxe-server.")},
    {"pxe-server", DNS_SOA, "NOERROR aa" SOA("pxe-server.")},
    {"pxe-server", DNS_ANY, "NOERROR aa | pxe-server. 60 IN HINFO \"RFC8482\" \"\""},
    {"a.pxe-server", DNS_A, "NXDOMAIN aa" SOA("pxe-server.")},
    {"a.b.c.pxe-server.example.org", DNS_ANY, "NXDOMAIN aa" SOA("pxe-server.example.org.")},
    {"web01", DNS_A, "NOERROR aa | web01. 60 IN A 10.77.0.60"},
    {"web01", DNS_AAAA, "NOERROR aa | web01. 60 IN AAAA 2001:db8::60 | web01. 60 IN AAAA fd00::60"},
    {"web01.example.org", DNS_A, "NOERROR aa | web01.example.org. 60 IN A 10.77.0.60"},
    {"web01.db.example.org", DNS_A, "REFUSED"},
    {"db01.db.example.org", DNS_A, "NOERROR aa | db01.db.example.org. 60 IN A 10.77.0.51"},
    {"db01", DNS_A, "NOERROR aa | db01. 60 IN A 10.77.0.51"},
    {"idle", DNS_A, "NOERROR aa" SOA("idle.")},
    {"example.org", DNS_A, "REFUSED"},
    {"org", DNS_A, "REFUSED"},
    {"", DNS_ANY, "REFUSED"},
    {"www.example.net", DNS_A, "REFUSED"},
    {"no body.pxe-server", DNS_A, "REFUSED"},
    {"1.0.77.10.in-addr.arpa", DNS_PTR, "NOERROR aa | 1.0.77.10.in-addr.arpa. 60 IN PTR pxe-server.example.org."},
    {"60.0.77.10.in-addr.arpa", DNS_PTR, "NOERROR aa | 60.0.77.10.in-addr.arpa. 60 IN PTR Web01.example.org."},
    {"51.0.77.10.IN-ADDR.ARPA", DNS_PTR, "NOERROR aa | 51.0.77.10.IN-ADDR.ARPA. 60 IN PTR db01.db.example.org."},
    {"60.0.77.10.in-addr.arpa", DNS_A, "NOERROR aa" SOA("60.0.77.10.in-addr.arpa.")},
    {"99.0.77.10.in-addr.arpa", DNS_PTR, "REFUSED"},
    {"060.0.77.10.in-addr.arpa", DNS_PTR, "REFUSED"},
    {"256.0.77.10.in-addr.arpa", DNS_PTR, "REFUSED"},
    {"77.10.in-addr.arpa", DNS_PTR, "REFUSED"},
    {"5.60.0.77.10.in-addr.arpa", DNS_PTR, "REFUSED"},
    {"in-addr.arpa", DNS_PTR, "REFUSED"},
    {"pxe-server", 252, "REFUSED"}, /* AXFR */
    {"pxe-server", 251, "REFUSED"}, /* IXFR */
    {"pxe-server", DNS_OPT, "FORMERR"},
};

START_TEST(names_and_their_answers) {
    struct ask a = ask_make(rows[_i].name, rows[_i].type);
    ck_assert_str_eq(told(ask_slice(&a), 0), rows[_i].told);
}
END_TEST

START_TEST(what_is_not_named_is_not_ours) {
    struct ask own = ask_make("pxe-server", DNS_A), host = ask_make("web01", DNS_A);
    struct ask back = ask_make("60.0.77.10.in-addr.arpa", DNS_PTR), up = ask_make("1.0.77.10.in-addr.arpa", DNS_PTR);
    ask_site.hosts_named = false;
    ck_assert_str_eq(told(ask_slice(&host), 0), "REFUSED");
    ck_assert_str_eq(told(ask_slice(&back), 0), "REFUSED");
    ask_site.hosts_named = true;
    ask_site.own_named = false;
    ck_assert_str_eq(told(ask_slice(&own), 0), "REFUSED");
    ck_assert_str_eq(told(ask_slice(&up), 0), "REFUSED");
    ask_site.own_named = true;
}
END_TEST

START_TEST(a_name_with_dots_of_its_own) {
    struct ask a = ask_make("pxe.lab.example.org", DNS_A), below = ask_make("pxe.lab.example.org.example.org", DNS_A);
    ask_site.own = PXED_SLICE("pxe.lab.example.org");
    ck_assert_str_eq(told(ask_slice(&a), 0), "NOERROR aa | pxe.lab.example.org. 60 IN A 10.77.0.1");
    ck_assert_str_eq(told(ask_slice(&below), 0), "NOERROR aa | pxe.lab.example.org.example.org. 60 IN A 10.77.0.1");
    struct ask up = ask_make("1.0.77.10.in-addr.arpa", DNS_PTR);
    ck_assert_str_eq(told(ask_slice(&up), 0), "NOERROR aa | 1.0.77.10.in-addr.arpa. 60 IN PTR pxe.lab.example.org.");
    ask_site.own = PXED_SLICE("pxe-server");
}
END_TEST

START_TEST(edns_says_how_much_fits) {
    struct dns_query q;
    static const uint16_t sizes[][2] = {{0, 512}, {511, 512}, {600, 600}, {1232, 1232}, {4096, 1232}, {65535, 1232}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct ask a = ask_make("pxe-server", DNS_A);
        ask_edns(&a, sizes[i][0], 0);
        ck_assert(dns_query_read(ask_slice(&a), &q));
        ck_assert_uint_eq(q.room, sizes[i][1]);
        ck_assert_str_eq(told(ask_slice(&a), 0), "NOERROR aa edns | pxe-server. 60 IN A 10.77.0.1");
    }
    struct ask newer = ask_make("pxe-server", DNS_A), twice = ask_make("pxe-server", DNS_A);
    ask_edns(&newer, 1232, 1);
    size_t n = ask_site_answer(ask_slice(&newer), 0, out);
    ck_assert_uint_eq(out[3] & 15, 0); /* BADVERS is 16: 1 in OPT, 0 here */
    ck_assert_uint_eq(out[7], 0);
    ck_assert_mem_eq(out + n - 11, "\0\0\x29\x04\xd0\1\0\0\0\0\0", 11);
    ask_edns(&twice, 1232, 0);
    ask_edns(&twice, 1232, 0);
    ck_assert_str_eq(told(ask_slice(&twice), 0), "FORMERR edns");
}
END_TEST

/* No answer is much longer than its question, and what does not fit is not sent in part. */
START_TEST(small_and_whole) {
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ask a = ask_make(rows[i].name, rows[i].type);
        size_t n = ask_site_answer(ask_slice(&a), 0, out);
        ck_assert_uint_le(n, a.n + 80);
    }
    struct ask a = ask_make("web01", DNS_AAAA);
    ck_assert_str_eq(told(ask_slice(&a), a.n + 56), "NOERROR aa | web01. 60 IN AAAA 2001:db8::60 | web01. 60 IN AAAA "
                                                    "fd00::60");
    ck_assert_str_eq(told(ask_slice(&a), a.n + 55), "NOERROR aa tc");
    ask_edns(&a, 512, 0);
    ck_assert_str_eq(told(ask_slice(&a), a.n + 55), "NOERROR aa tc edns");
}
END_TEST

static const struct {
    const char *what;
    struct pxed_slice bytes;
    const char *told;
} odd[] = {
    {"nothing", PXED_SLICE(""), "none"},
    {"half a header", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0"), "none"},
    {"an answer", PXED_SLICE("\x12\x34\x81\0\0\1\0\0\0\0\0\0\0\0\1\0\1"), "none"},
    {"a header alone", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0"), "FORMERR"},
    {"no question", PXED_SLICE("\x12\x34\1\0\0\0\0\0\0\0\0\0"), "FORMERR"},
    {"two questions", PXED_SLICE("\x12\x34\1\0\0\2\0\0\0\0\0\0\0\0\1\0\1\0\0\1\0\1"), "FORMERR"},
    {"an answer in a query", PXED_SLICE("\x12\x34\1\0\0\1\0\1\0\0\0\0\0\0\1\0\1"), "FORMERR"},
    {"a pointer to itself", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"), "FORMERR"},
    {"a label past the end",
     PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\x3f"
                "a\0\0\1\0\1"),
     "FORMERR"},
    {"a label of 64",
     PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\x40"
                "a\0\0\1\0\1"),
     "FORMERR"},
    {"no type", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\0\0\1\0"), "FORMERR"},
    {"extras that are not there", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\xff\xff\0\0\1\0\1"), "FORMERR"},
    {"half of OPT", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\1\0\0\1\0\1\0\0\x29\4\xd0\0\0\0\0\0"), "FORMERR"},
    {"OPT longer than the rest", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\1\0\0\1\0\1\0\0\x29\4\xd0\0\0\0\0\0\1"),
     "FORMERR"},
    {"another class", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\7version\4bind\0\0\x10\0\3"), "REFUSED"},
    {"an update", PXED_SLICE("\x12\x34\x28\0\0\1\0\0\0\0\0\0\0\0\6\0\1"), "NOTIMPL"},
    {"a notify", PXED_SLICE("\x12\x34\x20\0\0\1\0\0\0\0\0\0\0\0\6\0\1"), "NOTIMPL"},
    {"a NUL in a label", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\5web\0001\0\0\1\0\1"), "REFUSED"},
    {"a dot in a label", PXED_SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\0\5web.1\0\0\1\0\1"), "REFUSED"},
};

START_TEST(odd_queries) {
    ck_assert_msg(strcmp(told(odd[_i].bytes, 0), odd[_i].told) == 0, "%s: %s", odd[_i].what, told(odd[_i].bytes, 0));
}
END_TEST

START_TEST(a_name_of_255_bytes) {
    char name[300];
    struct pxed_buf text = PXED_BUF(name);
    for (int i = 0; i < 127; i++)
        pxed_buf_str(&text, i ? ".a" : "a");
    struct ask a = ask_make(pxed_buf_cstr(&text), DNS_A);
    ck_assert_str_eq(told(ask_slice(&a), 0), "REFUSED");
    pxed_buf_str(&text, ".a");
    a = ask_make(pxed_buf_cstr(&text), DNS_A);
    ck_assert_str_eq(told(ask_slice(&a), 0), "FORMERR");
}
END_TEST

START_TEST(names_that_fit) {
    static const char *const good[] = {"a", "pxe-server", "a.b", "pxe_1.example.org"};
    static const char *const bad[] = {"",   ".",    "a.",
                                      ".a", "a..b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        ck_assert_msg(dns_name_fits(pxed_slice_of(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        ck_assert_msg(!dns_name_fits(pxed_slice_of(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(one_address_asks_so_much) {
    static struct dns_rate r = {.seed = 7};
    struct pxed_addr one = pxed_addr_v4(0x0a4d0032), other = pxed_addr_v4(0x0a4d0033);
    unsigned n = 0;
    for (int i = 0; i < 1000; i++)
        n += dns_rate_admits(&r, &one, 5000) ? 1 : 0;
    ck_assert_uint_eq(n, DNS_BURST);
    ck_assert(dns_rate_admits(&r, &other, 5000));
    n = 0;
    for (int i = 0; i < 1000; i++)
        n += dns_rate_admits(&r, &one, 5000 + (uint64_t)i) ? 1 : 0;
    ck_assert_uint_eq(n, DNS_PER_SECOND - 1); /* the last ms of the second is still to come */
    ck_assert(dns_rate_admits(&r, &one, 60000));
}
END_TEST

int main(void) {
    Suite *s = suite_create("dns");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, names_and_their_answers, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_loop_test(t, odd_queries, 0, sizeof(odd) / sizeof(odd[0]));
    tcase_add_test(t, what_is_not_named_is_not_ours);
    tcase_add_test(t, a_name_with_dots_of_its_own);
    tcase_add_test(t, edns_says_how_much_fits);
    tcase_add_test(t, small_and_whole);
    tcase_add_test(t, a_name_of_255_bytes);
    tcase_add_test(t, names_that_fit);
    tcase_add_test(t, one_address_asks_so_much);
    suite_add_tcase(s, t);
    return suite_run(s);
}
