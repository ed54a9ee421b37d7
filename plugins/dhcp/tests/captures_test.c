/* Real boot clients: every DHCP request of tests/data/captures through codec, facts, server and proxy. The recorded
 * server's part is taken by ours, in a network wide enough for all captures. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "pcap.h"
#include "proxy.h"
#include "suite.h"
#include "support.h"
#include "wire/build.h"

#define SCRIPT "http://10.88.0.1/boot/home.php?mac=x"

static const struct dhcp_config server_config = {
    .mode = DHCP_MODE_SERVER, .loader_bios = {undionly, NULL, 1}, .loader_efi_x64 = {snponly, NULL, 1}};
static const struct dhcp_config proxy_config = {
    .mode = DHCP_MODE_PROXY, .loader_bios = {undionly, NULL, 1}, .loader_efi_x64 = {snponly, NULL, 1}};
static const struct pxed_verdict armed = {.offer_boot = true, .script_url = SCRIPT};

/* What a capture must show: counts of what our server did with it. */
struct tally {
    unsigned requests, offers, acks, naks, silent, notes;
    unsigned scripts, loaders, urls; /* boot data in OFFERs */
    unsigned proxy_offers, proxy_acks, heard;
};

static const struct {
    const char *name;
    bool uefi;
    unsigned naks;
} known[] = {
    /* dnsmasq offered the declined address again; our server does not, so the recorded REQUEST for it is refused */
    {"decline-udhcpc", false, 1},
    {"dhclient", false, 0},
    {"dhcpcd", false, 0},
    {"gpxe-dhcp", false, 0},
    {"ipxe-bios-e1000", false, 0},
    {"ipxe-bios-fastest", false, 0},
    {"ipxe-bios-noping-nopxe", false, 0},
    {"ipxe-bios-pcnet", false, 0},
    {"ipxe-bios-pcnet-tftp", false, 0},
    {"ipxe-bios-ra-lite", false, 0},
    {"ipxe-bios-virtio", false, 0},
    {"ipxe-bios-with-ra", false, 0},
    {"ipxe-chain-undionly", false, 0},
    {"ipxe-home-php", false, 0},
    {"lpxelinux", false, 0},
    {"nak-initreboot", false, 1},
    {"ovmf-grub-http", true, 0},
    {"ovmf-httpboot", true, 0},
    {"ovmf-snponly-chain", true, 0},
    {"ovmf-tftp-grub", true, 0},
    {"ovmf-tftp-windowsize", true, 0},
    {"proxy-ipxe-bios", false, 0},
    {"proxy-ipxe-nosiaddr", false, 0},
    {"proxy-ipxe-ok", false, 0},
    {"proxy-ovmf", true, 0},
    {"proxy-ovmf-skip4011", true, 0},
    {"pxelinux", false, 0},
    {"relayed", false, 0},
    {"relayed-clientside", false, 0},
    {"udhcpc-busybox", false, 0},
    {"udhcpc-di", false, 0},
};

static struct pcap open_capture(const char *name) {
    char path[512];
    snprintf(path, sizeof(path), "%s/captures/%s.pcap", PXED_TEST_DATA, name);
    return pcap_open(path);
}

static bool next_request(struct pcap *file, struct pxed_captured_udp *udp, struct dhcp_message *m) {
    uint64_t us;
    struct pxed_slice frame;
    while (pxed_capture_next(&file->capture, &us, &frame))
        if (pxed_capture_udp(&file->capture, frame, udp) &&
            (udp->destination_port == DHCP_PORT_SERVER || udp->destination_port == DHCP_PORT_PXE) &&
            udp->payload.len > 0 && udp->payload.ptr[0] == DHCP_BOOTREQUEST) {
            *m = read_message(udp->payload);
            return true;
        }
    return false;
}

/* The server that the recorded client chose. */
static uint32_t recorded_server(const char *name) {
    struct pcap file = open_capture(name);
    struct pxed_captured_udp udp;
    struct dhcp_message m;
    uint32_t server = IP4(10, 88, 0, 1), id;
    while (next_request(&file, &udp, &m))
        if (udp.destination_port == DHCP_PORT_SERVER && dhcp_get_u32(&m, DHCP_OPT_SERVER_ID, &id))
            server = id;
    pcap_close(&file);
    return server;
}

static void check_common(const char *name, struct pxed_slice packet, const struct dhcp_message *m, uint32_t server) {
    struct dhcp_message r = read_message(packet);
    ck_assert_msg(r.odd == 0, "%s: odd reply", name);
    ck_assert_uint_eq(r.xid, m->xid);
    ck_assert_uint_eq(r.giaddr, m->giaddr);
    ck_assert_mem_eq(r.chaddr, m->chaddr, 16);
    ck_assert_msg(packet.len >= DHCP_PADDED && packet.len <= dhcp_budget(m), "%s: length %zu", name, packet.len);
    ck_assert_msg(r.type == DHCP_NAK || r.siaddr == server, "%s: siaddr", name);
    ck_assert_msg(pxed_slice_eq(r.options[61], m->options[61]), "%s: 61 comes back", name);
    ck_assert_msg(pxed_slice_eq(r.options[82], m->options[82]), "%s: 82 comes back", name);
    /* Never a menu; 43 is 6=8 or an echoed item. */
    struct pxed_slice value;
    ck_assert_msg(!dhcp_tlv_find(r.options[43], false, 9, &value), "%s: a menu", name);
}

static void check_boot(const char *name, struct pxed_slice packet, const struct dhcp_message *m,
                       const struct dhcp_facts *facts, bool proxy, struct tally *sum) {
    struct dhcp_message r = read_message(packet);
    struct pxed_slice value;
    bool use_file = dhcp_tlv_find(r.options[43], false, DHCP_PXE_CONTROL, &value) && pxed_slice_is(value, "\x8");
    ck_assert_msg(r.options[67].len == r.file.len + 1 && pxed_slice_starts(r.options[67], r.file), "%s: 67 and file",
                  name);
    ck_assert_msg(r.options[67].ptr[r.options[67].len - 1] == '\0', "%s: 67 ends with NUL", name);
    ck_assert_msg(pxed_slice_is(r.options[210], m->options[77].ptr ? "http://10.88.0.1/boot/" : ""), "%s: 210", name);
    if (dhcp_runs_script(facts)) {
        ck_assert_msg(pxed_slice_is(r.file, SCRIPT), "%s: script", name);
        ck_assert_msg(dhcp_tlv_find(r.options[175], false, DHCP_IPXE_NO_PROXY, &value), "%s: 175.176", name);
        sum->scripts++;
    } else if (pxed_firmware_is_http(facts->seen.firmware)) {
        ck_assert_msg(pxed_slice_is(r.file, "http://10.88.0.1/boot/snponly.efi"), "%s: URL", name);
        ck_assert_msg(pxed_slice_is(r.options[60], "HTTPClient"), "%s: 60", name);
        sum->urls++;
    } else {
        bool bios = facts->seen.firmware == PXED_FW_BIOS;
        ck_assert_msg(pxed_slice_is(r.file, bios ? "undionly.kpxe" : "snponly.efi"), "%s: loader", name);
        /* 60 without 43.6=8 sends EDK2 to port 4011: right for a proxy only (PROTOCOLS.md 0.4). */
        ck_assert_msg(use_file == bios, "%s: 43", name);
        ck_assert_msg((r.options[60].ptr != NULL) == (proxy || bios), "%s: 60", name);
        sum->loaders++;
    }
}

static void serve(const char *name, struct net *net, const struct dhcp_message *m, const struct pxed_captured_udp *udp,
                  const struct dhcp_facts *facts, struct tally *sum) {
    uint8_t bytes[DHCP_REPLY_MAX];
    struct dhcp_site site = {
        .config = &server_config, .server = net->scope.server, .net = net->scope.net, .prefix = net->scope.prefix};
    struct dhcp_query q = {.m = m,
                           .facts = facts,
                           .source = udp->source,
                           .unicast = udp->destination == net->scope.server,
                           .server = net->scope.server,
                           .reserved = net_reserved(net),
                           .lease_ms = 3600000,
                           .now = net->now};
    struct dhcp_boot boot;
    net_room(net);
    struct dhcp_action a = dhcp_serve(&net->t, &q);
    if (a.what == DHCP_PROBE) { /* the captured conflicts were real */
        q.known = (struct dhcp_known){.ip = a.yiaddr, .taken = true, .probes = 1};
        a = dhcp_serve(&net->t, &q);
    }
    sum->silent += a.what == DHCP_SILENT;
    sum->notes += a.what == DHCP_NOTE;
    ck_assert_msg(a.reason != PXED_WHY_DHCP_MALFORMED, "%s: malformed", name);
    if (a.what != DHCP_SAY && a.what != DHCP_STORE)
        return;
    if (a.what == DHCP_STORE)
        net_stored(net, &a);
    dhcp_boot(&server_config, false, facts, &armed, &boot);
    struct pxed_slice packet = pxed_slice((char *)bytes, dhcp_reply(&site, m, facts, &a, NULL, &boot, bytes));
    check_common(name, packet, m, net->scope.server);
    sum->offers += a.type == DHCP_OFFER;
    sum->acks += a.type == DHCP_ACK;
    sum->naks += a.type == DHCP_NAK;
    if (a.type != DHCP_NAK)
        ck_assert_msg(reply_option(packet, 1).len == 4, "%s: EDK2 wants a mask", name);
    if (a.type == DHCP_OFFER && facts->seen.boots)
        check_boot(name, packet, m, facts, false, sum);
    if (!facts->seen.boots)
        ck_assert_msg(reply_option(packet, 67).ptr == NULL, "%s: boot data for a system", name);
}

static void stand_beside(const char *name, const struct dhcp_scope *scope, const struct dhcp_message *m,
                         const struct pxed_captured_udp *udp, const struct dhcp_facts *facts, struct tally *sum) {
    uint8_t bytes[DHCP_REPLY_MAX];
    struct dhcp_site site = {
        .config = &proxy_config, .server = scope->server, .net = scope->net, .prefix = scope->prefix};
    struct dhcp_arrival arrival = {
        .source = udp->source, .source_port = udp->source_port, .port = udp->destination_port};
    struct dhcp_boot boot;
    struct tally ignored = {0};
    dhcp_boot(&proxy_config, true, facts, &armed, &boot);
    struct dhcp_proxy_action a = dhcp_proxy(scope, &arrival, m, facts, &boot);
    sum->heard += a.what == DHCP_PROXY_HEARD;
    sum->proxy_offers += a.what == DHCP_PROXY_OFFER;
    sum->proxy_acks += a.what == DHCP_PROXY_ACK;
    if (a.what != DHCP_PROXY_OFFER && a.what != DHCP_PROXY_ACK)
        return;
    enum dhcp_type type = a.what == DHCP_PROXY_OFFER ? DHCP_OFFER : DHCP_ACK;
    struct pxed_slice packet = pxed_slice((char *)bytes, dhcp_proxy_reply(&site, m, type, &boot, bytes));
    check_common(name, packet, m, scope->server);
    check_boot(name, packet, m, facts, true, &ignored);
    ck_assert_msg(reply_option(packet, 60).ptr != NULL, "%s: a proxy's reply has option 60", name);
    ck_assert_uint_eq(read_message(packet).yiaddr, 0);
    ck_assert_ptr_null(reply_option(packet, 51).ptr);
}

static struct tally replay(const char *name, bool uefi) {
    struct tally sum = {0};
    struct net net;
    struct pxed_captured_udp udp;
    struct dhcp_message m;
    struct dhcp_facts facts;
    struct pcap file = open_capture(name);
    net_open(&net, 0, 0);
    net.scope.net = net.scope.server = recorded_server(name);
    net.scope.prefix = 14;
    dhcp_scope_add_pool(&net.scope, 0, UINT32_MAX);
    while (next_request(&file, &udp, &m)) {
        sum.requests++;
        net.now += 1000;
        ck_assert(dhcp_facts(&m, NULL, &facts));
        if (facts.seen.boots) {
            bool efi = facts.seen.firmware == PXED_FW_EFI_X64 || facts.seen.firmware == PXED_FW_HTTP_X64;
            ck_assert_msg(uefi ? efi : facts.seen.firmware == PXED_FW_BIOS, "%s: firmware", name);
            ck_assert_msg((m.options[77].ptr != NULL) == (facts.seen.loader != PXED_LOADER_NONE), "%s: loader", name);
            ck_assert_msg(facts.quirks == 0, "%s: quirks", name);
        }
        if (udp.destination_port == DHCP_PORT_SERVER)
            serve(name, &net, &m, &udp, &facts, &sum);
        stand_beside(name, &net.scope, &m, &udp, &facts, &sum);
    }
    pcap_close(&file);
    net_close(&net);
    return sum;
}

START_TEST(capture_rows) {
    struct tally sum = replay(known[_i].name, known[_i].uefi);
    ck_assert_msg(sum.requests > 0, "%s: no request", known[_i].name);
    ck_assert_msg(sum.naks == known[_i].naks, "%s: %u NAKs", known[_i].name, sum.naks);
    ck_assert_msg(sum.offers > 0 && sum.acks > 0, "%s: %u offers, %u ACKs", known[_i].name, sum.offers, sum.acks);
}
END_TEST

START_TEST(no_capture_is_forgotten) {
    DIR *dir = opendir(PXED_TEST_DATA "/captures");
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct pxed_slice name = pxed_slice_of(e->d_name);
        if (!pxed_slice_ends(name, PXED_SLICE(".pcap")) || pxed_slice_starts(name, PXED_SLICE("tftp-")))
            continue;
        bool found = false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found |= pxed_slice_is(pxed_slice_head(name, name.len - 5), known[i].name);
        ck_assert_msg(found, "%s has no row", e->d_name);
    }
    closedir(dir);
}
END_TEST

START_TEST(what_the_captures_teach) {
    struct tally http = replay("ovmf-httpboot", true), chain = replay("ipxe-chain-undionly", false),
                 proxy = replay("proxy-ovmf", true), bios = replay("proxy-ipxe-bios", false),
                 gpxe = replay("gpxe-dhcp", false), released = replay("dhclient", false),
                 declined = replay("decline-udhcpc", false);
    ck_assert_uint_gt(http.loaders, 0);
    ck_assert_uint_eq(http.urls, 1);
    ck_assert_uint_gt(http.scripts, 0);
    ck_assert_uint_gt(chain.scripts, 0);
    ck_assert_uint_gt(gpxe.scripts, 0);     /* the captured gPXE gets the script, and option 210 beside it */
    ck_assert_uint_eq(proxy.proxy_acks, 2); /* EDK2 from port 4011, iPXE from port 68 */
    ck_assert_uint_gt(bios.proxy_acks, 0);  /* xid 0 */
    ck_assert_uint_gt(bios.heard, 0);
    ck_assert_uint_eq(released.notes, 1);
    ck_assert_uint_gt(declined.notes, 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp captures");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, capture_rows, 0, sizeof(known) / sizeof(known[0]));
    tcase_add_test(t, no_capture_is_forgotten);
    tcase_add_test(t, what_the_captures_teach);
    suite_add_tcase(s, t);
    return suite_run(s);
}
