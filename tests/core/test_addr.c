#include "pxed/addr.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>

#include "pxed/listen.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name, *text;
} good_macs[] = {
    {"colons", "08:00:27:4d:4d:aa"},      {"hyphens", "08-00-27-4d-4d-aa"},
    {"Cisco", "0800.274d.4daa"},          {"bare", "0800274d4daa"},
    {"upper case", "08:00:27:4D:4D:AA"},  {"mixed case, bare", "0800274D4daA"},
    {"pxelinux", "01-08-00-27-4d-4d-aa"}, {"prefix before colons", "01-08:00:27:4d:4d:aa"},
};

static const struct {
    const char *name, *text;
} bad_macs[] = {
    {"empty", ""},
    {"separators only", ":::::"},
    {"short", "08:00:27:4d:4d"},
    {"long", "08:00:27:4d:4d:aa:bb"},
    {"mixed separators", "08:00-27:4d:4d:aa"},
    {"one-digit group", "8:00:27:4d:4d:aa"},
    {"group of three", "080:0:27:4d:4d:aa"},
    {"no hex digit", "08:00:27:4d:4d:ag"},
    {"separator for digit", "08:00:27:4d:4d::a"},
    {"trailing separator", "08:00:27:4d:4d:a:"},
    {"leading blank", " 0800274d4daa"},
    {"trailing blank", "08:00:27:4d:4d:aa "},
    {"percent-escapes", "08%3A00%3A27%3A4d%3A4d%3Aaa"},
    {"dots by two", "08.00.27.4d.4d.aa"},
    {"Cisco with colons", "0800:274d:4daa"},
    {"prefix with colon", "01:08:00:27:4d:4d:aa"},
    {"prefix before Cisco", "01-0800.274d.4daa"},
    {"prefix before bare", "01-0800274d4daa"},
    {"other prefix", "02-08-00-27-4d-4d-aa"},
    {"two prefixes", "01-01-08-00-27-4d-4d-aa"},
    {"dots by two after prefix", "01-08.00.27.4d.4d.aa"},
    {"thirteen digits", "0800274d4daa0"},
    {"fourteen digits", "0800274d4daa00"},
    {"seventeen digits", "0800274d4daa00000"},
};

static const struct pxed_hwaddr the_mac = {.type = 1, .len = 6, .bytes = {0x08, 0x00, 0x27, 0x4d, 0x4d, 0xaa}};

START_TEST(infiniband_ports) {
    static const char *const same[] = {"00:02:c9:03:00:4d:4d:aa", "00-02-C9-03-00-4D-4D-AA", "0002c903004d4daa",
                                       "80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:4d:4d:aa",
                                       "20-80-00-04-04-fe-80-00-00-00-00-00-00-00-02-c9-03-00-4d-4d-aa"};
    static const char *const bad[] = {"00:02:c9:03:00:4d:4d", "00:02:c9:03:00:4d:4d-aa", "00 02 c9 03 00 4d 4d aa",
                                      "00:02:c9:03:00:4d:4d:ag", "01-02-c9-03-00-4d-4d-aa"};
    struct pxed_hwaddr port = {32, 8, {0, 2, 0xc9, 3, 0, 0x4d, 0x4d, 0xaa}}, mac;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        ck_assert_msg(pxed_mac_parse(pxed_slice_of(same[i]), &mac), "%s", same[i]);
        ck_assert_msg(pxed_hwaddr_eq(&mac, &port), "%s", same[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!pxed_mac_parse(pxed_slice_of(bad[i]), &mac), "%s", bad[i]);
}
END_TEST

START_TEST(test_good_mac) {
    struct pxed_hwaddr mac;
    ck_assert_msg(pxed_mac_parse(pxed_slice_of(good_macs[_i].text), &mac), "%s", good_macs[_i].name);
    ck_assert_msg(pxed_hwaddr_eq(&mac, &the_mac), "%s", good_macs[_i].name);
}
END_TEST

START_TEST(test_bad_mac) {
    struct pxed_hwaddr mac = the_mac;
    ck_assert_msg(!pxed_mac_parse(pxed_slice_of(bad_macs[_i].text), &mac), "%s", bad_macs[_i].name);
    ck_assert_msg(pxed_hwaddr_eq(&mac, &the_mac), "%s: touched", bad_macs[_i].name);
}
END_TEST

/* A multicast MAC that looks as if it had a prefix. */
START_TEST(test_mac_beginning_with_01) {
    struct pxed_hwaddr mac;
    ck_assert(pxed_mac_parse(PXED_SLICE("01-00-5e-00-00-01"), &mac));
    ck_assert_int_eq(mac.bytes[0], 1);
    ck_assert_int_eq(mac.bytes[5], 1);
}
END_TEST

START_TEST(test_mac_text) {
    char text[PXED_MAC_TEXT];
    ck_assert_str_eq(pxed_mac_text(&the_mac, "-", text), "08-00-27-4d-4d-aa");
    ck_assert_str_eq(pxed_mac_text(&the_mac, ":", text), "08:00:27:4d:4d:aa");
    ck_assert_str_eq(pxed_mac_text(&the_mac, "", text), "0800274d4daa");
    ck_assert_str_eq(pxed_mac_text(&(struct pxed_hwaddr){0}, ":", text), "");

    struct pxed_hwaddr infiniband = {.type = 32, .len = 20};
    memset(infiniband.bytes, 0xfe, sizeof(infiniband.bytes));
    ck_assert_uint_eq(strlen(pxed_mac_text(&infiniband, ":", text)), 59);
    ck_assert(!pxed_hwaddr_eq(&infiniband, &the_mac) && pxed_hwaddr_eq(&infiniband, &infiniband));
}
END_TEST

static const struct {
    const char *name, *text, *normal; /* normal NULL: refused */
} addrs[] = {
    {"v4", "10.77.0.60", "10.77.0.60"},
    {"v4 zero", "0.0.0.0", "0.0.0.0"},
    {"v4 broadcast", "255.255.255.255", "255.255.255.255"},
    {"v4 too large", "10.0.0.256", NULL},
    {"v4 leading zero", "10.0.0.01", NULL},
    {"v4 three parts", "10.0.1", NULL},
    {"v4 five parts", "10.0.0.0.1", NULL},
    {"v4 empty part", "10..0.1", NULL},
    {"v4 trailing dot", "10.0.0.1.", NULL},
    {"v4 blank", "10.0.0.1 ", NULL},
    {"empty", "", NULL},
    {"word", "localhost", NULL},
    {"v6 any", "::", "::"},
    {"v6 loopback", "::1", "::1"},
    {"v6 full", "2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"v6 first of equal runs", "1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
    {"v6 longest run", "1:0:0:2:0:0:0:4", "1:0:0:2::4"},
    {"v6 single zero stays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"v6 gap at end", "fe80::", "fe80::"},
    {"v6 gap for one group", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"v6 mapped", "::ffff:10.0.0.1", "::ffff:10.0.0.1"},
    {"v6 v4 tail", "64:ff9b::10.0.0.1", "64:ff9b::a00:1"},
    {"v6 v4 tail too early", "1:2:3:4:5:6:7:10.0.0.1", NULL},
    {"v6 v4 inside", "::10.0.0.1:1", NULL},
    {"v6 seven groups", "1:2:3:4:5:6:7", NULL},
    {"v6 nine groups", "1:2:3:4:5:6:7:8:9", NULL},
    {"v6 gap for nothing", "1:2:3:4::5:6:7:8", NULL},
    {"v6 two gaps", "1::2::3", NULL},
    {"v6 three colons", ":::1", NULL},
    {"v6 leading colon", ":1:2:3:4:5:6:7", NULL},
    {"v6 trailing colon", "1:2:3:4:5:6:7:", NULL},
    {"v6 five digits", "12345::", NULL},
    {"v6 zone", "fe80::1%eth0", NULL},
    {"v6 brackets", "[::1]", NULL},
    {"colon", ":", NULL},
};

START_TEST(test_addr) {
    struct pxed_addr a = pxed_addr_v4(42);
    char text[PXED_ADDR_TEXT];
    bool ok = pxed_addr_parse(pxed_slice_of(addrs[_i].text), &a);
    ck_assert_msg(ok == (addrs[_i].normal != NULL), "%s", addrs[_i].name);
    ck_assert_msg(!strcmp(pxed_addr_text(&a, text), ok ? addrs[_i].normal : "0.0.0.42"), "%s: %s", addrs[_i].name,
                  text);
}
END_TEST

static const struct {
    const char *name, *text;
    bool ok;
    uint8_t family, prefix;
} prefixes[] = {
    {"none", "10.0.0.1", true, 4, 0},
    {"24", "10.0.0.1/24", true, 4, 24},
    {"32", "10.0.0.1/32", true, 4, 32},
    {"33", "10.0.0.1/33", false, 0, 0},
    {"v6", "2001:db8::/64", true, 6, 64},
    {"v6 128", "::/128", true, 6, 128},
    {"v6 129", "::/129", false, 0, 0},
    {"empty prefix", "10.0.0.1/", false, 0, 0},
    {"mask", "10.0.0.1/255.255.255.0", false, 0, 0},
    {"no address", "/24", false, 0, 0},
};

START_TEST(test_prefix) {
    struct pxed_addr a = {0};
    uint8_t prefix = 99;
    bool ok = pxed_addr_parse_prefix(pxed_slice_of(prefixes[_i].text), &a, &prefix);
    ck_assert_msg(ok == prefixes[_i].ok && a.family == prefixes[_i].family, "%s", prefixes[_i].name);
    ck_assert_msg(prefix == (ok ? prefixes[_i].prefix : 99), "%s", prefixes[_i].name);
}
END_TEST

START_TEST(test_v4_values) {
    struct pxed_addr a = pxed_addr_v4(0x0a4d003c), b = pxed_addr_v4_be("\x0a\x4d\x00\x3c"), v6 = {.family = 6};
    char text[PXED_ADDR_TEXT];
    ck_assert(pxed_addr_eq(&a, &b) && !pxed_addr_eq(&a, &v6));
    ck_assert_uint_eq(pxed_addr_u32(&b), 0x0a4d003c);
    ck_assert_uint_eq(pxed_addr_u32(&v6), 0);
    ck_assert_str_eq(pxed_addr_text(&(struct pxed_addr){0}, text), "");

    struct pxed_addr net = pxed_addr_v4(0x0a4d0000), other = pxed_addr_v4(0x0a4e0000);
    ck_assert(pxed_addr_in_net(&a, &net, 24) && !pxed_addr_in_net(&a, &other, 24) && pxed_addr_in_net(&a, &other, 0));
    ck_assert(!pxed_addr_in_net(&v6, &net, 0));
}
END_TEST

/* The C library as the judge: same text for the same bytes, same bytes for the same text. */
START_TEST(test_v6_like_libc) {
    srandom(1);
    for (int round = 0; round < 20000; round++) {
        struct pxed_addr a = {.family = 6}, back;
        char mine[PXED_ADDR_TEXT], theirs[INET6_ADDRSTRLEN];
        for (size_t i = 0; i < 16; i += 2) {
            long value = random() % 3 ? 0 : random() >> (random() % 16);
            a.bytes[i] = (uint8_t)(value >> 8);
            a.bytes[i + 1] = (uint8_t)value;
        }
        a.bytes[0] |= 0x20; /* not ::1.2.3.4, which RFC 5952 no longer writes so */
        inet_ntop(AF_INET6, a.bytes, theirs, sizeof(theirs));
        ck_assert_str_eq(pxed_addr_text(&a, mine), theirs);
        ck_assert(pxed_addr_parse(pxed_slice_of(mine), &back) && pxed_addr_eq(&a, &back));
    }
}
END_TEST

START_TEST(test_parse_like_libc) {
    srandom(2);
    for (int round = 0; round < 200000; round++) {
        char text[24];
        size_t n = (size_t)random() % (sizeof(text) - 1);
        for (size_t i = 0; i < n; i++)
            text[i] = "::::1f0.25"[random() % 10];
        text[n] = '\0';

        struct pxed_addr a;
        uint8_t theirs[16];
        int family = strchr(text, ':') ? AF_INET6 : AF_INET;
        bool ok = pxed_addr_parse(pxed_slice_of(text), &a);
        ck_assert_msg(ok == (inet_pton(family, text, theirs) == 1), "%s", text);
        ck_assert_msg(!ok || memcmp(a.bytes, theirs, family == AF_INET ? 4 : 16) == 0, "%s", text);
    }
}
END_TEST

static const struct {
    const char *text, *addr, *name;
    unsigned port;
    bool tls;
    const char *wrong; /* what the complaint holds; NULL: none */
} listens[] = {
    {"10.77.0.1:443 tls pxe-server", "10.77.0.1", "pxe-server", 443, true, NULL},
    {"10.77.0.1:8080", "10.77.0.1", NULL, 8080, false, NULL},
    {"  [fd00::1]:443\ttls ", "fd00::1", NULL, 443, true, NULL},
    {"0.0.0.0:80", "0.0.0.0", NULL, 80, false, NULL},
    {"[::]:443 tls a.b-c.example", "::", "a.b-c.example", 443, true, NULL},
    {"10.77.0.1", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"10.77.0.1:0", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"10.77.0.1:65536 tls", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"fd00::1:443 tls", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"pxe-server:443 tls", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"", NULL, NULL, 0, false, "ADDRESS:PORT"},
    {"10.77.0.1:443 TLS", NULL, NULL, 0, false, "not `tls`"},
    {"10.77.0.1:80 pxe-server", NULL, NULL, 0, false, "[pxed] name"},
    {"10.77.0.1:443 tls -x", NULL, NULL, 0, false, "no host name"},
    {"10.77.0.1:443 tls a/b", NULL, NULL, 0, false, "no host name"},
    {"10.77.0.1:443 tls a b", NULL, NULL, 0, false, "a line each"},
    {"10.77.0.1:443 tls a,10.77.0.2:443", NULL, NULL, 0, false, "no host name"},
};

START_TEST(test_listen) {
    struct pxed_listen l = {.port = 7};
    struct pxed_addr addr;
    const char *wrong = pxed_listen_parse(pxed_slice_of(listens[_i].text), &l);
    if (listens[_i].wrong) {
        ck_assert_ptr_nonnull(wrong);
        ck_assert_ptr_nonnull(strstr(wrong, listens[_i].wrong));
        ck_assert_uint_eq(l.port, 7);
        return;
    }
    ck_assert_ptr_null(wrong);
    ck_assert(pxed_addr_parse(pxed_slice_of(listens[_i].addr), &addr) && pxed_addr_eq(&addr, &l.addr));
    ck_assert_uint_eq(l.port, listens[_i].port);
    ck_assert_int_eq(l.tls, listens[_i].tls);
    ck_assert(listens[_i].name ? pxed_slice_is(l.name, listens[_i].name) : l.name.ptr == NULL);
    ck_assert_int_eq(pxed_addr_is_any(&addr), _i == 3 || _i == 4);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("addr");
    TCase *tests = tcase_create("addr");
    tcase_add_test(tests, infiniband_ports);
    tcase_add_loop_test(tests, test_good_mac, 0, COUNT(good_macs));
    tcase_add_loop_test(tests, test_bad_mac, 0, COUNT(bad_macs));
    tcase_add_test(tests, test_mac_beginning_with_01);
    tcase_add_test(tests, test_mac_text);
    tcase_add_loop_test(tests, test_addr, 0, COUNT(addrs));
    tcase_add_loop_test(tests, test_prefix, 0, COUNT(prefixes));
    tcase_add_loop_test(tests, test_listen, 0, COUNT(listens));
    tcase_add_test(tests, test_v4_values);
    tcase_add_test(tests, test_v6_like_libc);
    tcase_add_test(tests, test_parse_like_libc);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
