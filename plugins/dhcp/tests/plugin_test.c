/* Leases, the proxy, probes and refusals on real sockets. */
#include <stdio.h>

#include "pxed/leases.h"
#include "suite.h"
#include "wire.h"

START_TEST(an_ack_leaves_only_after_the_store) {
    struct made p = make(DHCP_DISCOVER, 5);
    wire_start();
    make_boot(&p, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == IP4(10, 77, 0, 50));
    ck_assert_mem_eq(offer.to_mac, "\x52\x54\0\0\0\5", 6);
    ck_assert_uint_eq(offer.udp.destination, IP4(10, 77, 0, 50));
    ck_assert_uint_eq(offer.udp.source, SERVER);
    ck_assert(pxed_slice_is(offer.m.file, "undionly.kpxe"));
    ck_assert_ptr_nonnull(fake_core_step(&fake, PXED_STAGE_OFFERED));
    hold = true;
    struct pxed_slice request = wire_request(&p, 5, offer.m.yiaddr);
    wire_broadcast(request);
    wire_broadcast(request);
    ck_assert(!wire_receive().any);
    ck_assert_uint_eq(store.commits, 1);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_LEASED));
    fake_store_pump(&store);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
    ck_assert(!wire_receive().any);
    const struct fake_step *leased = fake_core_step(&fake, PXED_STAGE_LEASED);
    ck_assert(leased && leased->reason == PXED_WHY_OK && pxed_addr_u32(&leased->ip) == offer.m.yiaddr);
    ck_assert_ptr_nonnull(strstr(wire_state(IP4(10, 77, 0, 50)), " 1-525400000005 web01"));
}
END_TEST

START_TEST(broadcast_and_unicast_as_asked) {
    struct made p = make(DHCP_DISCOVER, 5), renew = make(DHCP_REQUEST, 5), far = make(DHCP_REQUEST, 5);
    wire_start();
    p.bytes[10] = 0x80;
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive();
    ck_assert_uint_eq(offer.udp.destination, UINT32_MAX);
    ck_assert_uint_eq(offer.udp.source, SERVER);
    make_field(&renew, 12, IP4(10, 77, 0, 60));
    wire_send(make_end(&renew), IP4(10, 77, 0, 60), 68, SERVER, 67);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert_uint_eq(ack.udp.destination, IP4(10, 77, 0, 60));
    make_u32(&far, DHCP_OPT_REQUESTED, IP4(192, 168, 7, 7));
    wire_broadcast(make_end(&far));
    struct got nak = wire_receive();
    ck_assert(nak.any && nak.m.type == DHCP_NAK);
    ck_assert_uint_eq(nak.udp.destination, UINT32_MAX);
}
END_TEST

START_TEST(proxy_on_67_and_4011) {
    struct made p = make(DHCP_DISCOVER, 5), r = make(DHCP_REQUEST, 5), q = make(DHCP_REQUEST, 5);
    config.mode = DHCP_MODE_PROXY;
    wire_start();
    make_boot(&p, "PXEClient:Arch:00007:UNDI:003000", 7, NULL);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive();
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == 0);
    ck_assert_uint_eq(offer.udp.destination, UINT32_MAX);
    ck_assert(pxed_slice_is(offer.m.options[60], "PXEClient"));
    make_boot(&r, "PXEClient", 7, NULL);
    make_u32(&r, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 60));
    make_u32(&r, DHCP_OPT_SERVER_ID, IP4(10, 77, 0, 2));
    wire_broadcast(make_end(&r));
    ck_assert(!wire_receive().any);
    /* a hint, not a lease */
    ck_assert_uint_eq(pxed_addr_u32(&fake_core_step(&fake, PXED_STAGE_NONE)->ip), IP4(10, 77, 0, 60));
    make_boot(&q, "PXEClient", 7, NULL);
    make_field(&q, 12, IP4(10, 77, 0, 60));
    wire_send(make_end(&q), IP4(10, 77, 0, 60), 4011, SERVER, 4011);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert_uint_eq(ack.udp.source_port, 4011);
    ck_assert_uint_eq(ack.udp.destination_port, 4011);
    ck_assert(pxed_slice_is(ack.m.file, "snponly.efi"));
    ck_assert_uint_eq(store.commits, 0);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_LEASED));
}
END_TEST

/* In server mode nobody's word on port 4011 moves the address of a lease. */
START_TEST(port_4011_of_a_server_tells_no_address) {
    struct made q = make(DHCP_REQUEST, 5);
    wire_start();
    uint32_t ip = wire_lease(5);
    make_boot(&q, "PXEClient", 7, NULL);
    make_field(&q, 12, IP4(10, 77, 0, 60));
    wire_send(make_end(&q), IP4(10, 77, 0, 60), 4011, SERVER, 4011);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    for (unsigned i = 0; i < fake.n_steps; i++)
        ck_assert(fake.steps[i].ip.family == 0 || pxed_addr_u32(&fake.steps[i].ip) == ip);
}
END_TEST

/* ---- who has an address ---- */

static void decline(uint8_t who, uint32_t ip) {
    struct made p = make(DHCP_DECLINE, who);
    make_u32(&p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&p, DHCP_OPT_REQUESTED, ip);
    wire_broadcast(make_end(&p));
}

START_TEST(a_decline_is_looked_at) {
    wire_start();
    uint32_t ip = wire_lease(5);
    decline(5, ip); /* nobody is there */
    ck_assert(!wire_receive().any);
    fake_core_run(&fake, 500);
    ck_assert_int_eq(fake.last_refused, PXED_WHY_DHCP_DECLINE_UNSEEN);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound ", 6), 0);
    squatted = ip;
    squatter = 5; /* the machine itself */
    decline(5, ip);
    ck_assert(!wire_receive().any);
    fake_core_run(&fake, 500);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound ", 6), 0);
    squatter = 99;
    thief = true; /* a stolen address, and its owner answers too */
    decline(5, ip);
    ck_assert(!wire_receive().any && !wire_receive().any);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound ", 6), 0);
    thief = false;
    decline(5, ip);
    ck_assert(!wire_receive().any && !wire_receive().any);
    ck_assert_int_eq(strncmp(wire_state(ip), "declined ", 9), 0);
    ck_assert_int_eq(fake.last_refused, PXED_WHY_DHCP_DECLINED);
}
END_TEST

/* Probes under way when the plugin ends. */
START_TEST(a_probe_does_not_outlive_the_plugin) {
    wire_start();
    uint32_t ip = wire_lease(5);
    decline(5, ip);
    fake_core_run(&fake, 20);
    fake_core_stop(&fake);
    ck_assert(fake.stopped);
    fake_core_run(&fake, 700);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound ", 6), 0);
}
END_TEST

/* The first address of the pool is somebody's: it is found before anybody asks. */
START_TEST(a_free_address_is_probed_ahead) {
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    wire_start_asking();
    ck_assert(!wire_receive().any && !wire_receive().any && !wire_receive().any);
    ck_assert_uint_eq(wire_rows("declined"), 1);
    struct made p = make(DHCP_DISCOVER, 5);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive(); /* at once: a probe takes longer */
    ck_assert(offer.any && offer.m.yiaddr == IP4(10, 77, 0, 51));
}
END_TEST

/* Right after the start nothing is known yet. */
START_TEST(an_unknown_address_is_probed_first) {
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    wire_start_asking();
    struct made p = make(DHCP_DISCOVER, 5);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive_late();
    ck_assert(offer.any && offer.m.yiaddr != squatted);
    ck_assert_uint_eq(wire_rows("declined"), 1);
}
END_TEST

static struct got discover(uint8_t who) {
    struct made p = make(DHCP_DISCOVER, who);
    wire_broadcast(make_end(&p));
    return wire_receive();
}

/* The first offer after a start does not wait for the whole probe, its acknowledgement does. */
START_TEST(an_early_offer_is_acknowledged_later) {
    struct made p;
    wire_start_asking();
    uint64_t begun = uv_hrtime();
    struct got offer = discover(5);
    ck_assert(offer.any && offer.m.type == DHCP_OFFER);
    offer = discover(5); /* again */
    ck_assert(offer.any && offer.m.type == DHCP_OFFER);
    wire_broadcast(wire_request(&p, 5, offer.m.yiaddr));
    fake_core_run(&fake, 20);
    wire_broadcast(wire_request(&p, 5, offer.m.yiaddr)); /* again, from the start: the newest is answered */
    struct got ack = wire_receive_late();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
    ck_assert_uint_ge(uv_hrtime() - begun, 450 * 1000000ull);
    ck_assert(!wire_receive().any); /* once */
}
END_TEST

/* A machine that answers late has the address, whatever was offered. */
START_TEST(an_early_offer_is_taken_back) {
    struct made p;
    wire_start_asking();
    struct got offer = discover(5);
    ck_assert(offer.any && offer.m.type == DHCP_OFFER);
    uint32_t ip = squatted = offer.m.yiaddr;
    squatter = 99;
    if (_i == 1) /* the request is there when the answer comes */
        wire_broadcast(wire_request(&p, 5, ip));
    struct got reply = wire_receive();
    if (_i == 0) {
        ck_assert(!reply.any);
        wire_broadcast(wire_request(&p, 5, ip));
        reply = wire_receive();
    }
    ck_assert(reply.any && reply.m.type == DHCP_NAK);
    ck_assert_uint_eq(wire_rows("declined"), 1);
    offer = discover(5);
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr != ip);
    wire_broadcast(wire_request(&p, 5, offer.m.yiaddr));
    struct got ack = wire_receive_late();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == offer.m.yiaddr);
}
END_TEST

/* Who holds an address although its lease ended keeps its claim to it, and nobody else gets it. */
START_TEST(an_ended_lease_in_use_stays_its_owners) {
    wire_start();
    wire_lease_time(1000);
    uint32_t ip = wire_lease(5);
    squatted = ip;
    squatter = 5;
    fake_core_run(&fake, 1200);
    wire_restart_asking();
    struct made p = make(DHCP_DISCOVER, 6);
    ck_assert(!wire_receive().any && !wire_receive().any && !wire_receive().any);
    ck_assert_uint_eq(wire_rows("declined"), 0);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive();
    ck_assert(offer.any && offer.m.yiaddr != ip);
    p = make(DHCP_DISCOVER, 5);
    wire_broadcast(make_end(&p));
    offer = wire_receive();
    ck_assert(offer.any && offer.m.yiaddr == ip);
}
END_TEST

START_TEST(refusals_have_names) {
    struct made relay = make(DHCP_DISCOVER, 5), reply = make(DHCP_ACK, 5), echo = make(DHCP_DISCOVER, 5),
                idle = make(DHCP_DISCOVER, 5), arm = make(DHCP_DISCOVER, 6);
    wire_start();
    wire_broadcast(PXED_SLICE("\1 short, but long enough to hold a hardware address"));
    ck_assert(!wire_receive().any && fake.last_refused == PXED_WHY_DHCP_MALFORMED);
    make_field(&relay, 24, IP4(10, 99, 0, 1));
    wire_send(make_end(&relay), IP4(10, 99, 0, 1), 67, SERVER, 67);
    ck_assert(!wire_receive().any);
    reply.bytes[0] = DHCP_BOOTREPLY;
    wire_broadcast(make_end(&reply));
    ck_assert(!wire_receive().any && fake.last_refused == PXED_WHY_DHCP_NOT_OURS);
    wire_send(make_end(&echo), IP4(10, 77, 0, 60), 7, SERVER, 67);
    ck_assert(!wire_receive().any && fake.last_refused == PXED_WHY_DHCP_NOT_OURS);
    fake.verdict = (struct pxed_verdict){.reason = PXED_WHY_UNKNOWN_MACHINE};
    make_boot(&idle, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&idle));
    struct got offer = wire_receive(); /* an address, nothing to boot */
    ck_assert(offer.any && offer.m.yiaddr != 0 && offer.m.file.len == 0 && offer.m.options[67].ptr == NULL);
    ck_assert_ptr_null(fake_core_step(&fake, PXED_STAGE_REFUSED)); /* the core said that */
    fake.verdict = (struct pxed_verdict){.offer_boot = true, .script_url = "http://10.77.0.1/boot/home.php?mac=x"};
    make_boot(&arm, "PXEClient", 11, NULL);
    wire_broadcast(make_end(&arm));
    offer = wire_receive();
    ck_assert(offer.any && offer.m.yiaddr != 0 && offer.m.file.len == 0);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_REFUSED)->reason, PXED_WHY_LOADER_NONE);
}
END_TEST

START_TEST(a_burst_is_answered_whole) {
    struct made p;
    wire_start();
    unsigned offers = 0;
    for (uint8_t i = 0; i < 40; i++) {
        p = make(DHCP_DISCOVER, (uint8_t)(100 + i));
        wire_broadcast(make_end(&p));
    }
    while (wire_receive().any)
        offers++;
    ck_assert_uint_eq(offers, 40);
}
END_TEST

int main(void) {
    if (!wire_network()) {
        printf("dhcp plugin: skipped, a network namespace needs root\n");
        return 0;
    }
    Suite *s = suite_create("dhcp plugin");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, wire_setup, wire_teardown);
    tcase_add_test(t, an_ack_leaves_only_after_the_store);
    tcase_add_test(t, broadcast_and_unicast_as_asked);
    tcase_add_test(t, proxy_on_67_and_4011);
    tcase_add_test(t, port_4011_of_a_server_tells_no_address);
    tcase_add_test(t, a_decline_is_looked_at);
    tcase_add_test(t, a_probe_does_not_outlive_the_plugin);
    tcase_add_test(t, a_free_address_is_probed_ahead);
    tcase_add_test(t, an_unknown_address_is_probed_first);
    tcase_add_test(t, an_early_offer_is_acknowledged_later);
    tcase_add_loop_test(t, an_early_offer_is_taken_back, 0, 2);
    tcase_add_test(t, an_ended_lease_in_use_stays_its_owners);
    tcase_add_test(t, refusals_have_names);
    tcase_add_test(t, a_burst_is_answered_whole);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
