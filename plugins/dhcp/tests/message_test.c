/* The codec: named vectors in, fields out, and back. */
#include <stdlib.h>

#include "suite.h"
#include "support.h"
#include "wire/arp.h"
#include "wire/build.h"
#include "wire/echo.h"
#include "wire/frame.h"

static uint8_t scratch[2048];

START_TEST(fixed_part) {
    struct made p = make(DHCP_DISCOVER, 7);
    p.bytes[3] = 2;
    memcpy(p.bytes + 8, "\x12\x34\x80\x00", 4);
    make_field(&p, 12, IP4(10, 0, 0, 1));
    make_field(&p, 24, IP4(10, 0, 0, 2));
    memcpy(p.bytes + 108, "pxelinux.0", 10);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert_uint_eq(m.op, 1);
    ck_assert_uint_eq(m.hops, 2);
    ck_assert_uint_eq(m.xid, 0x01020304);
    ck_assert_uint_eq(m.secs, 0x1234);
    ck_assert_uint_eq(m.flags, DHCP_FLAG_BROADCAST);
    ck_assert_uint_eq(m.ciaddr, IP4(10, 0, 0, 1));
    ck_assert_uint_eq(m.giaddr, IP4(10, 0, 0, 2));
    ck_assert_uint_eq(m.chaddr[5], 7);
    ck_assert_uint_eq(m.type, DHCP_DISCOVER);
    ck_assert(pxed_slice_is(m.file, "pxelinux.0"));
    ck_assert_uint_eq(m.odd, 0);
}
END_TEST

static const struct {
    const char *name;
    size_t len; /* 0: all */
    int at, byte;
    enum dhcp_parsed result;
} heads[] = {
    {"whole", 0, -1, 0, DHCP_PARSED},
    {"empty", 1, -1, 0, DHCP_SHORT},
    {"one byte short of BOOTP", 235, -1, 0, DHCP_SHORT},
    {"BOOTP without cookie", 236, -1, 0, DHCP_PARSED},
    {"half a cookie", 238, -1, 0, DHCP_PARSED},
    {"no options at all", 240, -1, 0, DHCP_PARSED},
    {"op 0", 0, 0, 0, DHCP_BAD_OP},
    {"op 3", 0, 0, 3, DHCP_BAD_OP},
    {"a reply", 0, 0, 2, DHCP_PARSED},
    {"hlen 16", 0, 2, 16, DHCP_PARSED},
    {"hlen 17", 0, 2, 17, DHCP_BAD_HLEN},
    {"hlen 255", 0, 2, 255, DHCP_BAD_HLEN},
    {"hlen 0", 0, 2, 0, DHCP_PARSED},
    {"htype 0 with an address", 0, 1, 0, DHCP_BAD_HLEN},
    {"type of length 0", 0, 241, 0, DHCP_BAD_TYPE},
    {"type of length 2", 0, 241, 2, DHCP_BAD_TYPE},
    {"wrong cookie", 0, 236, 0, DHCP_PARSED},
};

START_TEST(head_rows) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 12, "a", 1);
    struct pxed_slice packet = make_end(&p);
    if (heads[_i].len)
        packet.len = heads[_i].len;
    if (heads[_i].at >= 0)
        p.bytes[heads[_i].at] = (uint8_t)heads[_i].byte;
    /* Exactly as large as the packet, so that a sanitizer sees a byte too many. */
    char *copy = malloc(packet.len);
    memcpy(copy, packet.ptr, packet.len);
    struct dhcp_message m;
    ck_assert_msg(dhcp_parse(pxed_slice(copy, packet.len), scratch, sizeof(scratch), &m) == heads[_i].result, "%s",
                  heads[_i].name);
    free(copy);
}
END_TEST

START_TEST(unset_differs_from_empty) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 80, NULL, 0);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert_ptr_nonnull(m.options[80].ptr);
    ck_assert_uint_eq(m.options[80].len, 0);
    ck_assert_ptr_null(m.options[81].ptr);
}
END_TEST

/* RFC 3396: over options, then file, then sname. */
START_TEST(split_options_are_joined) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 52, "\3", 1);
    make_option(&p, 12, "ab", 2);
    make_option(&p, 15, "one", 3);
    make_option(&p, 12, "cd", 2);
    memcpy(p.bytes + 108,
           "\x0c\x02"
           "ef"
           "\xff",
           5);
    memcpy(p.bytes + 44,
           "\x0c\x01"
           "g"
           "\x3c\x03"
           "vnd"
           "\xff",
           9);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(pxed_slice_is(m.options[12], "abcdefg"));
    ck_assert(pxed_slice_is(m.options[15], "one"));
    ck_assert(pxed_slice_is(m.options[60], "vnd"));
    ck_assert_ptr_null(m.file.ptr);
    ck_assert_ptr_null(m.sname.ptr);
}
END_TEST

START_TEST(overload_counts_in_the_option_area_only) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 52, "\1", 1);
    memcpy(p.bytes + 108,
           "\x34\x01\x02"
           "\x0c\x01"
           "f",
           6);
    memcpy(p.bytes + 44,
           "\x0f\x01"
           "s",
           3);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(pxed_slice_is(m.options[12], "f"));
    ck_assert_ptr_null(m.options[15].ptr);
    ck_assert_ptr_nonnull(m.sname.ptr);
}
END_TEST

START_TEST(split_option_without_room_keeps_its_first_piece) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 12, "abc", 3);
    make_option(&p, 12, "def", 3);
    struct pxed_slice packet = make_end(&p);
    struct dhcp_message m;
    ck_assert_int_eq(dhcp_parse(packet, scratch, 5, &m), DHCP_PARSED);
    ck_assert(pxed_slice_is(m.options[12], "abc"));
    ck_assert_uint_eq(m.odd, DHCP_ODD_UNMERGED);
    ck_assert_int_eq(dhcp_parse(packet, scratch, 6, &m), DHCP_PARSED);
    ck_assert(pxed_slice_is(m.options[12], "abcdef"));
    ck_assert_int_eq(dhcp_parse(packet, NULL, 0, &m), DHCP_PARSED);
    ck_assert(pxed_slice_is(m.options[12], "abc"));
}
END_TEST

START_TEST(truncated_last_option_is_ignored) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_option(&p, 12, "kept", 4);
    memcpy(p.bytes + p.len, "\x3d\xff\x01", 3);
    p.len += 3;
    struct dhcp_message m = read_message(pxed_slice((char *)p.bytes, p.len));
    ck_assert(pxed_slice_is(m.options[12], "kept"));
    ck_assert_ptr_null(m.options[61].ptr);
    ck_assert_uint_eq(m.odd, DHCP_ODD_TRUNCATED | DHCP_ODD_NO_END);
}
END_TEST

static const struct {
    const char *bytes;
    size_t len, budget;
} sizes[] = {
    {NULL, 0, 548},        {"\0\0", 2, 548},      {"\0\1", 2, 548},   {"\0\x1c", 2, 548},     {"\0\xc8", 2, 548},
    {"\1\x2c", 2, 548},    {"\2\x40", 2, 548},    {"\2\x41", 2, 549}, {"\x04\xec", 2, 1232},  {"\x05\xc0", 2, 1444},
    {"\x05\xdc", 2, 1472}, {"\xff\xff", 2, 1472}, {"\x05", 1, 548},   {"\0\x05\xdc", 3, 548},
};

/* Option 57 as of CVE-2007-5365. */
START_TEST(size_rows) {
    struct made p = make(DHCP_DISCOVER, 1);
    if (sizes[_i].bytes)
        make_option(&p, 57, sizes[_i].bytes, sizes[_i].len);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert_uint_eq(dhcp_budget(&m), sizes[_i].budget);
}
END_TEST

START_TEST(reply_is_padded_and_ends_with_the_relay_option) {
    uint8_t packet[DHCP_LARGEST];
    struct dhcp_header head = {.htype = 1, .hlen = 6, .xid = 5, .file = PXED_SLICE("f"), .yiaddr = IP4(10, 0, 0, 9)};
    struct dhcp_builder b;
    memset(packet, 0xee, sizeof(packet));
    dhcp_build(&b, packet, DHCP_BUDGET, &head);
    ck_assert(dhcp_put_u8(&b, 53, 2));
    ck_assert(dhcp_echo_relay(&b, PXED_SLICE("\1\2ab")));
    ck_assert(dhcp_put_text(&b, 67, PXED_SLICE("name")));
    ck_assert_uint_eq(dhcp_finish(&b), DHCP_PADDED);
    ck_assert_mem_eq(packet + 240,
                     "\x35\1\2"
                     "\x43\5name\0"
                     "\x52\4\1\2ab"
                     "\xff\0\0",
                     3 + 7 + 6 + 3);
    for (size_t i = 240 + 17; i < DHCP_PADDED; i++)
        ck_assert_uint_eq(packet[i], 0);
    struct dhcp_message m = read_message(pxed_slice((char *)packet, DHCP_PADDED));
    ck_assert_uint_eq(m.yiaddr, IP4(10, 0, 0, 9));
    ck_assert_uint_eq(m.xid, 5);
    ck_assert(pxed_slice_is(m.file, "f"));
}
END_TEST

START_TEST(builder_never_overflows) {
    uint8_t packet[DHCP_BUDGET + 16];
    uint8_t long_relay[255] = {0}, value[255] = {0};
    struct dhcp_header head = {.htype = 1, .hlen = 6};
    for (size_t relay = 0; relay <= 255; relay += 5)
        for (size_t len = 0; len <= 255; len += 3) {
            struct dhcp_builder b;
            memset(packet + DHCP_BUDGET, 0xee, 16);
            dhcp_build(&b, packet, DHCP_BUDGET, &head);
            dhcp_echo_relay(&b, relay ? pxed_slice((char *)long_relay, relay) : PXED_NO_SLICE);
            while (dhcp_put(&b, 43, value, len))
                ;
            size_t n = dhcp_finish(&b);
            ck_assert_uint_le(n, DHCP_BUDGET);
            ck_assert_uint_eq(packet[DHCP_BUDGET], 0xee);
            ck_assert_uint_gt(b.dropped, 0);
            if (relay)
                ck_assert_uint_eq(reply_option(pxed_slice((char *)packet, n), 82).len, relay);
        }
}
END_TEST

START_TEST(relay_option_in_pieces_comes_back_whole) {
    uint8_t packet[DHCP_LARGEST], relay[300];
    struct dhcp_header head = {.htype = 1, .hlen = 6};
    struct dhcp_builder b;
    for (size_t i = 0; i < sizeof(relay); i++)
        relay[i] = (uint8_t)i;
    dhcp_build(&b, packet, DHCP_LARGEST, &head);
    ck_assert(dhcp_echo_relay(&b, pxed_slice((char *)relay, sizeof(relay))));
    size_t n = dhcp_finish(&b);
    struct pxed_slice back = reply_option(pxed_slice((char *)packet, n), 82);
    ck_assert_uint_eq(back.len, sizeof(relay));
    ck_assert_mem_eq(back.ptr, relay, sizeof(relay));
}
END_TEST

/* One byte too many for the packet: it is left out whole, and takes no room from anybody. */
START_TEST(a_relay_option_without_room_is_left_out) {
    uint8_t packet[DHCP_BUDGET], relay[DHCP_BUDGET] = {0};
    struct dhcp_header head = {.htype = 1, .hlen = 6};
    const size_t room = DHCP_BUDGET - DHCP_OPTIONS - 1 - 6 - 4; /* without END, option 54 and two heads */
    for (size_t len = room; len <= room + 1; len++) {
        struct dhcp_builder b;
        dhcp_build(&b, packet, DHCP_BUDGET, &head);
        ck_assert(dhcp_put_u32(&b, 54, SERVER));
        ck_assert_int_eq(dhcp_echo_relay(&b, pxed_slice((char *)relay, len)), len == room);
        ck_assert_int_eq(dhcp_put_u32(&b, 1, 0xffffff00), len != room);
        size_t n = dhcp_finish(&b);
        ck_assert_uint_eq(reply_option(pxed_slice((char *)packet, n), 82).len, len == room ? room : 0);
        ck_assert_uint_eq(reply_option(pxed_slice((char *)packet, n), 54).len, 4);
    }
}
END_TEST

START_TEST(arp_senders) {
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    uint8_t packet[DHCP_ARP_SIZE];
    uint32_t ip = 0;
    struct pxed_hwaddr who;
    dhcp_arp_probe(packet, mac, IP4(10, 77, 0, 60));
    ck_assert_mem_eq(packet, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\x0a\x4d\0\x3c", 28);
    ck_assert(!dhcp_arp_sender(pxed_slice((char *)packet, sizeof(packet)), &ip, &who)); /* a probe claims nothing */
    memcpy(packet + 14, "\x0a\x4d\0\x3c", 4);
    for (uint8_t op = 1; op <= 2; op++) {
        packet[7] = op;
        ck_assert(dhcp_arp_sender(pxed_slice((char *)packet, sizeof(packet)), &ip, &who));
        ck_assert_uint_eq(ip, IP4(10, 77, 0, 60));
        ck_assert(who.type == 1 && who.len == 6 && memcmp(who.bytes, mac, 6) == 0);
    }
    ck_assert(!dhcp_arp_sender(pxed_slice((char *)packet, 27), &ip, &who));
    for (size_t i = 0; i < 7; i++) {
        packet[i] ^= 1;
        ck_assert(!dhcp_arp_sender(pxed_slice((char *)packet, sizeof(packet)), &ip, &who));
        packet[i] ^= 1;
    }
}
END_TEST

START_TEST(echo_senders) {
    uint8_t packet[20 + DHCP_ECHO_SIZE] = {0x45, [9] = 1, [12] = 10, 20, 0, 60}, *icmp = packet + 20;
    const struct pxed_slice whole = {(char *)packet, sizeof(packet)};
    uint32_t ip = 0;
    uint64_t secret = 0;
    dhcp_echo(icmp, 0x1234, 0x0102030405060708u);
    ck_assert(icmp[0] == 8 && icmp[4] == 0x12 && icmp[5] == 0x34);
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret)); /* a question */
    icmp[0] = 0;
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret)); /* its checksum is that of the question */
    icmp[2] = (uint8_t)(icmp[2] + 8);
    ck_assert(dhcp_echo_sender(whole, 0x1234, &ip, &secret));
    ck_assert(ip == IP4(10, 20, 0, 60) && secret == 0x0102030405060708u);
    ck_assert(!dhcp_echo_sender(whole, 0x1235, &ip, &secret));
    for (size_t n = 0; n < sizeof(packet); n++)
        ck_assert(!dhcp_echo_sender(pxed_slice((char *)packet, n), 0x1234, &ip, &secret));
    packet[0] = 0x46; /* with options the rest is too short */
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret));
    packet[0] = 0x44;
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret));
    packet[0] = 0x65;
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret));
    packet[0] = 0x45;
    packet[9] = 17;
    ck_assert(!dhcp_echo_sender(whole, 0x1234, &ip, &secret));
}
END_TEST

START_TEST(long_names_are_left_out_of_the_fields) {
    uint8_t packet[DHCP_LARGEST];
    char name[300];
    memset(name, 'x', sizeof(name));
    struct dhcp_header head = {.htype = 1, .hlen = 6, .file = pxed_slice(name, 128), .sname = pxed_slice(name, 63)};
    struct dhcp_builder b;
    dhcp_build(&b, packet, DHCP_LARGEST, &head);
    ck_assert_uint_eq(packet[108], 0);
    ck_assert_uint_eq(packet[44 + 62], 'x');
    ck_assert_uint_eq(packet[44 + 63], 0);
    ck_assert(!dhcp_put_text(&b, 67, pxed_slice(name, 255)));
    ck_assert(dhcp_put_text(&b, 67, pxed_slice(name, 254)));
    ck_assert(!dhcp_put(&b, 43, name, 256)); /* clients do not join split options */
    ck_assert(dhcp_put(&b, 43, name, 255));
}
END_TEST

START_TEST(relay_suboptions_have_no_pad) {
    struct pxed_slice value, area = PXED_SLICE("\0\1x\xff\2yz\x0b\4\1\2\3\4");
    ck_assert(dhcp_tlv_find(area, true, 0, &value) && pxed_slice_is(value, "x"));
    ck_assert(dhcp_tlv_find(area, true, 255, &value) && pxed_slice_is(value, "yz"));
    ck_assert(dhcp_tlv_find(area, true, 11, &value) && value.len == 4);
    ck_assert(!dhcp_tlv_find(area, false, 11, &value));
    ck_assert(!dhcp_tlv_find(PXED_NO_SLICE, true, 11, &value));
}
END_TEST

/* Both checksums, over even and odd payloads: summing everything must give all ones. */
START_TEST(frame_checksums) {
    uint8_t head[DHCP_FRAME_HEAD];
    char payload[301];
    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = (char)(i * 7);
    for (size_t len = 299; len <= 301; len++) {
        dhcp_frame_head(head, SERVER, 67, IP4(10, 77, 0, 50), 68, pxed_slice(payload, len));
        uint32_t ip = 0, udp = (uint32_t)(17 + 8 + len);
        for (int i = 0; i < 20; i += 2)
            ip += (uint32_t)(head[i] << 8 | head[i + 1]);
        for (int i = 12; i < 28; i += 2)
            udp += (uint32_t)(head[i] << 8 | head[i + 1]);
        for (size_t i = 0; i < len; i++)
            udp += (uint32_t)(uint8_t)payload[i] << (i % 2 ? 0 : 8);
        ck_assert_uint_eq((ip & 0xffff) + (ip >> 16), 0xffff);
        udp = (udp & 0xffff) + (udp >> 16);
        ck_assert_uint_eq((udp & 0xffff) + (udp >> 16), 0xffff);
        ck_assert_uint_eq((size_t)(head[2] << 8 | head[3]), len + 28);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp message");
    TCase *t = tcase_create("all");
    tcase_add_test(t, fixed_part);
    tcase_add_loop_test(t, head_rows, 0, sizeof(heads) / sizeof(heads[0]));
    tcase_add_test(t, unset_differs_from_empty);
    tcase_add_test(t, split_options_are_joined);
    tcase_add_test(t, overload_counts_in_the_option_area_only);
    tcase_add_test(t, split_option_without_room_keeps_its_first_piece);
    tcase_add_test(t, truncated_last_option_is_ignored);
    tcase_add_loop_test(t, size_rows, 0, sizeof(sizes) / sizeof(sizes[0]));
    tcase_add_test(t, reply_is_padded_and_ends_with_the_relay_option);
    tcase_add_test(t, builder_never_overflows);
    tcase_add_test(t, relay_option_in_pieces_comes_back_whole);
    tcase_add_test(t, arp_senders);
    tcase_add_test(t, echo_senders);
    tcase_add_test(t, a_relay_option_without_room_is_left_out);
    tcase_add_test(t, long_names_are_left_out_of_the_fields);
    tcase_add_test(t, relay_suboptions_have_no_pad);
    tcase_add_test(t, frame_checksums);
    suite_add_tcase(s, t);
    return suite_run(s);
}
