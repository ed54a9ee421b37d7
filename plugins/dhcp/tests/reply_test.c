/* Replies and routes: PROTOCOLS.md 0, 1, 5 and 6 as rows. */
#include "proxy.h"
#include "site.h"
#include "suite.h"
#include "wire/build.h"

/* ---- what a reply looks like ---- */

static uint8_t bytes[DHCP_REPLY_MAX];

static struct pxed_slice answer(const struct dhcp_message *m, enum dhcp_type type, uint32_t yiaddr,
                                const struct pxed_host *host) {
    struct dhcp_facts facts;
    struct dhcp_boot boot = site_boot(m, false, &armed, &facts);
    struct dhcp_action a = {
        .what = DHCP_SAY, .type = type, .yiaddr = yiaddr, .server_id = SERVER, .lease_ms = yiaddr ? 3600000 : 0};
    memset(bytes, 0xee, sizeof(bytes));
    return pxed_slice((char *)bytes, dhcp_reply(&site, m, &facts, &a, host, &boot, bytes));
}

static void has_u32(struct pxed_slice packet, uint8_t code, uint32_t value) {
    struct pxed_slice o = reply_option(packet, code);
    struct pxed_addr a = pxed_addr_v4(value);
    ck_assert_uint_eq(o.len, 4);
    ck_assert_mem_eq(o.ptr, a.bytes, 4);
}

static void has_text(struct pxed_slice packet, uint8_t code, struct pxed_slice value) {
    struct pxed_slice o = reply_option(packet, code);
    ck_assert_msg(pxed_slice_eq(o, value), "option %u is '%.*s'", code, PXED_S(o));
}

/* PXE 2.1: control, one server, one entry, chosen at once; then what it asks for on 4011 comes back. */
START_TEST(a_menu_of_one_entry) {
    struct made p = make(DHCP_DISCOVER, 1);
    make_boot(&p, "PXEClient:Arch:00007:UNDI:003000", 7, NULL);
    struct dhcp_message m = read_message(make_end(&p));
    struct dhcp_facts facts;
    struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
    dhcp_boot_way(&boot, &facts, DHCP_WAY_MENU);
    struct pxed_slice r = pxed_slice((char *)bytes, dhcp_proxy_reply(&site, &m, DHCP_OFFER, &boot, bytes));
    has_text(r, 60, PXED_SLICE("PXEClient"));
    has_text(r, 43, PXED_SLICE("\6\1\7\x8\7\x80\0\1\x0a\x4d\0\1\x9\7\x80\0\4pxed\x0a\5\0pxed\xff"));
    struct made q = make(DHCP_REQUEST, 1);
    make_boot(&q, "PXEClient:Arch:00007:UNDI:003000", 7, NULL);
    make_option(&q, 43, "\x47\4\x80\0\0\0", 6);
    m = read_message(make_end(&q));
    boot = site_boot(&m, true, &armed, &facts);
    r = pxed_slice((char *)bytes, dhcp_proxy_reply(&site, &m, DHCP_ACK, &boot, bytes));
    has_text(r, 43, PXED_SLICE("\x47\4\x80\0\0\0\xff"));
    ck_assert(pxed_slice_is(read_message(r).file, "snponly.efi"));
}
END_TEST

START_TEST(an_offer_to_a_bios_rom) {
    static const char uuid[] = "\0\1\2\3\4\5\6\7\x8\1\2\3\4\5\6\7\x8";
    struct made p = make(DHCP_DISCOVER, 1);
    make_boot(&p, "PXEClient:Arch:00000:UNDI:002001", 0, NULL);
    make_option(&p, 97, uuid, 17);
    make_option(&p, 61, "\0id", 3);
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL);
    struct dhcp_message back = read_message(r);
    ck_assert_uint_eq(r.len >= DHCP_PADDED, 1);
    ck_assert_uint_eq(back.op, DHCP_BOOTREPLY);
    ck_assert_uint_eq(back.xid, m.xid);
    ck_assert_uint_eq(back.yiaddr, IP4(10, 77, 0, 50));
    ck_assert_uint_eq(back.siaddr, SERVER);
    ck_assert(pxed_slice_is(back.file, "undionly.kpxe"));
    ck_assert(pxed_slice_is(back.sname, "10.77.0.1"));
    ck_assert_mem_eq(r.ptr + 240, "\x35\1\2\x36\4\x0a\x4d\0\1\x33\4\0\0\x0e\x10\1\4\xff\xff\xff\0", 21);
    has_text(r, 58, PXED_SLICE("\0\0\7\x08"));
    has_text(r, 59, PXED_SLICE("\0\0\x0c\x4e"));
    has_u32(r, 3, SERVER);
    has_u32(r, 28, IP4(10, 77, 0, 255));
    has_u32(r, 150, IP4(1, 2, 3, 4));
    has_text(r, 6, PXED_SLICE("\x0a\x4d\0\3\x0a\x4d\0\4"));
    has_text(r, 15, PXED_SLICE("lab"));
    has_text(r, 60, PXED_SLICE("PXEClient"));
    has_text(r, 43, PXED_SLICE("\6\1\x8\xff"));
    has_text(r, 67, PXED_SLICE("undionly.kpxe\0"));
    has_text(r, 66, PXED_SLICE("10.77.0.1\0"));
    has_text(r, 97, pxed_slice(uuid, 17));
    has_text(r, 61, PXED_SLICE("\0id"));
    ck_assert_ptr_null(reply_option(r, 175).ptr);
}
END_TEST

START_TEST(an_offer_to_ipxe) {
    struct made p;
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 0, "iPXE");
    struct pxed_slice r = answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL);
    has_text(r, 67, PXED_SLICE(SCRIPT "\0"));
    has_text(r, 175, PXED_SLICE("\xb0\1\1"));
    ck_assert_ptr_null(reply_option(r, 43).ptr);
    ck_assert_ptr_null(reply_option(r, 60).ptr);
}
END_TEST

/* RFC 5071: the folder of a PXELINUX inside gPXE or iPXE. An operator's own option 210 wins; a ROM never gets one. */
START_TEST(option_210_by_user_class) {
    static const char *const classes[] = {"gPXE", "iPXE", NULL};
    static const uint8_t own[] = {210, 2, 'm', 'y'};
    for (int i = 0; i < 3; i++) {
        struct made p;
        struct dhcp_facts facts;
        struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 0, classes[i]);
        struct pxed_slice expected = classes[i] ? PXED_SLICE("http://pxe-server:8080/boot/") : PXED_NO_SLICE;
        armed.script_url = "http://pxe-server:8080/boot/home.php?mac=52-54-00-00-00-01";
        site.extra = PXED_NO_SLICE;
        has_text(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL), 210, expected);
        has_text(answer(&m, DHCP_ACK, IP4(10, 77, 0, 50), NULL), 210, expected);
        site.extra = pxed_slice((const char *)own, sizeof(own));
        has_text(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL), 210, PXED_SLICE("my"));
        struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
        has_text(pxed_slice((char *)bytes, dhcp_proxy_reply(&site, &m, DHCP_OFFER, &boot, bytes)), 210, expected);
    }
}
END_TEST

START_TEST(an_address_for_an_operating_system) {
    struct made p = make(DHCP_REQUEST, 1);
    make_option(&p, 55, "\1\3\6\x0c\x0f\x1c\x2a", 7);
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_ACK, IP4(10, 77, 0, 50), NULL);
    has_u32(r, 28, IP4(10, 77, 0, 255));
    ck_assert_uint_eq(read_message(r).siaddr, SERVER);
    ck_assert_uint_eq(read_message(r).file.len, 0);
    static const uint8_t absent[] = {12, 26, 42, 43, 60, 61, 66, 67, 82, 97, 175};
    for (size_t i = 0; i < sizeof(absent); i++)
        ck_assert_msg(reply_option(r, absent[i]).ptr == NULL, "option %u", absent[i]);
}
END_TEST

/* Option 6 names this server only if clients need its names and nothing else is set. */
START_TEST(the_name_server) {
    struct made p;
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 0, NULL);
    site.names = true;
    has_text(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL), 6, PXED_SLICE("\x0a\x4d\0\3\x0a\x4d\0\4"));
    config.dns.n = 0;
    has_u32(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL), 6, SERVER);
    struct pxed_var vars[] = {{.key = PXED_SLICE("dns"), .value = PXED_SLICE("9.9.9.9")}};
    struct pxed_host host = {.vars = vars, .n_vars = 1};
    has_u32(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), &host), 6, IP4(9, 9, 9, 9));
    site.names = false;
    ck_assert_ptr_null(reply_option(answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL), 6).ptr);
}
END_TEST

START_TEST(a_hosts_own_values_win) {
    struct pxed_var vars[] = {
        {.key = PXED_SLICE("gateway"), .value = PXED_SLICE("10.77.0.9")},
        {.key = PXED_SLICE("dns"), .value = PXED_SLICE("9.9.9.9 8.8.8.8")},
        {.key = PXED_SLICE("domain"), .value = PXED_SLICE("own.example")},
        {.key = PXED_SLICE("ntp"), .value = PXED_SLICE("10.77.0.8,ntp.example")},
    };
    struct pxed_host host = {
        .vars = vars, .n_vars = 4, .name = PXED_SLICE("web01"), .ip = pxed_addr_v4(IP4(10, 77, 0, 60)), .prefix = 16};
    struct made p = make(DHCP_REQUEST, 1);
    struct dhcp_message m = read_message(make_end(&p));
    config.mtu = 9000;
    struct pxed_slice r = answer(&m, DHCP_ACK, IP4(10, 77, 0, 60), &host);
    has_u32(r, 1, 0xffff0000);
    has_u32(r, 28, IP4(10, 77, 255, 255));
    has_u32(r, 3, IP4(10, 77, 0, 9));
    has_text(r, 6, PXED_SLICE("\x09\x09\x09\x09\x08\x08\x08\x08"));
    has_text(r, 15, PXED_SLICE("own.example"));
    has_u32(r, 42, IP4(10, 77, 0, 8));
    has_text(r, 12, PXED_SLICE("web01"));
    has_text(r, 26, PXED_SLICE("\x23\x28"));
}
END_TEST

/* ip= lies in a VLAN, the machine boots outside of it: its mask and its router are those of where it is. */
START_TEST(values_of_another_net_do_not) {
    struct pxed_var vars[] = {{.key = PXED_SLICE("gateway"), .value = PXED_SLICE("10.78.0.1")},
                              {.key = PXED_SLICE("dns"), .value = PXED_SLICE("9.9.9.9")}};
    struct pxed_host host = {
        .vars = vars, .n_vars = 2, .name = PXED_SLICE("web01"), .ip = pxed_addr_v4(IP4(10, 78, 0, 60)), .prefix = 16};
    struct made p = make(DHCP_REQUEST, 1);
    make_option(&p, 60, "d-i", 3);
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_ACK, IP4(10, 77, 0, 50), &host);
    has_u32(r, 1, 0xffffff00);
    has_u32(r, 6, IP4(9, 9, 9, 9));
    ck_assert(!pxed_slice_eq(reply_option(r, 3), PXED_SLICE("\x0a\x4e\0\1")));
    config.router.n = 0; /* then Debian's installer stops, unless it is told one */
    has_u32(answer(&m, DHCP_ACK, IP4(10, 77, 0, 50), &host), 3, SERVER);
    has_u32(answer(&m, DHCP_ACK, IP4(10, 78, 0, 60), &host), 3, IP4(10, 78, 0, 1));
}
END_TEST

START_TEST(inform_gets_no_lease) {
    struct made p = make(DHCP_INFORM, 1);
    make_field(&p, 12, IP4(10, 77, 0, 200));
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_ACK, 0, NULL);
    ck_assert_uint_eq(read_message(r).yiaddr, 0);
    ck_assert_uint_eq(read_message(r).ciaddr, IP4(10, 77, 0, 200));
    for (uint8_t code = 51; code <= 59; code++)
        ck_assert_msg((reply_option(r, code).ptr != NULL) == (code == 53 || code == 54), "option %u", code);
}
END_TEST

START_TEST(a_nak_says_nothing_else) {
    static const uint8_t relay[] = {1, 4, 'e', 't', 'h', '1'};
    struct made p = make(DHCP_REQUEST, 1);
    make_field(&p, 12, IP4(192, 168, 1, 5));
    make_field(&p, 24, IP4(10, 77, 0, 250));
    make_option(&p, 82, relay, sizeof(relay));
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_NAK, 0, NULL);
    struct dhcp_message back = read_message(r);
    ck_assert_uint_eq(back.ciaddr | back.yiaddr | back.siaddr, 0);
    ck_assert_uint_eq(back.flags, DHCP_FLAG_BROADCAST);
    for (unsigned code = 1; code < 255; code++)
        ck_assert_msg((back.options[code].ptr != NULL) == (code == 53 || code == 54 || code == 82), "option %u", code);
    has_text(r, 82, pxed_slice((const char *)relay, sizeof(relay)));
}
END_TEST

/* 548 bytes, a relay option of 255, everything configured: 53, 54, mask and file must still be there. */
START_TEST(what_matters_fits_the_smallest_packet) {
    char relay[255] = {0};
    struct made p = make(DHCP_DISCOVER, 1);
    make_boot(&p, "PXEClient", 0, "iPXE");
    make_option(&p, 82, relay, sizeof(relay));
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice r = answer(&m, DHCP_OFFER, IP4(10, 77, 0, 50), NULL);
    ck_assert_uint_le(r.len, DHCP_BUDGET);
    ck_assert_uint_eq(reply_option(r, 82).len, 255);
    ck_assert_uint_eq(reply_option(r, 1).len, 4);
    ck_assert_uint_eq(reply_option(r, 54).len, 4);
    ck_assert(pxed_slice_is(read_message(r).file, SCRIPT));
}
END_TEST

/* A relay option of every length, in pieces: no reply lacks what a client cannot do without; the option comes back
 * whole or not at all. */
START_TEST(no_relay_option_takes_the_room_of_what_matters) {
    static char relay[600];
    static const struct {
        uint8_t type, reply;
        uint32_t yiaddr;
    } cases[] = {{DHCP_DISCOVER, DHCP_OFFER, IP4(10, 77, 0, 50)},
                 {DHCP_REQUEST, DHCP_ACK, IP4(10, 77, 0, 50)},
                 {DHCP_REQUEST, DHCP_NAK, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t len = 0; len <= sizeof(relay); len++) {
            struct made p = make(cases[i].type, 1);
            make_boot(&p, "PXEClient", 0, NULL);
            for (size_t at = 0; at < len; at += 150)
                make_option(&p, 82, relay + at, len - at < 150 ? len - at : 150);
            struct dhcp_message m = read_message(make_end(&p));
            struct pxed_slice r = answer(&m, (enum dhcp_type)cases[i].reply, cases[i].yiaddr, NULL);
            ck_assert_uint_le(r.len, DHCP_BUDGET);
            has_u32(r, 54, SERVER);
            if (cases[i].yiaddr) {
                has_u32(r, 51, 3600);
                has_u32(r, 1, 0xffffff00);
            }
            size_t back = reply_option(r, 82).len;
            ck_assert_msg(back == len || (back == 0 && len > 255), "%zu bytes of %zu", back, len);
        }
}
END_TEST

/* ---- proxy ---- */

START_TEST(a_proxy_offer) {
    struct made p;
    struct dhcp_facts facts;
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 0, "iPXE");
    struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
    struct pxed_slice r = pxed_slice((char *)bytes, dhcp_proxy_reply(&site, &m, DHCP_OFFER, &boot, bytes));
    struct dhcp_message back = read_message(r);
    ck_assert_uint_eq(back.yiaddr | back.ciaddr, 0);
    ck_assert_uint_eq(back.siaddr, SERVER);
    ck_assert_uint_eq(back.flags, DHCP_FLAG_BROADCAST);
    ck_assert(pxed_slice_is(back.file, SCRIPT));
    has_text(r, 60, PXED_SLICE("PXEClient"));
    has_text(r, 43, PXED_SLICE("\6\1\x8\xff"));
    for (uint8_t code = 1; code < 53; code++)
        ck_assert_msg((reply_option(r, code).ptr != NULL) == (code == 43), "option %u", code);
}
END_TEST

/* The menu item of a boot server request comes back, with xid 0 as sent. */
START_TEST(a_boot_server_ack) {
    struct made p = make(DHCP_REQUEST, 1);
    struct dhcp_facts facts;
    memset(p.bytes + 4, 0, 4);
    make_field(&p, 12, IP4(10, 77, 0, 60));
    make_boot(&p, "PXEClient", 7, NULL);
    make_option(&p, 43, "\x47\4\x80\0\0\0\xff", 7);
    struct dhcp_message m = read_message(make_end(&p));
    struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
    struct pxed_slice r = pxed_slice((char *)bytes, dhcp_proxy_reply(&site, &m, DHCP_ACK, &boot, bytes));
    struct dhcp_message back = read_message(r);
    ck_assert_uint_eq(back.xid, 0);
    ck_assert_uint_eq(back.ciaddr, IP4(10, 77, 0, 60));
    has_text(r, 43, PXED_SLICE("\x47\4\x80\0\0\0\xff"));
    has_text(r, 60, PXED_SLICE("PXEClient"));
}
END_TEST

static const struct {
    const char *name;
    uint16_t port;
    uint8_t type;
    const char *vendor;
    uint32_t source, asked, ciaddr;
    bool idle;
    enum dhcp_proxy_do what;
    enum pxed_reason reason;
} proxies[] = {
    {"PXE discover", 67, DHCP_DISCOVER, "PXEClient", 0, 0, 0, false, DHCP_PROXY_OFFER, 0},
    {"HTTP discover", 67, DHCP_DISCOVER, "HTTPClient", 0, 0, 0, false, DHCP_PROXY_OFFER, 0},
    {"an operating system", 67, DHCP_DISCOVER, "d-i", 0, 0, 0, false, DHCP_PROXY_SILENT, 0},
    {"not to boot", 67, DHCP_DISCOVER, "PXEClient", 0, 0, 0, true, DHCP_PROXY_SILENT, PXED_WHY_IDLE_SILENT},
    {"request on 67 is overheard", 67, DHCP_REQUEST, "PXEClient", 0, IP4(10, 77, 0, 60), 0, false, DHCP_PROXY_HEARD, 0},
    {"rebinding is overheard", 67, DHCP_REQUEST, "d-i", 0, 0, IP4(10, 77, 0, 60), false, DHCP_PROXY_HEARD, 0},
    {"of another net", 67, DHCP_REQUEST, "PXEClient", 0, IP4(10, 78, 0, 60), 0, false, DHCP_PROXY_SILENT, 0},
    {"request of nothing", 67, DHCP_REQUEST, "PXEClient", 0, 0, 0, false, DHCP_PROXY_SILENT, 0},
    {"release", 67, DHCP_RELEASE, "PXEClient", 0, 0, 0, false, DHCP_PROXY_SILENT, 0},
    {"4011", 4011, DHCP_REQUEST, "PXEClient", IP4(10, 77, 0, 60), 0, IP4(10, 77, 0, 60), false, DHCP_PROXY_ACK, 0},
    {"4011 by INFORM", 4011, DHCP_INFORM, "PXEClient", IP4(10, 77, 0, 60), 0, 0, false, DHCP_PROXY_ACK, 0},
    {"4011, not to boot", 4011, DHCP_REQUEST, "PXEClient", IP4(10, 77, 0, 60), 0, 0, true, DHCP_PROXY_SILENT,
     PXED_WHY_IDLE_SILENT},
    {"4011 for somebody elsewhere", 4011, DHCP_REQUEST, "PXEClient", IP4(10, 77, 0, 60), 0, IP4(9, 9, 9, 9), false,
     DHCP_PROXY_SILENT, PXED_WHY_DHCP_WRONG_NET},
    {"4011 from elsewhere", 4011, DHCP_REQUEST, "PXEClient", IP4(9, 9, 9, 9), 0, IP4(10, 77, 0, 60), false,
     DHCP_PROXY_SILENT, PXED_WHY_DHCP_WRONG_NET},
    {"4011, discover", 4011, DHCP_DISCOVER, "PXEClient", IP4(10, 77, 0, 60), 0, 0, false, DHCP_PROXY_SILENT,
     PXED_WHY_DHCP_NOT_OURS},
};

START_TEST(proxy_rows) {
    struct made p = make(proxies[_i].type, 1);
    struct dhcp_scope scope = {.net = SERVER, .server = SERVER, .prefix = 24};
    struct dhcp_arrival arrival = {.port = proxies[_i].port, .source = proxies[_i].source};
    struct pxed_verdict verdict = armed;
    struct dhcp_facts facts;
    verdict.offer_boot = !proxies[_i].idle;
    verdict.reason = proxies[_i].idle ? PXED_WHY_IDLE_SILENT : PXED_WHY_OK;
    make_boot(&p, proxies[_i].vendor, proxies[_i].vendor[0] == 'H' ? 16 : 0, NULL);
    if (proxies[_i].asked)
        make_u32(&p, 50, proxies[_i].asked);
    make_field(&p, 12, proxies[_i].ciaddr);
    struct dhcp_message m = read_message(make_end(&p));
    struct dhcp_boot boot = site_boot(&m, true, &verdict, &facts);
    struct dhcp_proxy_action a = dhcp_proxy(&scope, &arrival, &m, &facts, &boot);
    ck_assert_msg(a.what == proxies[_i].what, "%s: does %d", proxies[_i].name, a.what);
    ck_assert_msg(a.reason == proxies[_i].reason, "%s: %s", proxies[_i].name, pxed_reason_name(a.reason));
    if (a.what == DHCP_PROXY_HEARD || a.what == DHCP_PROXY_ACK)
        ck_assert_uint_eq(a.heard, IP4(10, 77, 0, 60));
}
END_TEST

START_TEST(a_proxy_wants_option_93) {
    struct made p = make(DHCP_DISCOVER, 1);
    struct dhcp_scope scope = {.net = SERVER, .server = SERVER, .prefix = 24};
    struct dhcp_arrival arrival = {.port = 67};
    struct dhcp_facts facts;
    make_option(&p, 60, "PXEClient", 9);
    struct dhcp_message m = read_message(make_end(&p));
    struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
    ck_assert_int_eq(dhcp_proxy(&scope, &arrival, &m, &facts, &boot).what, DHCP_PROXY_SILENT);
}
END_TEST

/* ---- routes ---- */

static const struct {
    const char *name;
    uint8_t type, reply, htype;
    uint16_t port, flags, source_port;
    uint32_t source, ciaddr, giaddr, yiaddr;
    bool relay_port;
    enum dhcp_how how;
    uint32_t ip;
    uint16_t to_port;
} routes[] = {
#define Y IP4(10, 77, 0, 50)
#define G IP4(10, 77, 0, 250)
    {"4011, iPXE", 3, 5, 1, 4011, 0x8000, 68, Y, Y, 0, 0, false, DHCP_TO_ADDRESS, Y, 68},
    {"4011, EDK2", 3, 5, 1, 4011, 0, 4011, Y, Y, 0, 0, false, DHCP_TO_ADDRESS, Y, 4011},
    {"4011 without ciaddr", 3, 5, 1, 4011, 0, 4011, Y, 0, 0, 0, false, DHCP_TO_ADDRESS, Y, 4011},
    {"relay", 1, 2, 1, 67, 0, 67, G, 0, G, Y, false, DHCP_TO_ADDRESS, G, 67},
    {"relay on another port", 1, 2, 1, 67, 0, 1067, G, 0, G, Y, true, DHCP_TO_ADDRESS, G, 1067},
    {"relay, NAK", 3, 6, 1, 67, 0, 67, G, 0, G, 0, false, DHCP_TO_ADDRESS, G, 67},
    {"NAK", 3, 6, 1, 67, 0, 68, Y, 0, 0, 0, false, DHCP_TO_EVERYBODY, UINT32_MAX, 68},
    {"renewing", 3, 5, 1, 67, 0, 68, Y, Y, 0, Y, false, DHCP_TO_ADDRESS, Y, 68},
    {"renewing from a high port", 3, 5, 1, 67, 0, 5068, Y, Y, 0, Y, false, DHCP_TO_ADDRESS, Y, 5068},
    {"renewing, other source", 3, 5, 1, 67, 0, 5068, G, Y, 0, Y, false, DHCP_TO_ADDRESS, Y, 68},
    {"inform without ciaddr", 8, 5, 1, 67, 0, 68, Y, 0, 0, 0, false, DHCP_TO_ADDRESS, Y, 68},
    {"B flag", 1, 2, 1, 67, 0x8000, 68, 0, 0, 0, Y, false, DHCP_TO_EVERYBODY, UINT32_MAX, 68},
    {"InfiniBand", 1, 2, 32, 67, 0, 68, 0, 0, 0, Y, false, DHCP_TO_EVERYBODY, UINT32_MAX, 68},
    {"no address yet", 1, 2, 1, 67, 0, 68, 0, 0, 0, Y, false, DHCP_TO_STATION, Y, 68},
    {"proxy offer", 1, 2, 1, 67, 0, 68, 0, 0, 0, 0, false, DHCP_TO_EVERYBODY, UINT32_MAX, 68},
};

START_TEST(route_rows) {
    struct made p = make(routes[_i].type, 1);
    struct dhcp_header head = {.htype = routes[_i].htype,
                               .hlen = 6,
                               .flags = routes[_i].flags,
                               .ciaddr = routes[_i].ciaddr,
                               .yiaddr = routes[_i].yiaddr,
                               .giaddr = routes[_i].giaddr};
    struct dhcp_arrival a = {routes[_i].source, routes[_i].source_port, routes[_i].port, false};
    struct dhcp_builder b;
    if (routes[_i].relay_port)
        make_option(&p, 82, "\x13\0", 2);
    struct dhcp_message m = read_message(make_end(&p));
    dhcp_build(&b, bytes, DHCP_BUDGET, &head);
    dhcp_put_u8(&b, 53, routes[_i].reply);
    struct dhcp_route to = dhcp_route(&a, &m, bytes);
    ck_assert_msg(to.how == routes[_i].how, "%s: how %d", routes[_i].name, to.how);
    ck_assert_msg(to.ip == routes[_i].ip, "%s: to %08x", routes[_i].name, to.ip);
    ck_assert_msg(to.port == routes[_i].to_port, "%s: port %u", routes[_i].name, to.port);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp reply");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, site_setup, NULL);
    tcase_add_test(t, a_menu_of_one_entry);
    tcase_add_test(t, an_offer_to_a_bios_rom);
    tcase_add_test(t, an_offer_to_ipxe);
    tcase_add_test(t, option_210_by_user_class);
    tcase_add_test(t, an_address_for_an_operating_system);
    tcase_add_test(t, the_name_server);
    tcase_add_test(t, a_hosts_own_values_win);
    tcase_add_test(t, values_of_another_net_do_not);
    tcase_add_test(t, inform_gets_no_lease);
    tcase_add_test(t, a_nak_says_nothing_else);
    tcase_add_test(t, what_matters_fits_the_smallest_packet);
    tcase_add_test(t, no_relay_option_takes_the_room_of_what_matters);
    tcase_add_test(t, a_proxy_offer);
    tcase_add_test(t, a_boot_server_ack);
    tcase_add_loop_test(t, proxy_rows, 0, COUNT(proxies));
    tcase_add_test(t, a_proxy_wants_option_93);
    tcase_add_loop_test(t, route_rows, 0, COUNT(routes));
    suite_add_tcase(s, t);
    return suite_run(s);
}
