/* Packets that broke other servers, and random ones: no crash, no stale byte, no endless loop. The table of
 * PROTOCOLS.md 11 as rows; run under sanitizers it proves what it says. */
#include <stdlib.h>

#include "suite.h"
#include "support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *name; /* CVE and idea */
    uint8_t type;
    const char *options;
    size_t len;
    unsigned repeat;
} rows[] = {
    {"CVE-2007-5365: option 57 = 0", DHCP_DISCOVER, "\x39\2\0\0", 4, 1},
    {"CVE-2007-5365: option 57 = 28", DHCP_DISCOVER, "\x39\2\0\x1c", 4, 1},
    {"CVE-2007-5365: option 57 = 300", DHCP_DISCOVER, "\x39\2\1\x2c", 4, 1},
    {"CVE-2007-5365: option 57 = 65535", DHCP_DISCOVER, "\x39\2\xff\xff", 4, 1},
    {"CVE-2007-5365: option 57 of one byte", DHCP_DISCOVER, "\x39\1\xff", 3, 1},
    {"CVE-2007-5365: option 57 of three bytes", DHCP_DISCOVER, "\x39\3\xff\xff\xff", 5, 1},
    {"CVE-2004-0460: empty client id", DHCP_DISCOVER, "\x3d\0", 2, 1},
    {"CVE-2004-0460: client id of one byte", DHCP_DISCOVER, "\x3d\1\0", 3, 1},
    {"CVE-2004-0461: many client ids", DHCP_DISCOVER, "\x3d\6\1\2\3\4\5\6", 8, 120},
    {"CVE-2012-3570: client ids without bytes", DHCP_REQUEST, "\x3d\0", 2, 500},
    {"CVE-2018-5733, 2022-2929: label of fqdn beyond its end", DHCP_DISCOVER,
     "\x51\5\0\0\0\x3f"
     "a",
     7, 1},
    {"CVE-2011-2748: BOOTP", DHCP_BOOTP,
     "\x0c\1"
     "a",
     3, 1},
    {"CVE-2019-6472: option 50 of three bytes", DHCP_REQUEST, "\x32\3\x0a\0\0", 5, 1},
    {"option 54 of eight bytes", DHCP_REQUEST, "\x36\x08\x0a\x4d\0\1\x0a\x4d\0\1", 10, 1},
    {"CVE-2017-14491 ff.: last option beyond the packet", DHCP_DISCOVER, "\x52\xff\1\xff", 4, 1},
    {"relay sub-option beyond its option", DHCP_DISCOVER, "\x52\3\x0b\xff\1", 5, 1},
    {"relay option many times", DHCP_DISCOVER, "\x52\4\1\2\3\4", 6, 180},
    {"iPXE option beyond itself", DHCP_DISCOVER, "\xaf\3\xeb\xff\0", 5, 1},
    {"overload of both fields, full of pads", DHCP_DISCOVER, "\x34\1\3", 3, 1},
    {"overload, again and again", DHCP_DISCOVER, "\x34\1\3", 3, 300},
    {"user class of zero lengths", DHCP_DISCOVER, "\x4d\4\0\0\0\0", 6, 1},
    {"type twice", DHCP_DISCOVER, "\x35\1\3", 3, 1},
    {"pads only", DHCP_DISCOVER, "\0\0\0\0", 4, 250},
    {"ends only", DHCP_DISCOVER, "\xff\xff\xff", 3, 300},
};

START_TEST(cve_rows) {
    struct made p = make(rows[_i].type, 1);
    for (unsigned n = 0; n < rows[_i].repeat && p.len + rows[_i].len < sizeof(p.bytes); n++) {
        memcpy(p.bytes + p.len, rows[_i].options, rows[_i].len);
        p.len += rows[_i].len;
    }
    uint8_t *copy = malloc(p.len);
    memcpy(copy, p.bytes, p.len);
    LLVMFuzzerTestOneInput(copy, p.len);
    free(copy);
}
END_TEST

START_TEST(every_length) {
    struct made p = make(DHCP_REQUEST, 1);
    make_boot(&p, "PXEClient:Arch:00000:UNDI:002001", 0, "iPXE");
    make_u32(&p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&p, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 50));
    make_end(&p);
    for (size_t len = 0; len <= p.len; len++) {
        uint8_t *copy = malloc(len ? len : 1);
        memcpy(copy, p.bytes, len);
        LLVMFuzzerTestOneInput(copy, len);
        free(copy);
    }
}
END_TEST

START_TEST(random_bytes) {
    srand(11);
    for (int round = 0; round < 20000; round++) {
        struct made p = make((uint8_t)(1 + rand() % 8), (uint8_t)(1 + rand() % 8));
        make_boot(&p, rand() % 2 ? "PXEClient" : "HTTPClient", (uint16_t)(rand() % 20), rand() % 2 ? "iPXE" : NULL);
        make_u32(&p, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 48 + rand() % 16));
        make_end(&p);
        for (int flips = rand() % 20; flips > 0; flips--)
            p.bytes[(size_t)rand() % p.len] = (uint8_t)rand();
        LLVMFuzzerTestOneInput(p.bytes, p.len);
    }
}
END_TEST

/* dnsmasq CVE-2017-14494: bytes of an earlier packet in a reply. */
START_TEST(no_stale_byte_leaves) {
    uint8_t one[DHCP_REPLY_MAX], other[DHCP_REPLY_MAX];
    struct dhcp_config config = {.mode = DHCP_MODE_SERVER};
    struct dhcp_site site = {.config = &config, .server = SERVER, .net = SERVER, .prefix = 24};
    struct dhcp_boot boot = {0};
    struct dhcp_action a = {.type = DHCP_OFFER, .yiaddr = IP4(10, 77, 0, 50), .server_id = SERVER, .lease_ms = 1000};
    struct made p = make(DHCP_DISCOVER, 1);
    struct dhcp_message m = read_message(make_end(&p));
    struct dhcp_facts facts;
    ck_assert(dhcp_facts(&m, NULL, &facts));
    memset(one, 0x55, sizeof(one));
    memset(other, 0xaa, sizeof(other));
    size_t n = dhcp_reply(&site, &m, &facts, &a, NULL, &boot, one);
    ck_assert_uint_eq(dhcp_reply(&site, &m, &facts, &a, NULL, &boot, other), n);
    ck_assert_mem_eq(one, other, n);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp hostile");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, cve_rows, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, every_length);
    tcase_add_test(t, random_bytes);
    tcase_add_test(t, no_stale_byte_leaves);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
