/* The plugin and its store: what is on disk before an ACK leaves, a disk that is full, a store that is old, the end. */
#include <errno.h>
#include <stdio.h>

#include "pxed/leases.h"
#include "suite.h"
#include "wire.h"

/* A store of the first ABI, which says nothing of itself: each failed commit is undone by itself. */
START_TEST(no_ack_when_the_store_fails) {
    struct made p = make(DHCP_DISCOVER, 5);
    service.size = offsetof(struct pxed_store, failing);
    wire_start();
    wire_broadcast(make_end(&p));
    uint32_t ip = wire_receive().m.yiaddr;
    store.fail = -EIO;
    wire_broadcast(wire_request(&p, 5, ip));
    ck_assert(!wire_receive().any);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_NONE)->reason, PXED_WHY_STORE_CANNOT_WRITE);
    ck_assert_uint_eq(wire_rows("bound") + wire_rows("offered"), 0);
    store.fail = 0;
    wire_broadcast(wire_request(&p, 5, ip));
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
}
END_TEST

/* The store as the core passes it on: a failed commit makes it `failing` until one succeeds. */
static void store_breaks(bool yes) {
    store.fail = yes ? -ENOSPC : 0;
    failing = yes;
}

START_TEST(leases_while_the_store_cannot_write) {
    struct made p = make(DHCP_DISCOVER, 6), r = make(DHCP_REQUEST, 5), d = make(DHCP_DISCOVER, 9);
    struct pxed_hwaddr mac = mac_of(9);
    struct pxed_host host = {
        .macs = &mac, .n_macs = 1, .name = PXED_SLICE("db01"), .ip = pxed_addr_v4(IP4(10, 77, 0, 77))};
    fake.wall = 1795400000000;
    wire_start();
    uint32_t old = wire_lease(5);
    wire_broadcast(make_end(&p));
    uint32_t offered = wire_receive().m.yiaddr;
    store_breaks(true);
    failing = false; /* the first one to notice is the commit itself */
    wire_broadcast(wire_request(&p, 6, offered));
    ck_assert(!wire_receive().any);
    ck_assert_int_eq(fake_core_step(&fake, PXED_STAGE_NONE)->reason, PXED_WHY_STORE_CANNOT_WRITE);
    store_breaks(true);
    size_t commits = store.commits;
    wire_broadcast(wire_request(&p, 6, offered));
    ck_assert(!wire_receive().any);
    squatted = old; /* the client answers for its address */
    squatter = 5;
    make_field(&r, 12, old); /* a lease on disk runs on, and no longer than there */
    wire_send(make_end(&r), old, 68, SERVER, 67);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == old);
    uint32_t left;
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left > 3590 && left < 3600);
    fake.host = &host;
    fake.verdict.host = &host;
    make_boot(&d, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&d));
    ck_assert_uint_eq(wire_receive().m.yiaddr, IP4(10, 77, 0, 77));
    wire_broadcast(wire_request(&p, 9, IP4(10, 77, 0, 77)));
    ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK);
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left == 3600);
    ck_assert_uint_eq(pxed_addr_u32(&fake_core_step(&fake, PXED_STAGE_LEASED)->ip), IP4(10, 77, 0, 77));
    ck_assert_uint_eq(store.commits, commits); /* nothing is tried meanwhile */
    ck_assert_uint_eq(wire_rows("bound"), 2);
    ck_assert_str_eq(wire_state(IP4(10, 77, 0, 77)), "none");
    store_breaks(false); /* it heals without a restart */
    fake_core_run(&fake, 1500);
    ck_assert_int_eq(strncmp(wire_state(IP4(10, 77, 0, 77)), "bound ", 6), 0);
    wire_broadcast(wire_request(&p, 6, offered));
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
}
END_TEST

/* A host that was leased from memory has no ip= now. While its lease is being written it asks again, and that
 * write fails as well: it is on no disk, so there is no ACK; and it is tried again. */
START_TEST(an_unwritten_lease_is_no_lease_on_disk) {
    struct made d = make(DHCP_DISCOVER, 9), p = make(DHCP_REQUEST, 9);
    struct pxed_hwaddr mac = mac_of(9);
    uint32_t ip = IP4(10, 77, 0, 55);
    struct pxed_host host = {.macs = &mac, .n_macs = 1, .name = PXED_SLICE("db01"), .ip = pxed_addr_v4(ip)};
    wire_start();
    store_breaks(true);
    fake.host = &host;
    fake.verdict.host = &host;
    make_boot(&d, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&d));
    ck_assert_uint_eq(wire_receive().m.yiaddr, ip);
    wire_broadcast(wire_request(&p, 9, ip));
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
    failing = false; /* it seems to write again */
    hold = true;
    size_t commits = store.commits;
    fake_core_run(&fake, 1500);
    ck_assert_uint_gt(store.commits, commits);
    wire_broadcast(wire_request(&p, 9, ip)); /* joins */
    ck_assert(!wire_receive().any);
    host.ip.family = 0;
    failing = true;
    fake_store_pump(&store);
    struct got got = wire_receive();
    ck_assert(!got.any || got.m.type != DHCP_ACK);
    ck_assert_str_eq(wire_state(ip), "none");
    store_breaks(false);
    hold = false;
    fake_core_run(&fake, 1500);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound ", 6), 0);
}
END_TEST

/* A renewal whose own commit fails is answered at once with what the disk holds. */
START_TEST(a_renewal_meets_the_full_disk) {
    struct made r = make(DHCP_REQUEST, 5);
    wire_start();
    uint32_t ip = wire_lease(5), left;
    store.fail = -ENOSPC;
    fake_core_run(&fake, 1100);
    squatted = ip;
    squatter = 5;
    make_field(&r, 12, ip);
    wire_send(make_end(&r), ip, 68, SERVER, 67);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == ip);
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &left) && left < 3600 && left > 3590);
    ck_assert_uint_eq(wire_rows("bound"), 1);
}
END_TEST

/* ---- leases may have been lost ---- */

/* A request that joins a commit of a much shorter lease is handled again when that is written. */
START_TEST(an_ack_promises_what_is_written) {
    struct made p = make(DHCP_DISCOVER, 5);
    uint32_t seconds;
    wire_start();
    wire_broadcast(make_end(&p));
    uint32_t ip = wire_receive().m.yiaddr;
    hold = true;
    wire_lease_time(60 * 1000);
    wire_broadcast(wire_request(&p, 5, ip));
    ck_assert(!wire_receive().any);
    wire_lease_time(3600 * 1000);
    wire_broadcast(wire_request(&p, 5, ip));
    ck_assert(!wire_receive().any);
    ck_assert_uint_eq(store.commits, 1);
    fake_store_pump(&store);
    ck_assert_uint_eq(store.commits, 2);
    fake_store_pump(&store);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == ip);
    ck_assert(dhcp_get_u32(&ack.m, DHCP_OPT_LEASE_TIME, &seconds) && seconds == 3600);
}
END_TEST

START_TEST(an_old_store_makes_it_look) {
    struct made p = make(DHCP_DISCOVER, 5), second = make(DHCP_DISCOVER, 6);
    aged = true;
    fake.wall = 1795400000000;
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    wire_start();
    make_boot(&p, "PXEClient", 0, NULL);
    wire_broadcast(make_end(&p));
    struct got offer = wire_receive_late(); /* .50 answers at once, .51 takes half a second */
    ck_assert(offer.any && offer.m.type == DHCP_OFFER && offer.m.yiaddr == IP4(10, 77, 0, 51));
    wire_broadcast(wire_request(&p, 5, offer.m.yiaddr));
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
    aged = false; /* the doubt outlives the run that began it */
    wire_restart();
    wire_broadcast(make_end(&second));
    offer = wire_receive_late();
    ck_assert(offer.any && offer.m.yiaddr == IP4(10, 77, 0, 52));
}
END_TEST

START_TEST(doubt_ends_with_the_longest_lease) {
    aged = true;
    fake.wall = 1795400000000;
    wire_start();
    fake_core_run(&fake, 20);
    aged = false;
    fake.wall += config.lease_time;
    wire_restart();
    squatted = IP4(10, 77, 0, 50);
    squatter = 99;
    ck_assert_uint_eq(wire_lease(5), IP4(10, 77, 0, 50));
}
END_TEST

START_TEST(leases_survive_a_restart) {
    struct made p = make(DHCP_REQUEST, 5);
    wire_start();
    ck_assert_uint_eq(wire_lease(6), IP4(10, 77, 0, 50));
    ck_assert_uint_eq(wire_lease(5), IP4(10, 77, 0, 51));
    wire_restart();
    make_u32(&p, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 51));
    wire_broadcast(make_end(&p));
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
    ck_assert_uint_eq(wire_lease(6), IP4(10, 77, 0, 50));
    ck_assert_uint_eq(wire_lease(7), IP4(10, 77, 0, 52));
}
END_TEST

static void count_row(void *arg, const struct pxed_lease *row) {
    unsigned *n = arg;
    *n += strcmp(row->state, "bound") == 0 && pxed_slice_is(row->hostname, "web01");
}

START_TEST(leases_are_published) {
    unsigned n = 0;
    wire_start();
    wire_lease(5);
    wire_lease(6);
    const struct pxed_leases_service *leases = fake_core_service(&fake, "leases/1");
    leases->each(leases->self, count_row, &n);
    ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(stop_waits_for_the_store) {
    struct made p = make(DHCP_DISCOVER, 5);
    wire_start();
    wire_broadcast(make_end(&p));
    uint32_t ip = wire_receive().m.yiaddr;
    hold = true;
    wire_broadcast(wire_request(&p, 5, ip));
    fake_core_run(&fake, 50);
    fake_core_stop(&fake);
    ck_assert(!fake.stopped);
    fake_store_pump(&store);
    ck_assert(fake.stopped);
    ck_assert_int_eq(wire_receive().m.type, DHCP_ACK);
}
END_TEST

/* A second SIGTERM: fini without waiting; the commit's callback comes when the plugin is gone. */
START_TEST(a_commit_may_outlive_the_plugin) {
    struct made p = make(DHCP_DISCOVER, 5);
    wire_start();
    wire_broadcast(make_end(&p));
    uint32_t ip = wire_receive().m.yiaddr;
    hold = true;
    wire_broadcast(wire_request(&p, 5, ip));
    fake_core_run(&fake, 50);
    plugin->fini(&fake.ctx);
    fake_core_run(&fake, 1);
    fake_store_pump(&store);
}
END_TEST

int main(void) {
    if (!wire_network()) {
        printf("dhcp store: skipped, a network namespace needs root\n");
        return 0;
    }
    Suite *s = suite_create("dhcp store");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, wire_setup, wire_teardown);
    tcase_add_test(t, no_ack_when_the_store_fails);
    tcase_add_test(t, leases_while_the_store_cannot_write);
    tcase_add_test(t, an_unwritten_lease_is_no_lease_on_disk);
    tcase_add_test(t, a_renewal_meets_the_full_disk);
    tcase_add_test(t, an_ack_promises_what_is_written);
    tcase_add_test(t, an_old_store_makes_it_look);
    tcase_add_test(t, doubt_ends_with_the_longest_lease);
    tcase_add_test(t, leases_survive_a_restart);
    tcase_add_test(t, leases_are_published);
    tcase_add_test(t, stop_waits_for_the_store);
    tcase_add_test(t, a_commit_may_outlive_the_plugin);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
