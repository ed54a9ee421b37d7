/* The plugin on a real packet socket: a veth pair in a network namespace of its own, a fake core, raw frames. Needs
 * root and IPv6; without them it says so. */
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_core.h"
#include "ra_state.h"
#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query_ra(uint16_t host_major);

static const uint8_t client_mac[6] = {0x52, 0x54, 0, 0, 0, 5}, server_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t client_ip[16] = {0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0, 0, 5};
static const uint8_t all_routers[16] = {0xff, 2, [15] = 2}, all_nodes[16] = {0xff, 2, [15] = 1};

static const struct pxed_plugin *plugin;
static struct fake_core fake;
static struct ra_config config;
static bool loader;
static int wire;

static bool core_loader_seen(struct pxed_ctx *c, const struct pxed_hwaddr *mac, uint64_t within_ms) {
    (void)c;
    return loader && within_ms == RA_LOADER_MS && memcmp(mac->bytes, client_mac, 6) == 0;
}

/* ---- the network ---- */

static int shell(const char *command) {
    return system(command);
}

static bool make_network(void) {
    if (unshare(CLONE_NEWNET) < 0)
        return false;
    return shell("ip link set lo up && ip link add px_dh_s type veth peer name px_dh_c && "
                 "ip link set px_dh_s address 02:00:00:00:00:01 && "
                 "echo 0 > /proc/sys/net/ipv6/conf/px_dh_s/accept_dad && "
                 "ip link set px_dh_c up && ip link set px_dh_s up && sleep 0.3") == 0;
}

static void setup(void) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6), .sll_ifindex = (int)if_nametoindex("px_dh_c")};
    config.answer = RA_ANSWER_IPXE;
    loader = true;
    fake_core_open(&fake, plugin, &config);
    fake.core.loader_seen = core_loader_seen;
    fake.iface =
        (struct pxed_iface){.name = "px_dh_s", .index = if_nametoindex("px_dh_s"), .mac = {1, 6, {2, 0, 0, 0, 0, 1}}};
    wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IPV6));
    ck_assert_int_eq(bind(wire, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(fake_core_start(&fake), 0);
}

static void teardown(void) {
    fake_core_close(&fake);
    close(wire);
}

static uint32_t sum(const uint8_t *bytes, size_t n, uint32_t start) {
    for (size_t i = 0; i < n; i++)
        start += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
    return start;
}

static void transmit(const uint8_t to[16], uint8_t hops, const void *icmp, size_t len) {
    uint8_t frame[256] = {0x33, 0x33, to[12], to[13], to[14], to[15]};
    memcpy(frame + 6, client_mac, 6);
    memcpy(frame + 12, "\x86\xdd\x60", 3);
    frame[19] = (uint8_t)len;
    frame[20] = 58;
    frame[21] = hops;
    memcpy(frame + 22, client_ip, 16);
    memcpy(frame + 38, to, 16);
    memcpy(frame + 54, icmp, len);
    uint32_t s = sum(frame + 22, 32 + len, (uint32_t)(58 + len));
    s = (s & 0xffff) + (s >> 16);
    s = ~((s & 0xffff) + (s >> 16));
    frame[56] = (uint8_t)(s >> 8);
    frame[57] = (uint8_t)s;
    ck_assert_int_eq(send(wire, frame, 54 + len, 0), (ssize_t)(54 + len));
}

static void solicit(void) {
    transmit(all_routers, 255, "\x85\0\0\0\0\0\0\0\1\1\x52\x54\0\0\0\5", 16);
}

/* Advertisements of the server in the next `ms`; each is checked. */
static unsigned heard(unsigned ms) {
    uint8_t frame[256];
    unsigned n = 0;
    fake_core_run(&fake, ms);
    for (ssize_t len; (len = recv(wire, frame, sizeof(frame), MSG_DONTWAIT)) > 0;) {
        if (len < 62 || memcmp(frame + 6, server_mac, 6) != 0 || frame[20] != 58 || frame[54] != 134)
            continue;
        n++;
        ck_assert_int_eq(len, 54 + RA_REPLY_SIZE);
        ck_assert_mem_eq(frame, client_mac, 6);
        ck_assert_mem_eq(frame + 38, client_ip, 16);
        ck_assert_uint_eq(frame[21], 255);
        ck_assert_mem_eq(frame + 58, "\0\0\0\0\0\0\0\0\0\0\0\0\1\1\2\0\0\0\0\1", 20);
        uint32_t s = sum(frame + 22, 32 + RA_REPLY_SIZE, 58 + RA_REPLY_SIZE);
        ck_assert_uint_eq((s & 0xffff) + (s >> 16), 0xffff);
    }
    return n;
}

/* ---- tests ---- */

START_TEST(a_loader_is_answered_alone) {
    solicit();
    ck_assert_uint_eq(heard(30), 1);
}
END_TEST

START_TEST(nobody_else_is) {
    loader = false;
    solicit();
    ck_assert_uint_eq(heard(200), 0);
    loader = true; /* the DISCOVER came after the solicitation */
    ck_assert_uint_eq(heard(120), 1);
    ck_assert_uint_eq(heard(120), 0);
}
END_TEST

START_TEST(silent_while_a_router_is_here) {
    transmit(all_nodes, 255, "\x86\0\0\0\x40\0\0\1\0\0\0\0\0\0\0\0", 16);
    solicit();
    ck_assert_uint_eq(heard(100), 0);
    fake_core_run(&fake, 1000); /* its lifetime was one second */
    solicit();
    ck_assert_uint_eq(heard(50), 1);
}
END_TEST

START_TEST(forwarded_packets_count_nothing) {
    transmit(all_nodes, 64, "\x86\0\0\0\x40\0\0\x63\0\0\0\0\0\0\0\0", 16);
    transmit(all_routers, 64, "\x85\0\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(heard(30), 0);
    solicit();
    ck_assert_uint_eq(heard(30), 1);
}
END_TEST

START_TEST(switched_off) {
    plugin->fini(&fake.ctx);
    uv_run(&fake.loop, UV_RUN_DEFAULT);
    config.answer = RA_ANSWER_NO;
    ck_assert_int_eq(fake_core_start(&fake), 0);
    solicit();
    ck_assert_uint_eq(heard(50), 0);
}
END_TEST

START_TEST(answers_where_ipv6_is_off) {
    ck_assert_int_eq(shell("echo 1 > /proc/sys/net/ipv6/conf/px_dh_s/disable_ipv6"), 0);
    solicit();
    unsigned n = heard(30);
    ck_assert_int_eq(shell("echo 0 > /proc/sys/net/ipv6/conf/px_dh_s/disable_ipv6"), 0);
    ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(an_interface_that_is_gone_is_told) {
    plugin->fini(&fake.ctx);
    uv_run(&fake.loop, UV_RUN_DEFAULT);
    fake.iface.index = 9999;
    ck_assert_int_eq(plugin->init(&fake.ctx), 0);
    ck_assert_int_eq(plugin->start(&fake.ctx), 0);
    ck_assert_ptr_nonnull(strstr(fake.log, "ra-idle"));
}
END_TEST

int main(void) {
    if (!make_network()) {
        printf("ra plugin: skipped, it needs root and IPv6\n");
        return 0;
    }
    plugin = pxed_plugin_query_ra(PXED_ABI_MAJOR);
    Suite *s = suite_create("ra plugin");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_loader_is_answered_alone);
    tcase_add_test(t, nobody_else_is);
    tcase_add_test(t, silent_while_a_router_is_here);
    tcase_add_test(t, forwarded_packets_count_nothing);
    tcase_add_test(t, switched_off);
    tcase_add_test(t, answers_where_ipv6_is_off);
    tcase_add_test(t, an_interface_that_is_gone_is_told);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
