/* Texts of ours: `option =` lines and lease records. */

#include "hostopt.h"
#include "record.h"
#include "suite.h"
#include "support.h"

static const struct {
    const char *line;
    unsigned number; /* 0: refused, and `bytes` is part of the reason */
    const char *bytes;
    size_t len;
} lines[] = {
    {"150 10.0.0.1", 150, "\x0a\0\0\1", 4},
    {"150 10.0.0.1, 10.0.0.2", 150, "\x0a\0\0\1\x0a\0\0\2", 8},
    {"tftp-server-address 10.0.0.1 10.0.0.2", 150, "\x0a\0\0\1\x0a\0\0\2", 8},
    {"150 10.0.0.256", 0, "expected addresses", 0},
    {"224 10.0.0.1", 224, "\x0a\0\0\1", 4},
    {"224 10.0.0.1 x", 224, "10.0.0.1 x", 10},
    {"17 http://x/y z", 17, "http://x/y z", 12},
    {"root-path 10.0.0.1", 17, "10.0.0.1", 8},
    {"224 \"10.0.0.1\"", 224, "10.0.0.1", 8},
    {"208 0xF100747e", 208, "\xf1\0\x74\x7e", 4},
    {" 224   0x00 ", 224, "\0", 1},
    {"224 \"\"", 224, "", 0},
    {"interface-mtu 1400", 26, "\x05\x78", 2},
    {"26 65536", 0, "from 0 to 65535", 0},
    {"23 255", 23, "\xff", 1},
    {"23 256", 0, "from 0 to 255", 0},
    {"time-offset -3600", 2, "\xff\xff\xf1\xf0", 4},
    {"2 3600", 2, "\0\0\x0e\x10", 4},
    {"2 x", 0, "expected a number", 0},
    {"58 300", 58, "\0\0\1\x2c", 4},
    {"ip-forwarding yes", 19, "\1", 1},
    {"19 True", 19, "\1", 1},
    {"19 maybe", 0, "yes or no", 0},
    {"default-ip-ttl 0", 0, "least value of this option is 1", 0},
    {"interface-mtu 67", 0, "least value of this option is 68", 0},
    {"57 575", 0, "least value of this option is 576", 0},
    {"25 68 67", 0, "least value of this option is 68", 0},
    {"2 -2147483648", 2, "\x80\0\0\0", 4},
    {"2 -2147483649", 0, "expected a number", 0},
    {"static-routes 10.1.0.0 10.77.0.9", 33, "\x0a\1\0\0\x0a\x4d\0\x09", 8},
    {"static-routes 10.1.0.0 10.77.0.9 10.2.0.0", 0, "pairs of addresses", 0},
    {"static-routes 0.0.0.0 10.77.0.9", 0, "`router =` is the default route", 0},
    {"21 0.0.0.0 0.0.0.0", 21, "\0\0\0\0\0\0\0\0", 8},
    {"25 68 296", 25, "\0\x44\1\x28", 4},
    {"domain-search lab.test, example.org", 119, "\3lab\4test\0\7example\3org\0", 23},
    {"121 10.20.0.0/16 10.77.0.254, 0.0.0.0/0 10.77.0.1", 121, "\x10\x0a\x14\x0a\x4d\0\xfe\0\x0a\x4d\0\1", 12},
    {"121 10.20.0.0 10.77.0.254", 0, "NET/PREFIX ROUTER", 0},
    {"121 10.20.0.0/16", 0, "NET/PREFIX ROUTER", 0},
    {"43.9 0x000011", 43, "\x09\3\0\0\x11", 5},
    {"43.10 \"PXE\"", 43, "\x0a\3PXE", 5},
    {"175.176 0x01", 175, "\xb0\1\1", 3},
    {"43.255 x", 0, "NUMBER.SUB", 0},
    {"6 10.0.0.1", 6, "\x0a\0\0\1", 4},
    {"67 pxelinux.0", 67, "pxelinux.0", 10},
    {"43 0x0601", 43, "\6\1", 2},
    {"224 0x0", 0, "even number", 0},
    {"224 0x", 0, "even number", 0},
    {"224 0xzz", 0, "hex digit", 0},
    {"224", 0, "no value", 0},
    {"", 0, "NUMBER VALUE", 0},
    {"x y", 0, "NUMBER VALUE", 0},
    {"domain-serach x", 0, "did you mean 'domain-search'", 0},
    {"0 x", 0, "no options", 0},
    {"255 x", 0, "no options", 0},
    {"256 x", 0, "NUMBER VALUE", 0},
    {"1 255.0.0.0", 0, "makes the lease", 0},
    {"51 60", 0, "lease-time", 0},
    {"53 0x01", 0, "makes the lease", 0},
    {"61 x", 0, "makes the lease", 0},
    {"82 x", 0, "makes the lease", 0},
};

START_TEST(extra_rows) {
    char bytes[300], wrong[DHCP_EXTRA_WRONG];
    struct pxed_buf out = PXED_BUF(bytes);
    struct dhcp_extra one;
    bool good = dhcp_extra_parse(pxed_slice_of(lines[_i].line), &out, &one, wrong);
    ck_assert_msg(good == (lines[_i].number != 0), "%s: %s", lines[_i].line, good ? "accepted" : wrong);
    if (!good) {
        ck_assert_msg(strstr(wrong, lines[_i].bytes) != NULL, "%s: %s", lines[_i].line, wrong);
        ck_assert_uint_eq(out.len, 0);
        return;
    }
    ck_assert_uint_eq(one.number, lines[_i].number);
    ck_assert_msg(out.len == lines[_i].len, "%s: %zu bytes", lines[_i].line, out.len);
    ck_assert_msg(memcmp(bytes, lines[_i].bytes, lines[_i].len) == 0, "%s", lines[_i].line);
}
END_TEST

START_TEST(extra_value_of_255_bytes) {
    char line[300], bytes[300], wrong[DHCP_EXTRA_WRONG];
    struct pxed_buf out = PXED_BUF(bytes);
    struct dhcp_extra one;
    memset(line, 'a', sizeof(line));
    memcpy(line, "224 ", 4);
    ck_assert(dhcp_extra_parse(pxed_slice(line, 259), &out, &one, wrong));
    ck_assert_uint_eq(out.len, 255);
    ck_assert(!dhcp_extra_parse(pxed_slice(line, 260), &out, &one, wrong));
    ck_assert_uint_eq(out.len, 255);
}
END_TEST

START_TEST(record_goes_out_and_comes_back) {
    static const enum dhcp_lease_state states[] = {DHCP_BOUND, DHCP_EXPIRED, DHCP_DECLINED};
    for (size_t i = 0; i < 3; i++) {
        struct dhcp_record r = {.ip = IP4(10, 77, 0, 60), .state = states[i], .end = 1795400000, .mac = mac_of(0x33)};
        r.kept = i == 0;
        struct dhcp_record back;
        char k[64], v[DHCP_RECORD_MAX];
        struct pxed_buf key = PXED_BUF(k), value = PXED_BUF(v);
        if (states[i] == DHCP_DECLINED)
            r.mac = (struct pxed_hwaddr){0};
        else
            r.name = PXED_SLICE("web01");
        dhcp_record_key(r.ip, &key);
        dhcp_record_write(&r, &value);
        ck_assert(pxed_slice_is(pxed_buf_slice(&key), "10.77.0.60"));
        if (states[i] == DHCP_BOUND)
            ck_assert(pxed_slice_is(pxed_buf_slice(&value), "1 bound 1795400000 1-525400000033 web01 kept"));
        ck_assert(dhcp_record_read(pxed_buf_slice(&key), pxed_buf_slice(&value), &back));
        ck_assert_uint_eq(back.ip, r.ip);
        ck_assert_int_eq(back.state, r.state);
        ck_assert_int_eq(back.end, r.end);
        ck_assert(pxed_hwaddr_eq(&back.mac, &r.mac));
        ck_assert(pxed_slice_eq(back.name, r.name));
        ck_assert_int_eq(back.kept, r.kept);
    }
}
END_TEST

/* What versions before `kept` wrote, and a lease without a name. */
START_TEST(record_without_name) {
    struct dhcp_record r;
    ck_assert(dhcp_record_read(PXED_SLICE("10.77.0.60"), PXED_SLICE("1 bound 5 1-525400000033"), &r));
    ck_assert(r.name.len == 0 && !r.kept);
    ck_assert(dhcp_record_read(PXED_SLICE("10.77.0.60"), PXED_SLICE("1 bound 5 1-525400000033 web01"), &r));
    ck_assert(pxed_slice_is(r.name, "web01") && !r.kept);
    char v[DHCP_RECORD_MAX];
    struct pxed_buf value = PXED_BUF(v);
    r.name = PXED_NO_SLICE;
    r.kept = true;
    dhcp_record_write(&r, &value);
    ck_assert(pxed_slice_is(pxed_buf_slice(&value), "1 bound 5 1-525400000033 - kept"));
    ck_assert(dhcp_record_read(PXED_SLICE("10.77.0.60"), pxed_buf_slice(&value), &r));
    ck_assert(r.name.len == 0 && r.kept);
}
END_TEST

START_TEST(longest_record_fits) {
    struct dhcp_record r = {.ip = UINT32_MAX, .state = DHCP_DECLINED, .end = INT64_MAX}, back;
    char name[DHCP_NAME_MAX], k[PXED_ADDR_TEXT], v[DHCP_RECORD_MAX];
    struct pxed_buf key = PXED_BUF(k), value = PXED_BUF(v);
    memset(name, 'n', sizeof(name));
    r.name = pxed_slice(name, sizeof(name));
    r.kept = true;
    r.mac = (struct pxed_hwaddr){.type = 255, .len = 20};
    dhcp_record_key(r.ip, &key);
    dhcp_record_write(&r, &value);
    ck_assert(!pxed_buf_full(&key) && !pxed_buf_full(&value));
    ck_assert(dhcp_record_read(pxed_buf_slice(&key), pxed_buf_slice(&value), &back));
}
END_TEST

/* ---- option= of a host ---- */

static const struct {
    const char *lines;
    const char *out, *without; /* NULL: refused, and `without` is part of the reason */
    size_t n, n_without;
} own[] = {
    {"", "\x64\1A\xe0\1B", "\x43\1f\x3c\1c", 6, 6},
    {"100 X", "\x64\1X\xe0\1B", "\x43\1f\x3c\1c", 6, 6},
    {"100 X; interface-mtu 1400;", "\x64\1X\x1a\2\x05\x78\xe0\1B", "\x43\1f\x3c\1c", 10, 6},
    {"67 own.0", "\x64\1A\xe0\1B", "\x43\5own.0\x3c\1c", 6, 10},
    {"175.1 0x01; 224 Y; 175.2 0x02", "\xaf\6\1\1\1\2\1\2\xe0\1Y\x64\1A", "\x43\1f\x3c\1c", 14, 6},
    {"100 X; 100 Y", NULL, "set twice", 0, 0},
    {"175.1 0x01; 175 Y", NULL, "set twice", 0, 0},
    {"51 60", NULL, "lease-time", 0, 0},
    {"100 X; domain-serach y", NULL, "did you mean", 0, 0},
};

START_TEST(host_options) {
    char bytes[DHCP_MERGED_MAX], more[DHCP_MERGED_MAX], wrong[DHCP_EXTRA_WRONG] = "";
    struct pxed_buf out = PXED_BUF(bytes), without = PXED_BUF(more);
    bool good = dhcp_host_options(pxed_slice_of(own[_i].lines), PXED_SLICE("\x64\1A\xe0\1B"),
                                  PXED_SLICE("\x43\1f\x3c\1c"), &out, &without, wrong);
    ck_assert_msg(good == (own[_i].out != NULL), "%s: %s", own[_i].lines, wrong);
    if (!good) {
        ck_assert_msg(strstr(wrong, own[_i].without) != NULL, "%s: %s", own[_i].lines, wrong);
        return;
    }
    ck_assert_msg(pxed_slice_eq(pxed_buf_slice(&out), pxed_slice(own[_i].out, own[_i].n)), "%s", own[_i].lines);
    ck_assert_msg(pxed_slice_eq(pxed_buf_slice(&without), pxed_slice(own[_i].without, own[_i].n_without)), "%s",
                  own[_i].lines);
}
END_TEST

START_TEST(host_options_that_are_too_long) {
    char many[1200] = "", bytes[DHCP_MERGED_MAX], more[DHCP_MERGED_MAX], wrong[DHCP_EXTRA_WRONG];
    struct pxed_buf out = PXED_BUF(bytes), without = PXED_BUF(more), text = PXED_BUF(many);
    for (int i = 224; i < 228; i++) {
        pxed_buf_u64(&text, (uint64_t)i);
        pxed_buf_str(&text, " ");
        for (int k = 0; k < 200; k++)
            pxed_buf_byte(&text, 'x');
        pxed_buf_str(&text, ";");
    }
    ck_assert(!dhcp_host_options(pxed_buf_slice(&text), PXED_NO_SLICE, PXED_NO_SLICE, &out, &without, wrong));
    ck_assert_ptr_nonnull(strstr(wrong, "512 bytes"));
    text.len = out.len = without.len = 0;
    for (int i = 0; i <= DHCP_HOST_OPTIONS; i++)
        pxed_buf_str(&text, "175.1 0x01;");
    ck_assert(!dhcp_host_options(pxed_buf_slice(&text), PXED_NO_SLICE, PXED_NO_SLICE, &out, &without, wrong));
    ck_assert_ptr_nonnull(strstr(wrong, "more than 32"));
}
END_TEST

START_TEST(record_refused_rows) {
    static const char *const bad[][2] = {
        {"10.77.0.60", ""},
        {"10.77.0.60", "2 bound 1 1-525400000033"},
        {"10.77.0.60", "1 free 1 1-525400000033"},
        {"10.77.0.60", "1 bound x 1-525400000033"},
        {"10.77.0.60", "1 bound -1 1-525400000033"},
        {"10.77.0.60", "1 bound 1 525400000033"},
        {"10.77.0.60", "1 bound 1 1-52540000003"},
        {"10.77.0.60", "1 bound 1 256-525400000033"},
        {"10.77.0.60", "1 bound 1 1-zz5400000033"},
        {"10.77.0.60", "1 bound 1 1-000102030405060708090a0b0c0d0e0f1011121314"},
        {"10.77.0", "1 bound 1 1-525400000033"},
        {"fe80::1", "1 bound 1 1-525400000033"},
        {"", "1 bound 1 1-525400000033"},
    };
    struct dhcp_record r;
    ck_assert(!dhcp_record_read(pxed_slice_of(bad[_i][0]), pxed_slice_of(bad[_i][1]), &r));
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp text");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, extra_rows, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(t, extra_value_of_255_bytes);
    tcase_add_loop_test(t, host_options, 0, sizeof(own) / sizeof(own[0]));
    tcase_add_test(t, host_options_that_are_too_long);
    tcase_add_test(t, record_goes_out_and_comes_back);
    tcase_add_test(t, record_without_name);
    tcase_add_test(t, longest_record_fits);
    tcase_add_loop_test(t, record_refused_rows, 0, 13);
    suite_add_tcase(s, t);
    return suite_run(s);
}
