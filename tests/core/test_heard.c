/* What other DHCP servers say: our question as bytes, replies as rows, and what they add up to. */
#define _GNU_SOURCE
#include "pxed/heard.h"
#include "suite.h"

struct made {
    uint8_t bytes[PXED_HEARD_FRAME_MAX];
    size_t n;
};

static void reply_option(struct made *m, uint8_t code, const void *value, size_t len) {
    m->bytes[m->n++] = code;
    m->bytes[m->n++] = (uint8_t)len;
    memcpy(m->bytes + m->n, value, len);
    m->n += len;
}

/* An OFFER of 10.77.0.2: the address 10.77.0.<last> (0: none) to xid 7. */
static struct made reply_make(uint8_t last) {
    struct made m = {.n = 28 + 240};
    uint8_t *ip = m.bytes, *dhcp = ip + 28;
    memcpy(ip, (const uint8_t[]){0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 77, 0, 2, 255, 255, 255, 255}, 20);
    memcpy(ip + 20, (const uint8_t[]){0, 67, 0, 68}, 4);
    memcpy(dhcp, (const uint8_t[]){2, 1, 6, 0, 0, 0, 0, 7}, 8);
    if (last)
        memcpy(dhcp + 16, (const uint8_t[]){10, 77, 0, last}, 4);
    memcpy(dhcp + 236, "\x63\x82\x53\x63", 4);
    reply_option(&m, 53, "\2", 1);
    return m;
}

static struct pxed_slice reply_end(struct made *m) {
    m->bytes[m->n++] = 255;
    m->bytes[2] = (uint8_t)(m->n >> 8);
    m->bytes[3] = (uint8_t)m->n;
    m->bytes[24] = (uint8_t)((m->n - 20) >> 8);
    m->bytes[25] = (uint8_t)(m->n - 20);
    return pxed_slice((const char *)m->bytes, m->n);
}

START_TEST(the_question) {
    static const uint8_t mac[6] = {2, 1, 2, 3, 4, 5};
    uint8_t out[PXED_HEARD_FRAME_MAX];
    size_t plain = pxed_heard_ask(out, mac, 0x01020304, PXED_HEARD_PLAIN);
    ck_assert_uint_eq(plain, 28 + 300);
    ck_assert_mem_eq(out + 12, "\0\0\0\0\xff\xff\xff\xff\0\x44\0\x43", 12);
    ck_assert_mem_eq(out + 28, "\1\1\6\0\1\2\3\4\0\0\x80\0", 12);
    ck_assert_mem_eq(out + 28 + 28, mac, 6);
    ck_assert_mem_eq(out + 28 + 236, "\x63\x82\x53\x63\x35\1\1\x37\7", 9);
    uint32_t sum = 0;
    for (size_t i = 0; i < 20; i += 2)
        sum += (uint32_t)out[i] << 8 | out[i + 1];
    ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
    size_t boots = pxed_heard_ask(out, mac, 1, PXED_HEARD_FIRMWARE);
    ck_assert_uint_eq(boots, out[3] + 256u * out[2]);
    ck_assert_ptr_nonnull(memmem(out, boots, "\x3c\x20PXEClient:Arch:00000:UNDI:002001\x37", 35));
    ck_assert_ptr_nonnull(memmem(out, boots, "\x5d\2\0\0", 4));
    ck_assert(
        !pxed_heard_read(pxed_slice((const char *)out, boots), &(struct pxed_heard_reply){0})); /* it is no reply */
}
END_TEST

START_TEST(an_offer) {
    struct made m = reply_make(100);
    struct pxed_heard_reply r;
    memcpy(m.bytes + 28 + 20, "\x0a\x4d\0\3", 4);
    memcpy(m.bytes + 28 + 108, "boot.0", 6);
    memcpy(m.bytes + 28 + 28, "\x08\0\x27\1\2\3", 6);
    reply_option(&m, 54, "\x0a\x4d\0\2", 4);
    reply_option(&m, 60, "PXEClient", 9);
    ck_assert(pxed_heard_read(reply_end(&m), &r));
    ck_assert_uint_eq(r.xid, 7);
    ck_assert_uint_eq(r.address, 0x0a4d0064);
    ck_assert_uint_eq(r.server, 0x0a4d0002);
    ck_assert_uint_eq(r.source, 0x0a4d0002);
    ck_assert_uint_eq(r.next, 0x0a4d0003);
    ck_assert(pxed_slice_is(r.file, "boot.0"));
    ck_assert(pxed_slice_is(r.class, "PXEClient"));
    ck_assert_uint_eq(r.client.len, 6);
    ck_assert_mem_eq(r.client.bytes, "\x08\0\x27\1\2\3", 6);
    m.bytes[28 + 2] = 20; /* InfiniBand has no address there */
    ck_assert(pxed_heard_read(pxed_slice((const char *)m.bytes, m.n), &r));
    ck_assert_uint_eq(r.client.len, 0);
}
END_TEST

START_TEST(option_67_wins_and_overload_is_read) {
    struct made m = reply_make(100);
    struct pxed_heard_reply r;
    memcpy(m.bytes + 28 + 108, "\x43\4long\xff", 7);
    reply_option(&m, 52, "\1", 1);
    ck_assert(pxed_heard_read(reply_end(&m), &r));
    ck_assert(pxed_slice_is(r.file, "long"));
    m = reply_make(100);
    memcpy(m.bytes + 28 + 108, "short", 5);
    reply_option(&m, 67, "other\0", 6);
    ck_assert(pxed_heard_read(reply_end(&m), &r));
    ck_assert(pxed_slice_is(r.file, "other"));
}
END_TEST

START_TEST(what_is_no_reply) {
    static const struct {
        const char *what;
        size_t at;
        uint8_t byte;
    } rows[] = {{"IPv6", 0, 0x65},
                {"TCP", 9, 6},
                {"a fragment", 7, 1},
                {"more fragments", 6, 0x20},
                {"another port", 23, 67},
                {"a request", 28, 1},
                {"no cookie", 264, 0},
                {"a NAK", 28 + 242, 6},
                {"options of IP", 0, 0x4f},
                {"a short head", 0, 0x41},
                {"longer than it is", 2, 0x7f},
                {"UDP too long", 24, 0x7f},
                {"UDP too short", 25, 7}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct made m = reply_make(100);
        struct pxed_heard_reply r;
        struct pxed_slice whole = reply_end(&m);
        ck_assert(pxed_heard_read(whole, &r));
        m.bytes[24] = rows[i].at == 25 ? 0 : m.bytes[24];
        m.bytes[rows[i].at] = rows[i].byte;
        ck_assert_msg(!pxed_heard_read(whole, &r), "%s", rows[i].what);
    }
    struct made m = reply_make(100);
    struct pxed_heard_reply r;
    struct pxed_slice whole = reply_end(&m);
    for (size_t n = 0; n < whole.len; n++)
        ck_assert(!pxed_heard_read(pxed_slice_head(whole, n), &r));
}
END_TEST

/* What one kind of server adds up to. */
START_TEST(kinds_of_servers) {
    static const struct {
        const char *what;
        uint8_t last;
        const char *class, *file;
        struct pxed_slice vendor;
        enum pxed_heard_asked as;
        bool leases, proxy, calls, file_for_all, has_file;
    } rows[] = {
        {"plain DHCP", 100, NULL, NULL, {0}, PXED_HEARD_PLAIN, true, false, false, false, false},
        {"with a file for all", 100, NULL, "a.0", {0}, PXED_HEARD_PLAIN, true, false, false, true, true},
        {"a file for firmware", 100, NULL, "a.0", {0}, PXED_HEARD_FIRMWARE, true, false, false, false, true},
        {"says PXEClient", 100, "PXEClient", NULL, {0}, PXED_HEARD_FIRMWARE, true, false, true, false, false},
        {"and a file, but not to use it",
         100,
         "PXEClient",
         "a.0",
         {0},
         PXED_HEARD_FIRMWARE,
         true,
         false,
         true,
         false,
         true},
        {"and to use it", 100, "PXEClient", "a.0", PXED_SLICE("\6\1\x8\xff"), PXED_HEARD_FIRMWARE, true, false, false,
         false, true},
        {"43.6 without bit 3", 100, "PXEClient", "a.0", PXED_SLICE("\6\1\7"), PXED_HEARD_FIRMWARE, true, false, true,
         false, true},
        {"a proxy", 0, "PXEClient", NULL, {0}, PXED_HEARD_FIRMWARE, false, true, true, false, false},
        {"somebody else's answer", 100, NULL, "a.0", {0}, PXED_HEARD_STRANGER, true, false, false, false, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct made m = reply_make(rows[i].last);
        struct pxed_heard_reply r;
        struct pxed_heard h = {.n = 0};
        if (rows[i].file)
            memcpy(m.bytes + 28 + 108, rows[i].file, strlen(rows[i].file));
        if (rows[i].class)
            reply_option(&m, 60, rows[i].class, strlen(rows[i].class));
        if (rows[i].vendor.ptr)
            reply_option(&m, 43, rows[i].vendor.ptr, rows[i].vendor.len);
        ck_assert(pxed_heard_read(reply_end(&m), &r));
        const struct pxed_heard_server *s = pxed_heard_note(&h, &r, rows[i].as);
        ck_assert_msg(s->leases == rows[i].leases && s->proxy == rows[i].proxy && s->calls == rows[i].calls &&
                          s->file_for_all == rows[i].file_for_all && s->file == rows[i].has_file,
                      "%s", rows[i].what);
        ck_assert_uint_eq(s->id, 0x0a4d0002);
        ck_assert_ptr_eq(pxed_heard_note(&h, &r, PXED_HEARD_STRANGER), s);
        ck_assert_uint_eq(h.n, 1);
    }
}
END_TEST

START_TEST(so_many_servers) {
    struct pxed_heard h = {.n = 0};
    for (uint32_t i = 0; i < 3 * PXED_HEARD_SERVERS_MAX; i++) {
        struct pxed_heard_reply r = {.server = i + 1, .address = 5};
        ck_assert((pxed_heard_note(&h, &r, PXED_HEARD_PLAIN) != NULL) == (i < PXED_HEARD_SERVERS_MAX));
    }
    ck_assert_uint_eq(h.n, PXED_HEARD_SERVERS_MAX);
}
END_TEST

int main(void) {
    Suite *s = suite_create("heard");
    TCase *t = tcase_create("all");
    tcase_add_test(t, the_question);
    tcase_add_test(t, an_offer);
    tcase_add_test(t, option_67_wins_and_overload_is_read);
    tcase_add_test(t, what_is_no_reply);
    tcase_add_test(t, kinds_of_servers);
    tcase_add_test(t, so_many_servers);
    suite_add_tcase(s, t);
    return suite_run(s);
}
