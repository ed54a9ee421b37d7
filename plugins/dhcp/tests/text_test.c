/* Texts of ours: `option =` lines and lease records. */

#include "extra.h"
#include "record.h"
#include "suite.h"
#include "support.h"

static const struct {
    const char *line;
    const char *bytes; /* NULL: refused */
    size_t len;
} lines[] = {
    {"150 10.0.0.1", "\x96\4\x0a\0\0\1", 6},
    {"150 10.0.0.1, 10.0.0.2", "\x96\x08\x0a\0\0\1\x0a\0\0\2", 10},
    {"150 10.0.0.1 10.0.0.2", "\x96\x08\x0a\0\0\1\x0a\0\0\2", 10},
    {"150 10.0.0.256",
     "\x96\x0a"
     "10.0.0.256",
     12},
    {"150 10.0.0.1 x",
     "\x96\x0a"
     "10.0.0.1 x",
     12},
    {"17 http://x/y z",
     "\x11\x0c"
     "http://x/y z",
     14},
    {"209 \"10.0.0.1\"",
     "\xd1\x08"
     "10.0.0.1",
     10},
    {"208 0xF100747e", "\xd0\4\xf1\0\x74\x7e", 6},
    {" 224   0x00 ", "\xe0\1\0", 3},
    {"224 \"\"", "\xe0\0", 2},
    {"224 0x0", NULL, 0},
    {"224 0x", NULL, 0},
    {"224 0xzz", NULL, 0},
    {"224", NULL, 0},
    {"", NULL, 0},
    {"x y", NULL, 0},
    {"0 x", NULL, 0},
    {"255 x", NULL, 0},
    {"256 x", NULL, 0},
    {"6 10.0.0.1", NULL, 0},
    {"53 0x01", NULL, 0},
    {"67 pxelinux.0", NULL, 0},
    {"43 0x0601", NULL, 0},
    {"82 x", NULL, 0},
};

START_TEST(extra_rows) {
    char bytes[300];
    struct pxed_buf out = PXED_BUF(bytes);
    unsigned number;
    const char *wrong = dhcp_extra_parse(pxed_slice_of(lines[_i].line), &out, &number);
    if (!lines[_i].bytes) {
        ck_assert_msg(wrong != NULL, "%s: accepted", lines[_i].line);
        ck_assert_uint_eq(out.len, 0);
        return;
    }
    ck_assert_msg(wrong == NULL, "%s: %s", lines[_i].line, wrong);
    ck_assert_uint_eq(out.len, lines[_i].len);
    ck_assert_mem_eq(bytes, lines[_i].bytes, lines[_i].len);
    ck_assert_uint_eq(number, (uint8_t)lines[_i].bytes[0]);
}
END_TEST

START_TEST(extra_value_of_255_bytes) {
    char line[300], bytes[300];
    struct pxed_buf out = PXED_BUF(bytes);
    unsigned number;
    memset(line, 'a', sizeof(line));
    memcpy(line, "224 ", 4);
    ck_assert_ptr_null(dhcp_extra_parse(pxed_slice(line, 259), &out, &number));
    ck_assert_uint_eq(out.len, 257);
    ck_assert_ptr_nonnull(dhcp_extra_parse(pxed_slice(line, 260), &out, &number));
    ck_assert_uint_eq(out.len, 257);
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
    tcase_add_test(t, record_goes_out_and_comes_back);
    tcase_add_test(t, record_without_name);
    tcase_add_test(t, longest_record_fits);
    tcase_add_loop_test(t, record_refused_rows, 0, 13);
    suite_add_tcase(s, t);
    return suite_run(s);
}
