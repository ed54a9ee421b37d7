/* The codec, against rows and the recorded solicitation of an iPXE ROM; and the state of an interface. */
#define _GNU_SOURCE /* memmem */
#include "pcap.h"
#include "suite.h"
#include "watch.h"
#include "wire/frame.h"
#include "wire/refuse.h"

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
        struct ra_packet packet;
        if (!pxed_capture_payload(&file.capture, frame, 0x86dd, &ip) || !ra_unwrap(ip, &packet))
            continue;
        struct ra_message m = ra_parse(packet.icmp, packet.source, packet.hop_limit);
        if (m.kind == RA_SOLICITS) {
            ck_assert_mem_eq(m.mac.bytes, "\x52\x54\0\xaa\0\x33", 6);
            asked++;
        } else if (m.kind == RA_ADVERTISES) {
            uint8_t ours[RA_PACKET_SIZE];
            ra_wrap(ours, V6("\x16\xca\x05\xed\x90\x3a"), V6(ip.ptr + 24));
            ck_assert_uint_eq(ip.len, RA_PACKET_SIZE);
            /* The flow label and this server's address were the kernel's, and so is the checksum, which ra_unwrap took.
             */
            ck_assert_mem_eq(ip.ptr + 4, ours + 4, 4);
            ck_assert_mem_eq(ip.ptr + 24, ours + 24, 18);
            ck_assert_mem_eq(ip.ptr + 44, ours + 44, RA_PACKET_SIZE - 44);
            answered++;
        }
    }
    pcap_close(&file);
    ck_assert_uint_eq(asked, 1);
    ck_assert_uint_eq(answered, 1);
}
END_TEST

START_TEST(packets_that_are_none) {
    uint8_t whole[RA_PACKET_SIZE];
    struct ra_packet p;
    ra_wrap(whole, V6("\x02\1\2\3\4\5"), V6(LL));
    ck_assert(ra_unwrap(pxed_slice((char *)whole, sizeof(whole)), &p));
    ck_assert(p.hop_limit == RA_HOP_LIMIT && p.icmp.len == RA_REPLY_SIZE && p.icmp.ptr == (char *)whole + RA_IP_HEAD);
    ck_assert_mem_eq(p.source, "\xfe\x80\0\0\0\0\0\0\0\1\2\xff\xfe\3\4\5", 16);
    for (size_t n = 0; n < sizeof(whole); n++)
        ck_assert_msg(!ra_unwrap(pxed_slice((char *)whole, n), &p), "cut to %zu bytes", n);
    for (size_t i = 0; i < sizeof(whole); i++) {
        bool covered = i >= 4 && i != 7; /* class, flow label and hop limit may be any */
        whole[i] ^= 1;
        ck_assert_msg(ra_unwrap(pxed_slice((char *)whole, sizeof(whole)), &p) == !covered, "byte %zu turned", i);
        whole[i] ^= 1;
    }
    whole[0] ^= 0x20; /* version 4 */
    ck_assert(!ra_unwrap(pxed_slice((char *)whole, sizeof(whole)), &p));
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

/* --- firmware that boots by IPv6 --- */

#define DUID   "\0\1\0\x12\0\4\x01\x02\x03\x04\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
#define IA     "\0\3\0\x0c\xde\xad\xbe\xef\0\0\0\0\0\0\0\0"
#define SERVER "\0\2\0\x0a\0\3\0\1\x02\0\x0a\x4d\0\1"
#define PXE    "\0\x10\0\x15\0\0\1\x57\0\x0fPXEClient:Arch:"
#define HTTP   "\0\x10\0\x16\0\0\1\x57\0\x10HTTPClient:Arch:"
#define MSG(m) m, sizeof(m) - 1
static const uint8_t own_mac[6] = {2, 0, 0x0a, 0x4d, 0, 1};

static const struct {
    const char *name, *bytes;
    size_t len;
    bool taken, request, http;
} asks[] = {
    {"a SOLICIT", MSG("\1\x11\x22\x33" DUID IA PXE), true, false, false},
    {"of HTTP Boot", MSG("\1\x11\x22\x33" DUID HTTP IA), true, false, true},
    {"a REQUEST to us", MSG("\3\x11\x22\x33" DUID SERVER IA PXE), true, true, false},
    {"a REQUEST to another server", MSG("\3\x11\x22\x33" DUID "\0\2\0\2\0\3" IA PXE), false, true, false},
    {"a REQUEST to nobody", MSG("\3\x11\x22\x33" DUID IA PXE), false, true, false},
    {"an operating system", MSG("\1\x11\x22\x33" DUID IA), false, false, false},
    {"another vendor's class", MSG("\1\x11\x22\x33" DUID IA "\0\x10\0\x0a\0\0\1\x57\0\4MSFT"), false, false, false},
    {"without addresses", MSG("\1\x11\x22\x33" DUID PXE), false, false, false},
    {"without its identity", MSG("\1\x11\x22\x33" IA PXE), false, false, false},
    {"a RENEW", MSG("\5\x11\x22\x33" DUID SERVER IA PXE), false, false, false},
    {"an option beyond the end", MSG("\1\x11\x22\x33" DUID IA PXE "\0\1\0\x20\1"), false, false, false},
    {"one stray byte", MSG("\1\x11\x22\x33" DUID IA PXE "\0"), false, false, false},
    {"short", MSG("\1\x11\x22"), false, false, false},
};

START_TEST(boots_by_ipv6) {
    struct refuse_ask ask;
    bool taken = refuse_read(pxed_slice(asks[_i].bytes, asks[_i].len), own_mac, &ask);
    ck_assert_msg(taken == asks[_i].taken, "%s", asks[_i].name);
    ck_assert_msg(!taken || (ask.request == asks[_i].request && ask.http == asks[_i].http), "%s", asks[_i].name);
}
END_TEST

static bool has(struct pxed_slice all, const char *bytes, size_t n) {
    return memmem(all.ptr, all.len, bytes, n) != NULL;
}

/* An offer that is taken at once, and an answer to the request for it that ends the exchange. */
START_TEST(refused) {
    for (int i = 0; i < 3; i++) {
        char text[REFUSE_MAX];
        uint8_t packet[RA_IP_HEAD + RA_UDP_HEAD + REFUSE_MAX], source[16];
        struct pxed_buf out = PXED_BUF(text);
        struct refuse_ask ask;
        ck_assert(refuse_read(pxed_slice(asks[i].bytes, asks[i].len), own_mac, &ask));
        refuse_write(&ask, own_mac, &out);
        ck_assert(!pxed_buf_full(&out));
        struct pxed_slice answer = pxed_buf_slice(&out);
        ck_assert_int_eq(answer.ptr[0], asks[i].request ? 7 : 2);
        ck_assert_mem_eq(answer.ptr + 1, "\x11\x22\x33", 3);
        ck_assert(has(answer, DUID, sizeof(DUID) - 1) && has(answer, SERVER, sizeof(SERVER) - 1));
        ck_assert(has(answer, "\0\3\0\x28\xde\xad\xbe\xef", 8));
        ck_assert(has(answer, "\0\x0d\0\x11\0\2", 6) == asks[i].request);
        ck_assert(has(answer, "\0\7\0\1\xff", 5) == !asks[i].request);
        ck_assert(has(answer, "http://", 7) == asks[i].http);
        size_t n = ra_wrap_udp(packet, sizeof(packet), own_mac, V6(LL), REFUSE_PORT, answer);
        struct pxed_slice back = ra_unwrap_udp(pxed_slice((const char *)packet, n), REFUSE_PORT - 1, source);
        ck_assert(pxed_slice_eq(back, answer));
        packet[n - 1] ^= 1;
        ck_assert_ptr_null(ra_unwrap_udp(pxed_slice((const char *)packet, n), REFUSE_PORT - 1, source).ptr);
        ck_assert_uint_eq(ra_wrap_udp(packet, n - 1, own_mac, V6(LL), REFUSE_PORT, answer), 0);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("ra");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, parse_rows, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, as_recorded);
    tcase_add_test(t, packets_that_are_none);
    tcase_add_test(t, routers_come_and_go);
    tcase_add_test(t, a_discover_may_come_after_the_solicitation);
    tcase_add_test(t, patience_ends);
    tcase_add_test(t, a_flood_of_solicitors_is_bounded);
    tcase_add_loop_test(t, boots_by_ipv6, 0, sizeof(asks) / sizeof(asks[0]));
    tcase_add_test(t, refused);
    suite_add_tcase(s, t);
    return suite_run(s);
}
