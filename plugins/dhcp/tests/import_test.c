/* Leases of another server, taken over by the running plugin: every refusal, what is on disk when it is said to be, and
 * requests that come meanwhile. */
#include <errno.h>
#include <stdio.h>

#include "pxed/leases.h"
#include "suite.h"
#include "wire.h"

enum { WALL = 1795400000 };

static const struct pxed_leases_service *leases;
static size_t told, stored;

static void on_taken(void *arg, size_t n) {
    (void)arg;
    told++;
    stored = n;
}

static struct pxed_lease other(uint8_t who, uint32_t ip, int64_t expires) {
    return (struct pxed_lease){
        .ip = pxed_addr_v4(ip), .mac = mac_of(who), .expires = expires, .hostname = PXED_SLICE("web01")};
}

static void start(void) {
    fake.wall = WALL * 1000ull;
    told = stored = 0;
    wire_start();
    leases = fake_core_service(&fake, "leases/1");
    ck_assert_ptr_nonnull(leases->take);
}

/* Takes one over; its reason. */
static enum pxed_reason take(struct pxed_lease lease) {
    enum pxed_reason reason = PXED_REASON_COUNT;
    leases->take(leases->self, &lease, 1, &reason, on_taken, NULL);
    return reason;
}

START_TEST(one_is_taken_over) {
    start();
    ck_assert_int_eq(leases->judge(leases->self, &(struct pxed_lease){0}), PXED_WHY_LEASE_ENDED);
    hold = true;
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 52), WALL + 500)), PXED_WHY_OK);
    fake_core_run(&fake, 10);
    ck_assert_uint_eq(told, 0); /* not before it is on disk */
    hold = false;
    fake_store_pump(&store);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(stored, 1);
    ck_assert_str_eq(wire_state(IP4(10, 77, 0, 52)), "bound 1795400500 1-525400000005 web01");
    ck_assert_uint_eq(wire_lease(5), IP4(10, 77, 0, 52)); /* its machine keeps it */
    wire_restart();
    ck_assert_uint_eq(wire_lease(5), IP4(10, 77, 0, 52));
}
END_TEST

START_TEST(refusals) {
    struct pxed_hwaddr kept = mac_of(9);
    struct pxed_host host = {.macs = &kept, .n_macs = 1, .ip = pxed_addr_v4(IP4(10, 77, 0, 77))};
    start();
    fake.host = &host;
    uint32_t used = wire_lease(6);
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 9), WALL + 500)), PXED_WHY_LEASE_OUTSIDE);
    ck_assert_int_eq(take(other(5, IP4(10, 9, 0, 1), WALL + 500)), PXED_WHY_LEASE_OUTSIDE);
    ck_assert_int_eq(take(other(5, SERVER, WALL + 500)), PXED_WHY_LEASE_OUTSIDE);
    ck_assert_int_eq(take(other(5, used, WALL + 500)), PXED_WHY_LEASE_TAKEN);
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 77), WALL + 500)), PXED_WHY_LEASE_TAKEN);
    ck_assert_int_eq(take(other(9, IP4(10, 77, 0, 53), WALL + 500)), PXED_WHY_LEASE_ANOTHER);
    ck_assert_int_eq(take(other(6, IP4(10, 77, 0, 53), WALL + 500)), PXED_WHY_LEASE_ANOTHER);
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 53), WALL)), PXED_WHY_LEASE_ENDED);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(told, 8);
    ck_assert_uint_eq(stored, 0);
    ck_assert_uint_eq(wire_rows("bound"), 1);
    ck_assert_int_eq(take(other(9, IP4(10, 77, 0, 77), INT64_MAX)), PXED_WHY_OK); /* reserved, outside the range */
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(stored, 1);
}
END_TEST

START_TEST(a_lease_in_force_is_not_made_shorter) {
    start();
    uint32_t ip = wire_lease(6);
    ck_assert_int_eq(take(other(6, ip, WALL + 5)), PXED_WHY_OK);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(stored, 1);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound 1795403", 13), 0); /* an hour */
    ck_assert_int_eq(take(other(6, ip, WALL + 90000)), PXED_WHY_OK);
    fake_core_run(&fake, 20);
    ck_assert_int_eq(strncmp(wire_state(ip), "bound 1795490000", 16), 0);
}
END_TEST

/* What the store does not take is not in force either. */
START_TEST(the_store_fails) {
    start();
    store.fail = -EIO;
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 52), WALL + 500)), PXED_WHY_OK);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(stored, 0);
    failing = true;
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 52), WALL + 500)), PXED_WHY_STORE_CANNOT_WRITE);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(told, 2);
}
END_TEST

/* Its machine asks while it is written: it gets that address, once that is on disk. Others of one batch judge each
 * other. */
START_TEST(requests_come_meanwhile) {
    struct made p = make(DHCP_REQUEST, 5);
    enum pxed_reason reasons[3];
    start();
    const struct pxed_lease three[] = {other(5, IP4(10, 77, 0, 52), WALL + 4000),
                                       other(5, IP4(10, 77, 0, 53), WALL + 4000),
                                       other(6, IP4(10, 77, 0, 52), WALL + 4000)};
    hold = true;
    leases->take(leases->self, three, 3, reasons, on_taken, NULL);
    ck_assert_int_eq(reasons[0], PXED_WHY_OK);
    ck_assert_int_eq(reasons[1], PXED_WHY_LEASE_ANOTHER);
    ck_assert_int_eq(reasons[2], PXED_WHY_LEASE_TAKEN);
    wire_broadcast(wire_request(&p, 5, IP4(10, 77, 0, 52)));
    fake_core_run(&fake, 20);
    hold = false;
    fake_store_pump(&store);
    struct got ack = wire_receive();
    ck_assert(ack.any && ack.m.type == DHCP_ACK && ack.m.yiaddr == IP4(10, 77, 0, 52));
    ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(in_proxy_mode_nothing_is_leased) {
    config.mode = DHCP_MODE_PROXY;
    start();
    ck_assert_int_eq(take(other(5, IP4(10, 77, 0, 52), WALL + 500)), PXED_WHY_LEASE_NOT_HERE);
    ck_assert_uint_eq(told, 1);
}
END_TEST

int main(void) {
    if (!wire_network()) {
        printf("dhcp import: skipped, a network namespace needs root\n");
        return 0;
    }
    Suite *s = suite_create("dhcp import");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, wire_setup, wire_teardown);
    tcase_add_test(t, one_is_taken_over);
    tcase_add_test(t, refusals);
    tcase_add_test(t, a_lease_in_force_is_not_made_shorter);
    tcase_add_test(t, the_store_fails);
    tcase_add_test(t, requests_come_meanwhile);
    tcase_add_test(t, in_proxy_mode_nothing_is_leased);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
