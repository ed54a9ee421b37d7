/* The lease table by itself: lists, chains, growth, and a long random life checked against its invariants. */
#include <stdlib.h>

#include "suite.h"
#include "support.h"

static struct net net;

static void teardown(void) {
    net_close(&net);
}

static struct pxed_hwaddr mac_n(uint32_t n) {
    struct pxed_hwaddr mac = {.type = 1, .len = 6, .bytes = {2, 0}};
    memcpy(mac.bytes + 2, &n, sizeof(n));
    return mac;
}

static uint32_t pick_and_hold(uint32_t n) {
    bool known;
    struct pxed_hwaddr mac = mac_n(n);
    struct dhcp_reserved reserved = net_reserved(&net);
    net_room(&net);
    uint32_t ip = dhcp_lease_pick(&net.t, 0, &mac, &reserved, false, net.now, &known);
    return ip == 0 ? DHCP_NONE : dhcp_lease_hold(&net.t, 0, ip, &mac, net.now);
}

START_TEST(pool_rows) {
    static const struct {
        uint32_t first, last;
        uint64_t size;
    } pools[] = {
        {IP4(10, 77, 0, 50), IP4(10, 77, 0, 99), 50},
        {IP4(10, 77, 0, 0), IP4(10, 77, 0, 255), 254}, /* without network and broadcast address */
        {0, UINT32_MAX, 254},
        {IP4(10, 77, 1, 0), IP4(10, 77, 1, 9), 0},
        {IP4(10, 77, 0, 9), IP4(10, 77, 0, 8), 0},
        {IP4(10, 76, 0, 9), IP4(10, 77, 0, 8), 8},
    };
    net_open(&net, 0, 0);
    ck_assert_int_eq(dhcp_scope_add_pool(&net.scope, pools[_i].first, pools[_i].last), pools[_i].size > 0);
    ck_assert_uint_eq(net.scope.size, pools[_i].size);
}
END_TEST

static uint32_t pick_of(uint32_t n, unsigned class) {
    struct pxed_hwaddr mac = mac_n(n);
    struct dhcp_reserved reserved = net_reserved(&net);
    reserved.class = class;
    bool known;
    net_room(&net);
    uint32_t ip = dhcp_lease_pick(&net.t, 0, &mac, &reserved, true, net.now, &known);
    if (ip != 0)
        dhcp_lease_hold(&net.t, 0, ip, &mac, net.now);
    return ip & 255;
}

START_TEST(pools_of_classes) {
    net_open(&net, 0, 0);
    ck_assert(dhcp_scope_add_class_pool(&net.scope, IP4(10, 77, 0, 90), IP4(10, 77, 0, 91), 2));
    ck_assert(dhcp_scope_add_pool(&net.scope, IP4(10, 77, 0, 50), IP4(10, 77, 0, 51)));
    ck_assert(dhcp_scope_open(&net.scope, IP4(10, 77, 0, 90), 2) &&
              !dhcp_scope_open(&net.scope, IP4(10, 77, 0, 90), 0));
    ck_assert(!dhcp_scope_open(&net.scope, IP4(10, 77, 0, 50), 2) &&
              dhcp_scope_open(&net.scope, IP4(10, 77, 0, 50), 0));
    ck_assert(dhcp_scope_open(&net.scope, IP4(10, 77, 0, 50), 1)); /* a class without a pool here is as none */
    ck_assert(!dhcp_scope_open(&net.scope, IP4(10, 77, 0, 60), 0));
    ck_assert_uint_eq(pick_of(1, 0), 50);
    ck_assert_uint_eq(pick_of(2, 1), 51);
    ck_assert_uint_eq(pick_of(3, 2), 90);
    ck_assert_uint_eq(pick_of(4, 2), 91);
    ck_assert_uint_eq(pick_of(5, 2), 0); /* the oldest unanswered offer is not of its pool */
    net.now += DHCP_HOLD_MS;
    ck_assert_uint_eq(pick_of(5, 2), 90); /* nor are the addresses that have been free longest */
    ck_assert_uint_eq(pick_of(6, 0), 50);
}
END_TEST

START_TEST(every_address_once_and_never_ours) {
    net_open(&net, IP4(10, 77, 0, 1), IP4(10, 77, 0, 20));
    bool seen[256] = {false};
    for (uint32_t i = 0; i < 19; i++) {
        uint32_t index = pick_and_hold(i);
        ck_assert_uint_ne(index, DHCP_NONE);
        uint32_t ip = dhcp_lease_at(&net.t, index)->ip;
        ck_assert_uint_ne(ip, SERVER);
        ck_assert(!seen[ip & 255]);
        seen[ip & 255] = true;
    }
    ck_assert_uint_eq(pick_and_hold(99), DHCP_NONE);
    net.now += DHCP_HOLD_MS;
    ck_assert_uint_ne(pick_and_hold(99), DHCP_NONE);
}
END_TEST

START_TEST(the_longest_free_address_goes_first) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 12));
    uint32_t a = pick_and_hold(1), b = pick_and_hold(2), c = pick_and_hold(3);
    dhcp_lease_bind(&net.t, a, net.now + 1000, PXED_NO_SLICE);
    dhcp_lease_bind(&net.t, b, net.now + 1000, PXED_NO_SLICE);
    dhcp_lease_bind(&net.t, c, net.now + 1000, PXED_NO_SLICE);
    dhcp_lease_expire(&net.t, b, net.now);
    dhcp_lease_expire(&net.t, a, net.now);
    ck_assert_uint_eq(pick_and_hold(4), b);
    ck_assert_uint_eq(pick_and_hold(5), a);
    ck_assert_uint_eq(pick_and_hold(6), DHCP_NONE);
    net.now += 1001;
    ck_assert_uint_eq(pick_and_hold(6), c);
}
END_TEST

START_TEST(reserved_addresses_are_passed_over) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 12));
    net.kept_ip = IP4(10, 77, 0, 10);
    net.kept_mac = mac_n(77);
    ck_assert_uint_eq(dhcp_lease_at(&net.t, pick_and_hold(1))->ip, IP4(10, 77, 0, 11));
    ck_assert_uint_eq(dhcp_lease_at(&net.t, pick_and_hold(2))->ip, IP4(10, 77, 0, 12));
    ck_assert_uint_eq(pick_and_hold(3), DHCP_NONE);
    ck_assert_uint_eq(dhcp_lease_at(&net.t, pick_and_hold(77))->ip, IP4(10, 77, 0, 10));
}
END_TEST

START_TEST(quarantine_takes_a_tenth_at_most) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 39));
    for (uint32_t i = 0; i < 30; i++) {
        uint32_t index = pick_and_hold(i);
        ck_assert_uint_ne(index, DHCP_NONE);
        dhcp_lease_decline(&net.t, index, net.now);
        ck_assert_uint_le(net.scope.lists[DHCP_DECLINED].n, 3);
        struct pxed_hwaddr mac = mac_n(i);
        ck_assert_uint_eq(dhcp_lease_by_mac(&net.t, 0, &mac), DHCP_NONE);
    }
    ck_assert_uint_eq(net.scope.lists[DHCP_EXPIRED].n, 27);
    net.now += DHCP_QUARANTINE_MS;
    dhcp_leases_tick(&net.t, 0, net.now);
    ck_assert_uint_eq(net.scope.lists[DHCP_DECLINED].n, 0);
}
END_TEST

START_TEST(a_flood_of_offers_is_counted_out) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 109));
    unsigned admitted = 0;
    for (uint32_t i = 0; i < 100; i++)
        if (dhcp_scope_admits(&net.scope, 0, net.now) == PXED_WHY_OK) {
            pick_and_hold(i);
            admitted++;
        }
    ck_assert_uint_eq(admitted, 51 + 20);
    net.now += 500;
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now), PXED_WHY_OK);
    net.now += DHCP_HOLD_MS; /* nobody took the offers: eight addresses come back with each packet */
    for (int i = 0; i < 10; i++)
        dhcp_leases_tick(&net.t, 0, net.now);
    for (int i = 0; i < 40; i++)
        ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now), PXED_WHY_OK);
}
END_TEST

/* 50 strangers do not empty a pool of 50 while two declared hosts, or thirty, have no address yet. */
START_TEST(room_is_kept_for_declared_hosts) {
    static const struct { unsigned floating, strangers; } rows[] = {{0, 50}, {2, 48}, {12, 38}, {30, 38}};
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 59));
    net.scope.floating = rows[_i].floating;
    uint32_t first = DHCP_NONE;
    unsigned admitted = 0;
    for (uint32_t i = 0; i < 60; i++)
        if (net.scope.live < net.scope.size && dhcp_scope_admits(&net.scope, 0, net.now) == PXED_WHY_OK) {
            uint32_t index = pick_and_hold(i);
            first = first == DHCP_NONE ? index : first;
            dhcp_lease_bind(&net.t, index, net.now + 100000, PXED_NO_SLICE);
            admitted++;
        }
    ck_assert_uint_eq(admitted, rows[_i].strangers);
    ck_assert_uint_eq(net.scope.live, rows[_i].strangers);
    if (rows[_i].floating == 0)
        return;
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now), PXED_WHY_DHCP_KEPT);
    uint32_t own = pick_and_hold(1000); /* a declared host comes */
    dhcp_lease_declare(&net.t, own, true);
    ck_assert_uint_eq(net.scope.declared, 1);
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now), PXED_WHY_DHCP_KEPT); /* the rest is still kept */
    dhcp_lease_expire(&net.t, first,
                      net.now); /* a stranger leaves: room for one, if no more than a quarter is wanted */
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now),
                     rows[_i].floating <= 12 ? PXED_WHY_OK : PXED_WHY_DHCP_KEPT);
    dhcp_lease_expire(&net.t, own, net.now);
    ck_assert_uint_eq(net.scope.declared, 0);
    ck_assert_uint_eq(net.scope.live, rows[_i].strangers - 1);
}
END_TEST

/* One port of a switch cannot take what the others need: counted by circuit once half of the pool is in use. */
START_TEST(a_circuit_has_a_rate) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 209));
    unsigned admitted = 0;
    for (uint32_t i = 0; i < 200; i++)
        if (dhcp_scope_admits(&net.scope, 77, net.now) == PXED_WHY_OK) {
            uint32_t index = pick_and_hold(i);
            dhcp_lease_bind(&net.t, index, net.now + 100000, PXED_NO_SLICE);
            admitted++;
        }
    ck_assert_uint_eq(admitted, 101 + 32);
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 77, net.now), PXED_WHY_DHCP_RATE);
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 78, net.now), PXED_WHY_OK);
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 0, net.now), PXED_WHY_OK);
    net.now += 1000;
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(dhcp_scope_admits(&net.scope, 77, net.now), PXED_WHY_OK);
    ck_assert_int_eq(dhcp_scope_admits(&net.scope, 77, net.now), PXED_WHY_DHCP_RATE);
}
END_TEST

/* After a restart the first machine gets a fresh address at once, however many are taken. */
START_TEST(the_cursor_stands_behind_what_was_given) {
    enum { TAKEN = 6000 };
    net_open(&net, 0, 0);
    net.scope.prefix = 16;
    ck_assert(dhcp_scope_add_pool(&net.scope, IP4(10, 77, 1, 0), IP4(10, 77, 40, 0)));
    for (uint32_t i = 0; i < TAKEN; i++) {
        struct pxed_hwaddr mac = mac_n(i);
        uint32_t k = (i * 7) % TAKEN; /* in no order of addresses */
        net_room(&net);
        ck_assert(dhcp_lease_restore(&net.t, 0, IP4(10, 77, 1, 0) + k, &mac, DHCP_BOUND, net.now + 100000, false,
                                     PXED_NO_SLICE));
    }
    struct pxed_hwaddr mac = mac_n(TAKEN);
    struct dhcp_reserved reserved = net_reserved(&net);
    bool known;
    ck_assert_uint_eq(dhcp_lease_pick(&net.t, 0, &mac, &reserved, false, net.now, &known), IP4(10, 77, 1, 0) + TAKEN);
}
END_TEST

/* The lease of a machine is found in its own net, and counted there, however many nets there are. */
START_TEST(many_nets) {
    enum { NETS = 1000 };
    static struct dhcp_scope scopes[NETS];
    net_open(&net, 0, 0);
    for (uint32_t i = 0; i < NETS; i++) {
        scopes[i] = (struct dhcp_scope){.net = IP4(10, 0, 0, 0) + (i << 8), .prefix = 24};
        ck_assert(dhcp_scope_add_pool(&scopes[i], scopes[i].net + 10, scopes[i].net + 20));
    }
    net_room(&net);
    dhcp_leases_init(&net.t, net.t.memory, scopes, NETS, 7);
    for (uint32_t i = 0; i < NETS; i++) {
        struct pxed_hwaddr mac = mac_n(i);
        net_room(&net);
        uint32_t index = dhcp_lease_hold(&net.t, i, scopes[i].net + 10, &mac, net.now);
        ck_assert_uint_ne(index, DHCP_NONE);
        ck_assert_uint_eq(dhcp_lease_by_mac(&net.t, i, &mac), index);
        ck_assert_uint_eq(scopes[i].lists[DHCP_OFFERED].n, 1);
    }
}
END_TEST

START_TEST(restored_leases_end_in_order) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 12));
    struct pxed_hwaddr a = mac_n(1), b = mac_n(2), c = mac_n(3);
    net_room(&net);
    ck_assert(dhcp_lease_restore(&net.t, 0, IP4(10, 77, 0, 11), &a, DHCP_EXPIRED, 0, false, PXED_SLICE("old")));
    ck_assert(
        dhcp_lease_restore(&net.t, 0, IP4(10, 77, 0, 10), &b, DHCP_BOUND, net.now + 5000, false, PXED_SLICE("new")));
    ck_assert(dhcp_lease_restore(&net.t, 0, IP4(10, 77, 0, 12), &c, DHCP_BOUND, net.now - 1, false, PXED_NO_SLICE));
    ck_assert(!dhcp_lease_restore(&net.t, 0, IP4(10, 77, 0, 12), &a, DHCP_BOUND, net.now, false, PXED_NO_SLICE));
    ck_assert(!dhcp_lease_restore(&net.t, 0, IP4(10, 78, 0, 12), &a, DHCP_BOUND, net.now, false, PXED_NO_SLICE));
    ck_assert_uint_eq(dhcp_lease_at(&net.t, dhcp_lease_by_mac(&net.t, 0, &b))->ip, IP4(10, 77, 0, 10));
    ck_assert_uint_eq(dhcp_lease_at(&net.t, pick_and_hold(9))->ip, IP4(10, 77, 0, 11));
}
END_TEST

/* Chains, lists and counters agree with the entries. */
static void check_invariants(void) {
    uint32_t n = 0, listed = 0;
    uint64_t pooled = 0;
    for (uint32_t i = 0; i < net.t.used; i++) {
        const struct dhcp_lease *e = dhcp_lease_at(&net.t, i);
        if (e->state == DHCP_FREE)
            continue;
        n++;
        pooled += dhcp_scope_pooled(&net.scope, e->ip);
        ck_assert_uint_eq(dhcp_lease_by_ip(&net.t, e->ip), i);
    }
    for (unsigned s = 0; s < DHCP_STATE_COUNT; s++) {
        uint32_t walked = 0, before = DHCP_NONE;
        for (uint32_t i = net.scope.lists[s].oldest; i != DHCP_NONE; i = dhcp_lease_at(&net.t, i)->newer) {
            ck_assert_uint_eq(dhcp_lease_at(&net.t, i)->state, s);
            ck_assert_uint_eq(dhcp_lease_at(&net.t, i)->older, before);
            before = i;
            walked++;
        }
        ck_assert_uint_eq(walked, net.scope.lists[s].n);
        listed += walked;
    }
    ck_assert_uint_eq(listed, n);
    ck_assert_uint_eq(net.t.n, n);
    ck_assert_uint_eq(net.scope.in_use, pooled);
}

START_TEST(a_long_random_life) {
    net_open(&net, IP4(10, 77, 0, 10), IP4(10, 77, 0, 73));
    srand(7);
    for (int step = 0; step < 60000; step++) {
        uint32_t who = (uint32_t)rand() % 100;
        struct pxed_hwaddr mac = mac_n(who);
        uint32_t own = dhcp_lease_by_mac(&net.t, 0, &mac), index;
        net.now += (uint64_t)rand() % 2000;
        dhcp_leases_tick(&net.t, 0, net.now);
        switch (rand() % 6) {
        case 0:
        case 1:
            if (own == DHCP_NONE)
                pick_and_hold(who);
            break;
        case 2:
        case 3:
            if (own != DHCP_NONE && dhcp_lease_open_to(dhcp_lease_at(&net.t, own), &mac, net.now)) {
                dhcp_lease_bind(&net.t, own, net.now + 60000, PXED_SLICE("n"));
                dhcp_lease_settle(&net.t, own, net.now);
            }
            break;
        case 4:
            if (own != DHCP_NONE && rand() % 4 == 0)
                dhcp_lease_decline(&net.t, own, net.now);
            else if (own != DHCP_NONE)
                dhcp_lease_expire(&net.t, own, net.now);
            break;
        default: /* takes any address that is open to it */
            index = dhcp_lease_by_ip(&net.t, IP4(10, 77, 0, 10) + (uint32_t)rand() % 64);
            if (index != DHCP_NONE && dhcp_lease_open_to(dhcp_lease_at(&net.t, index), &mac, net.now) &&
                dhcp_lease_at(&net.t, index)->state != DHCP_BOUND)
                dhcp_lease_hold(&net.t, 0, dhcp_lease_at(&net.t, index)->ip, &mac, net.now);
        }
        if (step % 100 == 0)
            check_invariants();
    }
}
END_TEST

/* 131072 addresses, all taken, all renewed: the work per machine must not grow with the table (a few seconds would). */
START_TEST(a_large_pool) {
    enum { N = 131072 };
    net_open(&net, 0, 0);
    net.scope.prefix = 14;
    dhcp_scope_add_pool(&net.scope, IP4(10, 77, 1, 0), IP4(10, 77, 1, 0) + N - 1);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t index = pick_and_hold(i);
        ck_assert_uint_ne(index, DHCP_NONE);
        dhcp_lease_bind(&net.t, index, net.now + 3600 * 1000, PXED_NO_SLICE);
    }
    ck_assert_uint_eq(pick_and_hold(N), DHCP_NONE);
    for (uint32_t i = 0; i < N; i++) {
        struct pxed_hwaddr mac = mac_n(i);
        uint32_t index = dhcp_lease_by_mac(&net.t, 0, &mac);
        ck_assert_uint_ne(index, DHCP_NONE);
        dhcp_lease_bind(&net.t, index, net.now + 3600 * 1000, PXED_NO_SLICE);
    }
    net.now += 3600 * 1000;
    ck_assert_uint_ne(pick_and_hold(N), DHCP_NONE);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp leases");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, pool_rows, 0, 6);
    tcase_add_test(t, pools_of_classes);
    tcase_add_test(t, every_address_once_and_never_ours);
    tcase_add_test(t, the_longest_free_address_goes_first);
    tcase_add_test(t, reserved_addresses_are_passed_over);
    tcase_add_test(t, quarantine_takes_a_tenth_at_most);
    tcase_add_test(t, a_flood_of_offers_is_counted_out);
    tcase_add_loop_test(t, room_is_kept_for_declared_hosts, 0, 4);
    tcase_add_test(t, a_circuit_has_a_rate);
    tcase_add_test(t, the_cursor_stands_behind_what_was_given);
    tcase_add_test(t, many_nets);
    tcase_add_test(t, restored_leases_end_in_order);
    tcase_add_test(t, a_long_random_life);
    tcase_add_test(t, a_large_pool);
    suite_add_tcase(s, t);
    return suite_run(s);
}
