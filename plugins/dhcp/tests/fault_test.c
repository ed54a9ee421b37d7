/* The server where things went wrong: a store that cannot write, a store that lost leases, a board that was swapped. */

#include "suite.h"
#include "support.h"

#define FAR_IP IP4(10, 77, 0, 200) /* outside */
#define HOUR   (3600u * 1000)

static struct net net;
static struct pxed_hwaddr host_mac;
static struct pxed_host host;

static void setup(void) {
    net_open_kept(&net, &host, &host_mac);
}

static void teardown(void) {
    net_close(&net);
}

static struct dhcp_action discover(uint8_t who) {
    struct made p = make(DHCP_DISCOVER, who);
    return net_serve(&net, make_end(&p), who == 9 || who == 10 ? &host : NULL, false);
}

/* Selecting with `ours`, else init-reboot. */
static struct dhcp_action request(uint8_t who, uint32_t ip, bool ours) {
    struct made p = make(DHCP_REQUEST, who);
    if (ours)
        make_u32(&p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&p, DHCP_OPT_REQUESTED, ip);
    return net_serve(&net, make_end(&p), who == 9 || who == 10 ? &host : NULL, false);
}

static struct dhcp_action renew(uint8_t who, uint32_t ip) {
    struct made p = make(DHCP_REQUEST, who);
    make_field(&p, 12, ip);
    return net_serve(&net, make_end(&p), who == 9 || who == 10 ? &host : NULL, true);
}

static const struct dhcp_lease *at(uint32_t ip) {
    uint32_t index = dhcp_lease_by_ip(&net.t, ip);
    return index == DHCP_NONE ? NULL : dhcp_lease_at(&net.t, index);
}

static void found(uint32_t ip, bool taken) {
    net.known = (struct dhcp_known){.ip = ip, .taken = taken, .probes = 1};
}

/* ---- the store cannot write ---- */

START_TEST(a_lease_on_disk_runs_on) {
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
    net.cannot_write = true;
    net.now += HOUR / 2;
    struct dhcp_action offer = discover(1), renewed = renew(1, POOL_FIRST), again = request(1, POOL_FIRST, false);
    ck_assert(offer.what == DHCP_SAY && offer.type == DHCP_OFFER && offer.lease_ms == HOUR / 2);
    ck_assert(renewed.what == DHCP_SAY && renewed.type == DHCP_ACK && renewed.lease_ms == HOUR / 2);
    ck_assert(again.what == DHCP_SAY && again.yiaddr == POOL_FIRST && again.lease_ms == HOUR / 2);
    net.now += HOUR / 2 - 1500;
    ck_assert_uint_eq(renew(1, POOL_FIRST).lease_ms, 1500);
    ck_assert_int_eq(at(POOL_FIRST)->state, DHCP_BOUND);
    net.now += 501; /* less than a second is none */
    ck_assert_int_eq(renew(1, POOL_FIRST).reason, PXED_WHY_STORE_CANNOT_WRITE);
    net.now += 1000;
    ck_assert_int_eq(renew(1, POOL_FIRST).reason, PXED_WHY_STORE_CANNOT_WRITE);
    ck_assert_int_eq(discover(1).what, DHCP_SILENT);
    net.cannot_write = false;
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
}
END_TEST

START_TEST(nobody_else_is_leased) {
    uint32_t offered = discover(5).yiaddr;
    net.cannot_write = true;
    const uint32_t before = net.t.n;
    struct dhcp_action all[] = {discover(6), request(6, POOL_LAST, true), request(6, POOL_LAST, false),
                                renew(6, POOL_LAST), request(5, offered, true)};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        ck_assert_int_eq(all[i].what, DHCP_SILENT);
        ck_assert_int_eq(all[i].reason, PXED_WHY_STORE_CANNOT_WRITE);
    }
    ck_assert_uint_eq(net.t.n, before);
    ck_assert_int_eq(request(6, IP4(192, 168, 1, 5), false).type, DHCP_NAK); /* what is wrong is still said */
}
END_TEST

START_TEST(a_reservation_is_leased_all_the_same) {
    net.cannot_write = true;
    struct dhcp_action offer = discover(9), ack = request(9, HOST_IP, true);
    ck_assert(offer.what == DHCP_SAY && offer.yiaddr == HOST_IP && offer.lease_ms == HOUR);
    ck_assert(ack.what == DHCP_KEEP && ack.yiaddr == HOST_IP && ack.lease_ms == HOUR);
    dhcp_lease_bind(&net.t, ack.lease, net.now + ack.lease_ms, PXED_NO_SLICE);
    net.now += HOUR / 2;
    struct dhcp_action renewed = renew(9, HOST_IP);
    ck_assert(renewed.what == DHCP_KEEP && renewed.lease_ms == HOUR);
}
END_TEST

/* The table never says more than the disk. */
START_TEST(what_was_not_stored_is_undone) {
    discover(5);
    struct dhcp_action a = request(5, POOL_FIRST, true);
    ck_assert_int_eq(a.what, DHCP_STORE);
    dhcp_lease_undo(&net.t, a.lease, net.now);
    ck_assert_ptr_null(at(POOL_FIRST));
    /* what the disk remembers stays a memory; what is alive is not touched */
    struct pxed_hwaddr mac = mac_of(6);
    ck_assert(dhcp_lease_restore(&net.t, 0, POOL_FIRST + 1, &mac, DHCP_EXPIRED, 0, false, PXED_NO_SLICE));
    ck_assert_uint_eq(discover(6).yiaddr, POOL_FIRST + 1);
    dhcp_lease_undo(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST + 1), net.now);
    ck_assert_int_eq(at(POOL_FIRST + 1)->state, DHCP_EXPIRED);
    uint32_t ip = net_lease(&net, 7, NULL);
    dhcp_lease_undo(&net.t, dhcp_lease_by_ip(&net.t, ip), net.now);
    ck_assert_int_eq(at(ip)->state, DHCP_BOUND);
}
END_TEST

/* ---- leases may have been lost ---- */

START_TEST(an_address_is_looked_at_before_it_is_offered) {
    net.doubt = true;
    struct dhcp_action a = discover(5);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_FIRST);
    found(POOL_FIRST, true);
    a = discover(5);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_FIRST + 1);
    ck_assert_int_eq(at(POOL_FIRST)->state, DHCP_DECLINED);
    found(POOL_FIRST + 1, false);
    a = discover(5);
    ck_assert(a.what == DHCP_SAY && a.type == DHCP_OFFER && a.yiaddr == POOL_FIRST + 1);
    net.known = (struct dhcp_known){0};
    ck_assert_int_eq(discover(5).what, DHCP_SAY); /* looked at once */
    ck_assert_int_eq(request(5, POOL_FIRST + 1, true).what, DHCP_STORE);
    /* a probe for one machine does not count for another */
    net.now += 2 * DHCP_HOLD_MS;
    ck_assert_int_eq(request(6, POOL_FIRST + 1, false).what, DHCP_PROBE);
}
END_TEST

START_TEST(an_address_is_looked_at_before_it_is_acknowledged) {
    net.doubt = true;
    ck_assert_int_eq(request(5, POOL_LAST, false).what, DHCP_PROBE);
    ck_assert_int_eq(renew(5, POOL_LAST).what, DHCP_PROBE);
    ck_assert_int_eq(request(9, HOST_IP, true).what, DHCP_PROBE); /* ip= too */
    found(POOL_LAST, true);
    ck_assert_int_eq(renew(5, POOL_LAST).type, DHCP_NAK);
    found(POOL_LAST, false); /* nobody, or the client itself */
    ck_assert_int_eq(renew(5, POOL_LAST).what, DHCP_STORE);
}
END_TEST

/* Who lost its lease with the store keeps its address, although a DISCOVER of a stranger had it looked at. */
START_TEST(a_lost_lease_heals_by_itself) {
    net.doubt = true;
    found(POOL_FIRST, true);
    discover(6);
    ck_assert_int_eq(at(POOL_FIRST)->state, DHCP_DECLINED);
    net.known = (struct dhcp_known){0};
    ck_assert_int_eq(renew(1, POOL_FIRST).what, DHCP_PROBE);
    found(POOL_FIRST, false);
    ck_assert_int_eq(renew(1, POOL_FIRST).what, DHCP_STORE);
}
END_TEST

START_TEST(a_lease_on_record_needs_no_look) {
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
    net.doubt = true;
    ck_assert_int_eq(discover(1).what, DHCP_SAY);
    ck_assert_int_eq(request(1, POOL_FIRST, false).what, DHCP_STORE);
    net.now += HOUR; /* ended: somebody else may have had it since */
    ck_assert_int_eq(discover(1).what, DHCP_PROBE);
}
END_TEST

START_TEST(looking_comes_to_an_end) {
    net.doubt = true;
    unsigned n = 0;
    for (struct dhcp_action a = discover(5); a.what == DHCP_PROBE; a = discover(5)) {
        ck_assert_uint_le(++n, 10);
        net.known = (struct dhcp_known){.ip = a.yiaddr, .taken = true, .probes = n};
    }
    ck_assert_uint_eq(n, 4);
}
END_TEST

/* ---- a swapped board ---- */

/* The line of the host names MAC 10 now; MAC 9 had the address. */
static void swap_board(uint32_t ip) {
    host.ip = pxed_addr_v4(ip);
    net.kept_ip = ip;
    ck_assert_uint_eq(net_lease(&net, 9, &host), ip);
    host_mac = net.kept_mac = mac_of(10);
}

START_TEST(a_reserved_address_goes_to_the_new_board) {
    swap_board(_i ? FAR_IP : HOST_IP);
    uint32_t ip = net.kept_ip;
    struct dhcp_action a = discover(10);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == ip);
    ck_assert_int_eq(at(ip)->state, DHCP_BOUND); /* until nobody is seen there */
    found(ip, false);
    a = discover(10);
    ck_assert(a.what == DHCP_SAY && a.type == DHCP_OFFER && a.yiaddr == ip);
    ck_assert_int_eq(request(10, ip, true).what, DHCP_STORE);
    ck_assert_int_eq(renew(9, ip).type, DHCP_NAK); /* the old board is no port of the host any more */
}
END_TEST

/* A board that still runs with its address keeps it until its lease ends: two machines with one address help nobody. */
START_TEST(not_while_the_old_board_answers) {
    swap_board(HOST_IP);
    found(HOST_IP, true);
    struct dhcp_action a = discover(10);
    ck_assert(a.what == DHCP_SAY && a.yiaddr != HOST_IP);
    ck_assert_int_eq(at(HOST_IP)->state, DHCP_BOUND);
    net.known = (struct dhcp_known){0};
    net.now += HOUR;
    ck_assert_uint_eq(discover(10).yiaddr, HOST_IP);
}
END_TEST

/* The host has both ports, and the other one holds its address. */
static void second_port(struct pxed_hwaddr both[static 2]) {
    both[0] = mac_of(10);
    both[1] = mac_of(9);
    swap_board(HOST_IP);
    host.macs = both;
    host.n_macs = 2;
    net.kept_also = mac_of(9);
}

/* Two ports that are up at once do not fight for the one address. */
START_TEST(a_further_port_takes_nothing_from_one_that_answers) {
    struct pxed_hwaddr both[2];
    second_port(both);
    ck_assert_int_eq(discover(10).what, DHCP_PROBE);
    found(HOST_IP, true);
    struct dhcp_action a = discover(10);
    ck_assert(a.what == DHCP_SAY && a.yiaddr != HOST_IP);
    ck_assert_int_eq(request(10, HOST_IP, false).type, DHCP_NAK);
    ck_assert(pxed_hwaddr_eq(&at(HOST_IP)->mac, &both[1]));
}
END_TEST

/* Without an answer the address follows, by the REQUEST: an OFFER alone takes nothing from the other port. */
START_TEST(the_address_follows_the_port_in_use) {
    struct pxed_hwaddr both[2];
    second_port(both);
    found(HOST_IP, false);
    struct dhcp_action a = discover(10);
    ck_assert(a.what == DHCP_SAY && a.type == DHCP_OFFER && a.yiaddr == HOST_IP);
    ck_assert(pxed_hwaddr_eq(&at(HOST_IP)->mac, &both[1]));
    a = request(10, HOST_IP, true);
    ck_assert(a.what == DHCP_STORE && a.yiaddr == HOST_IP);
    ck_assert(pxed_hwaddr_eq(&at(HOST_IP)->mac, &both[0]));
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp faults");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_lease_on_disk_runs_on);
    tcase_add_test(t, nobody_else_is_leased);
    tcase_add_test(t, a_reservation_is_leased_all_the_same);
    tcase_add_test(t, what_was_not_stored_is_undone);
    tcase_add_test(t, an_address_is_looked_at_before_it_is_offered);
    tcase_add_test(t, an_address_is_looked_at_before_it_is_acknowledged);
    tcase_add_test(t, a_lost_lease_heals_by_itself);
    tcase_add_test(t, a_lease_on_record_needs_no_look);
    tcase_add_test(t, looking_comes_to_an_end);
    tcase_add_loop_test(t, a_reserved_address_goes_to_the_new_board, 0, 2);
    tcase_add_test(t, not_while_the_old_board_answers);
    tcase_add_test(t, a_further_port_takes_nothing_from_one_that_answers);
    tcase_add_test(t, the_address_follows_the_port_in_use);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
