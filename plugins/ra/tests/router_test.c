/* The codec, against rows and the recorded solicitation of an iPXE ROM; and the state of an interface. */

#include "pcap.h"
#include "suite.h"
#include "watch.h"

#define LL       "\xfe\x80\0\0\0\0\0\0\x50\x54\0\xff\xfe\xaa\0\x33" /* of 52:54:00:aa:00:33 */
#define V6(text) ((const uint8_t *)(text))

static const struct {
    const char *name, *bytes;
    size_t len;
    const char *source;
    int hops;
    enum ra_kind kind;
    const char *mac; /* NULL: none */
    uint16_t lifetime;
} rows[] = {
    {"with source MAC", "\x85\0\0\0\0\0\0\0\1\1\x02\1\2\3\4\5", 16, LL, 255, RA_SOLICITS, "\x02\1\2\3\4\5", 0},
    {"without option: from the address", "\x85\0\0\0\0\0\0\0", 8, LL, 255, RA_SOLICITS, "\x52\x54\0\xaa\0\x33", 0},
    {"no EUI-64", "\x85\0\0\0\0\0\0\0", 8, "\xfe\x80\0\0\0\0\0\0\1\2\3\4\5\6\7\x8", 255, RA_SOLICITS, NULL, 0},
    {"unspecified source", "\x85\0\0\0\0\0\0\0", 8, "\0\0\0\0\0\0\0\0\0\0\0\xff\xfe\0\0\0", 255, RA_SOLICITS, NULL, 0},
    {"unknown option before", "\x85\0\0\0\0\0\0\0\x0e\1\0\0\0\0\0\0\1\1\x02\1\2\3\4\5", 24, LL, 255, RA_SOLICITS,
     "\x02\1\2\3\4\5", 0},
    {"forwarded", "\x85\0\0\0\0\0\0\0", 8, LL, 254, RA_NEITHER, NULL, 0},
    {"hop limit not told", "\x85\0\0\0\0\0\0\0", 8, LL, -1, RA_NEITHER, NULL, 0},
    {"code 1", "\x85\1\0\0\0\0\0\0", 8, LL, 255, RA_NEITHER, NULL, 0},
    {"short", "\x85\0\0\0\0\0\0", 7, LL, 255, RA_NEITHER, NULL, 0},
    {"empty", "", 0, LL, 255, RA_NEITHER, NULL, 0},
    {"option of length 0", "\x85\0\0\0\0\0\0\0\1\0\x02\1\2\3\4\5", 16, LL, 255, RA_NEITHER, NULL, 0},
    {"option beyond the end", "\x85\0\0\0\0\0\0\0\1\2\x02\1\2\3\4\5", 16, LL, 255, RA_NEITHER, NULL, 0},
    {"one stray byte", "\x85\0\0\0\0\0\0\0\1", 9, LL, 255, RA_NEITHER, NULL, 0},
    {"long source option", "\x85\0\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24, LL, 255, RA_SOLICITS,
     "\x52\x54\0\xaa\0\x33", 0},
    {"advertisement", "\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0\0", 16, LL, 255, RA_ADVERTISES, NULL, 1800},
    {"advertisement of no router", "\x86\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, LL, 255, RA_ADVERTISES, NULL, 0},
    {"short advertisement", "\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0", 15, LL, 255, RA_NEITHER, NULL, 0},
    {"advertisement from a global address", "\x86\0\0\0\x40\0\7\x08\0\0\0\0\0\0\0\0", 16,
     "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 255, RA_NEITHER, NULL, 0},
    {"neighbour solicitation", "\x87\0\0\0\0\0\0\0", 8, LL, 255, RA_NEITHER, NULL, 0},
};

START_TEST(parse_rows) {
    struct ra_message m = ra_parse(pxed_slice(rows[_i].bytes, rows[_i].len), V6(rows[_i].source), rows[_i].hops);
    ck_assert_msg(m.kind == rows[_i].kind, "%s: kind %d", rows[_i].name, m.kind);
    ck_assert_msg(m.lifetime == rows[_i].lifetime, "%s: lifetime", rows[_i].name);
    ck_assert_msg((m.mac.len == 6) == (rows[_i].mac != NULL), "%s: has a MAC", rows[_i].name);
    if (rows[_i].mac)
        ck_assert_msg(memcmp(m.mac.bytes, rows[_i].mac, 6) == 0, "%s: MAC", rows[_i].name);
}
END_TEST

/* captures/ipxe-bios-ra-lite: the ROM asks 1 ms after its DISCOVER, and this very answer ended its wait. */
START_TEST(as_recorded) {
    struct pcap file = pcap_open(PXED_TEST_DATA "/captures/ipxe-bios-ra-lite.pcap");
    uint64_t us;
    struct pxed_slice frame, ip;
    unsigned asked = 0, answered = 0;
    while (pxed_capture_next(&file.capture, &us, &frame)) {
        if (!pxed_capture_payload(&file.capture, frame, 0x86dd, &ip) || ip.len < 48 || ip.ptr[6] != 58)
            continue;
        struct ra_message m = ra_parse(pxed_slice_skip(ip, 40), V6(ip.ptr + 8), (uint8_t)ip.ptr[7]);
        if (m.kind == RA_SOLICITS) {
            ck_assert_mem_eq(m.mac.bytes, "\x52\x54\0\xaa\0\x33", 6);
            asked++;
        } else if (m.kind == RA_ADVERTISES) {
            uint8_t ours[RA_REPLY_SIZE];
            ra_build(ours, V6("\x16\xca\x05\xed\x90\x3a"));
            ck_assert_uint_eq(ip.len - 40, RA_REPLY_SIZE);
            memcpy(ours + 2, ip.ptr + 42, 2); /* the kernel's checksum */
            ck_assert_mem_eq(ip.ptr + 40, ours, RA_REPLY_SIZE);
            answered++;
        }
    }
    pcap_close(&file);
    ck_assert_uint_eq(asked, 1);
    ck_assert_uint_eq(answered, 1);
}
END_TEST

/* ---- watch ---- */

static struct ra_watch w;
static bool loader_now;
static unsigned answers;

static void setup(void) {
    memset(&w, 0, sizeof(w));
    loader_now = false;
    answers = 0;
}

static bool is_loader(void *arg, const struct pxed_hwaddr *mac) {
    (void)arg, (void)mac;
    return loader_now;
}

static void answer(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac) {
    (void)arg, (void)address, (void)mac;
    answers++;
}

START_TEST(routers_come_and_go) {
    ck_assert(!ra_has_router(&w, 1000));
    ra_heard_router(&w, V6(LL), 0, 1000);
    ck_assert(!ra_has_router(&w, 1000));
    ra_heard_router(&w, V6(LL), 30, 1000);
    ck_assert(ra_has_router(&w, 30999));
    ck_assert(!ra_has_router(&w, 31000));
    ra_heard_router(&w, V6(LL), 30, 40000);
    ra_heard_router(&w, V6(LL), 0, 41000);
    ck_assert(!ra_has_router(&w, 41000));
    /* More routers than places: the ones that last longest are kept. */
    for (uint8_t i = 0; i < 3 * RA_ROUTERS; i++) {
        uint8_t address[16] = {0xfe, 0x80, [15] = i};
        ra_heard_router(&w, address, (uint16_t)(10 + i), 50000);
    }
    ck_assert(ra_has_router(&w, 50000 + 30000));
}
END_TEST

START_TEST(a_discover_may_come_after_the_solicitation) {
    struct pxed_hwaddr mac = {1, 6, {1}};
    ra_wait(&w, V6(LL), &mac, 1000);
    ra_wait(&w, V6(LL), &mac, 1010);
    ck_assert_uint_eq(w.n_waiting, 1);
    ra_look_again(&w, 1050, is_loader, answer, NULL);
    ck_assert_uint_eq(answers, 0);
    loader_now = true;
    ra_look_again(&w, 1100, is_loader, answer, NULL);
    ck_assert_uint_eq(answers, 1);
    ra_look_again(&w, 1150, is_loader, answer, NULL);
    ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(patience_ends) {
    struct pxed_hwaddr mac = {1, 6, {1}};
    ra_wait(&w, V6(LL), &mac, 1000);
    loader_now = true;
    ra_look_again(&w, 1000 + RA_PATIENCE_MS + 1, is_loader, answer, NULL);
    ck_assert_uint_eq(answers, 0);
    ck_assert_uint_eq(w.n_waiting, 0);
}
END_TEST

START_TEST(a_flood_of_solicitors_is_bounded) {
    struct pxed_hwaddr mac = {1, 6, {1}};
    for (unsigned i = 0; i < 5 * RA_WAITING; i++) {
        uint8_t address[16] = {0xfe, 0x80, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i};
        ra_wait(&w, address, &mac, i);
    }
    ck_assert_uint_eq(w.n_waiting, RA_WAITING);
    for (unsigned i = 0; i < RA_WAITING; i++)
        ck_assert_uint_ge(w.waiting[i].since, 4 * RA_WAITING);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ra");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, parse_rows, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, as_recorded);
    tcase_add_test(t, routers_come_and_go);
    tcase_add_test(t, a_discover_may_come_after_the_solicitation);
    tcase_add_test(t, patience_ends);
    tcase_add_test(t, a_flood_of_solicitors_is_bounded);
    suite_add_tcase(s, t);
    return suite_run(s);
}
