/* Free addresses that are probed before a machine asks for one: the list, and what the server makes of it. */

#include "ahead.h"
#include "suite.h"
#include "support.h"

enum { ROUND_MS = DHCP_AHEAD_AGAIN_MS + DHCP_AHEAD_END_MS };

static struct net net;
static struct pxed_hwaddr host_mac;
static struct pxed_host host;
static struct dhcp_ahead ahead;
static struct dhcp_ahead_entry *entries;
static struct dhcp_ahead_entry *ask[DHCP_AHEAD_STEP];

static void begin(void) {
    entries = calloc(DHCP_AHEAD_ALL, sizeof(*entries));
    dhcp_ahead_init(&ahead, entries, &net.t);
    net.t.ahead = &ahead;
}

static void setup(void) {
    net_open_kept(&net, &host, &host_mac);
    begin();
}

static void teardown(void) {
    net_close(&net);
    free(entries);
}

/* Lets `ms` pass in ticks; the number of questions. */
static unsigned pass(uint64_t ms) {
    unsigned n = 0;
    uint64_t next;
    for (uint64_t end = net.now + ms; net.now < end; net.now += DHCP_AHEAD_TICK_MS)
        n += dhcp_ahead_step(&net.t, net_reserved(&net), net.now, ask, &next);
    return n;
}

static uint32_t take(uint8_t who, unsigned class, bool *ret_known) {
    struct pxed_hwaddr mac = mac_of(who);
    struct dhcp_reserved reserved = net_reserved(&net);
    reserved.class = class;
    return dhcp_ahead_take(&net.t, 0, &mac, &reserved, net.now, ret_known);
}

static struct dhcp_action discover(uint8_t who, uint32_t wish) {
    struct made p = make(DHCP_DISCOVER, who);
    if (wish)
        make_u32(&p, DHCP_OPT_REQUESTED, wish);
    return net_serve(&net, make_end(&p), who == 9 ? &host : NULL, false);
}

static void found(uint32_t ip, bool taken) {
    net.known = (struct dhcp_known){.ip = ip, .taken = taken, .probes = net.known.probes + 1};
}

/* ---- the list ---- */

START_TEST(each_free_address_is_asked_for_twice) {
    uint64_t next = 0;
    bool known;
    unsigned n = dhcp_ahead_step(&net.t, net_reserved(&net), net.now, ask, &next);
    ck_assert_uint_eq(n, 9); /* the pool without the one that is kept for a host */
    ck_assert_uint_eq(next, DHCP_AHEAD_TICK_MS);
    ck_assert_uint_eq(ask[0]->ip, POOL_FIRST);
    for (unsigned i = 0; i < n; i++)
        ck_assert_uint_ne(ask[i]->ip, HOST_IP);
    ck_assert_uint_eq(pass(ROUND_MS + 100), 9);
    dhcp_ahead_step(&net.t, net_reserved(&net), net.now, ask, &next);
    ck_assert_uint_eq(next, DHCP_AHEAD_REST_MS); /* nothing is left to do */
    ck_assert_uint_eq(take(5, 0, &known), POOL_FIRST);
    ck_assert(known);
    ck_assert_uint_eq(take(5, 0, &known), POOL_FIRST + 1);
}
END_TEST

START_TEST(one_that_is_being_asked_for_is_not_known) {
    bool known = true;
    pass(DHCP_AHEAD_TICK_MS);
    ck_assert_uint_eq(take(5, 0, &known), POOL_FIRST);
    ck_assert(!known);
}
END_TEST

START_TEST(who_answers_keeps_the_address) {
    bool known;
    pass(100);
    ck_assert(dhcp_ahead_answered(&net.t, POOL_FIRST, net.now));
    ck_assert(!dhcp_ahead_answered(&net.t, POOL_FIRST, net.now)); /* once */
    ck_assert(!dhcp_ahead_answered(&net.t, IP4(10, 77, 0, 99), net.now));
    pass(ROUND_MS);
    ck_assert_uint_eq(take(5, 0, &known), POOL_FIRST + 1);
    struct pxed_hwaddr mac = mac_of(6); /* nor is it found by another way */
    struct dhcp_reserved reserved = net_reserved(&net);
    for (uint8_t i = 0; i < 7; i++)
        ck_assert_uint_ne(take(5, 0, &known), POOL_FIRST);
    ck_assert_uint_ne(dhcp_lease_pick(&net.t, 0, &mac, &reserved, false, net.now, &known), POOL_FIRST);
    pass(320 * 1000); /* it is asked for again: nobody is there any more */
    bool again = false;
    for (uint8_t i = 0; i < 9; i++)
        again |= take(5, 0, &known) == POOL_FIRST;
    ck_assert(again);
}
END_TEST

START_TEST(what_is_known_is_asked_again) {
    pass(ROUND_MS + 100);
    ck_assert_uint_eq(pass(200 * 1000), 0);
    ck_assert_uint_eq(pass(110 * 1000), 18);
    bool known;
    ck_assert(take(5, 0, &known) != 0 && known);
    net.now += 3600 * 1000; /* the machine slept */
    ck_assert(take(5, 0, &known) != 0 && !known);
}
END_TEST

START_TEST(an_address_given_otherwise_is_not_taken) {
    bool known;
    pass(ROUND_MS + 100);
    struct pxed_hwaddr mac = mac_of(7);
    net_room(&net);
    dhcp_lease_hold(&net.t, 0, POOL_FIRST, &mac, net.now);
    net.kept_ip = POOL_FIRST + 1; /* the host file changed */
    ck_assert_uint_eq(take(5, 0, &known), HOST_IP + 1);
}
END_TEST

START_TEST(a_class_has_its_own) {
    bool known;
    teardown();
    net_open(&net, 0, 0);
    dhcp_scope_add_class_pool(&net.scope, IP4(10, 77, 0, 90), IP4(10, 77, 0, 91), 1);
    dhcp_scope_add_pool(&net.scope, POOL_FIRST, POOL_LAST);
    begin();
    pass(ROUND_MS + 100);
    ck_assert_uint_eq(take(5, 1, &known), IP4(10, 77, 0, 90));
    ck_assert_uint_eq(take(5, 0, &known), POOL_FIRST);
    ck_assert_uint_eq(take(5, 1, &known), IP4(10, 77, 0, 91));
    ck_assert_uint_eq(take(5, 1, &known), 0);
}
END_TEST

START_TEST(an_ended_lease_is_asked_for_too) {
    net.t.ahead = NULL;
    for (uint8_t i = 20; i < 29; i++)
        ck_assert(net_lease(&net, i, NULL) != 0);
    net.now += 2 * 3600 * 1000;
    dhcp_leases_tick(&net.t, 0, net.now);
    dhcp_leases_tick(&net.t, 0, net.now);
    net.t.ahead = &ahead;
    pass(11 * 1000);
    bool known;
    ck_assert(take(5, 0, &known) != 0 && known);
}
END_TEST

/* However many nets there are, memory and questions are bounded, and each net has a share. */
START_TEST(a_thousand_nets) {
    static struct dhcp_scope scopes[1000];
    struct dhcp_leases t;
    struct dhcp_memory memory = net.memory;
    uint64_t now = 1000000, next;
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t base = IP4(10, 100, 0, 0) + i * 256;
        scopes[i] = (struct dhcp_scope){.net = base, .prefix = 24};
        dhcp_scope_add_pool(&scopes[i], base + 10, base + 200);
    }
    dhcp_leases_init(&t, memory, scopes, 1000, 7);
    dhcp_ahead_init(&ahead, entries, &t);
    t.ahead = &ahead;
    for (int i = 0; i < 1000; i++, now += DHCP_AHEAD_TICK_MS)
        ck_assert_uint_le(dhcp_ahead_step(&t, net_reserved(&net), now, ask, &next), DHCP_AHEAD_STEP);
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_uint_eq(scopes[i].pools[0].ahead.n, 8);
    ck_assert_uint_eq(ahead.used, 8000);
}
END_TEST

/* Of all that answer only so many are remembered. */
START_TEST(a_net_full_of_strangers_is_bounded) {
    teardown();
    net_open(&net, 0, 0);
    net.scope.net = IP4(10, 76, 0, 0);
    net.scope.prefix = 15;
    dhcp_scope_add_pool(&net.scope, IP4(10, 76, 0, 1), IP4(10, 77, 255, 250));
    begin();
    uint64_t next;
    for (int i = 0; i < 500; i++, net.now += DHCP_AHEAD_TICK_MS) {
        unsigned n = dhcp_ahead_step(&net.t, net_reserved(&net), net.now, ask, &next);
        for (unsigned k = 0; k < n; k++)
            if (ask[k]->ip != 0)
                dhcp_ahead_answered(&net.t, ask[k]->ip, net.now);
        ck_assert_uint_le(ahead.used, DHCP_AHEAD_ALL);
    }
    ck_assert_uint_eq(ahead.n_held, DHCP_AHEAD_ALL / 2);
}
END_TEST

/* ---- the server ---- */

START_TEST(an_offer_of_a_known_address_does_not_wait) {
    pass(ROUND_MS + 100);
    for (uint8_t i = 0; i < 9; i++) {
        struct dhcp_action a = discover((uint8_t)(20 + i), 0);
        ck_assert(a.what == DHCP_SAY && a.type == DHCP_OFFER);
    }
}
END_TEST

START_TEST(an_unknown_one_waits_for_a_probe) {
    pass(DHCP_AHEAD_TICK_MS);
    struct dhcp_action a = discover(5, 0);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_FIRST);
    a = discover(5, 0); /* a retransmission is not answered before it */
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_FIRST);
    found(POOL_FIRST, true);
    a = discover(5, 0);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_FIRST + 1);
    ck_assert_int_eq(dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, POOL_FIRST))->state, DHCP_DECLINED);
    found(POOL_FIRST + 1, false);
    a = discover(5, 0);
    ck_assert(a.what == DHCP_SAY && a.yiaddr == POOL_FIRST + 1);
    net.known = (struct dhcp_known){0};
    ck_assert_int_eq(discover(5, 0).what, DHCP_SAY);
}
END_TEST

static struct dhcp_action request(uint8_t who, uint32_t ip) {
    struct made p = make(DHCP_REQUEST, who);
    make_u32(&p, DHCP_OPT_SERVER_ID, SERVER);
    make_u32(&p, DHCP_OPT_REQUESTED, ip);
    return net_serve(&net, make_end(&p), NULL, false);
}

/* After the first look at an address it is offered; its probe goes on. */
static void offered_early(uint8_t who, uint32_t ip) {
    struct dhcp_action a = discover(who, ip);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == ip && a.hasty);
    net.known = (struct dhcp_known){.ip = ip, .early = true, .probes = 1};
    a = discover(who, ip);
    ck_assert(a.what == DHCP_SAY && a.type == DHCP_OFFER && a.yiaddr == ip);
    net.known = (struct dhcp_known){0};
}

START_TEST(an_early_offer_is_acknowledged_after_its_probe) {
    struct pxed_hwaddr mac = mac_of(5);
    offered_early(5, POOL_LAST);
    for (int i = 0; i < 3; i++) {
        struct dhcp_action a = request(5, POOL_LAST);
        ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_LAST && !a.hasty);
        a = discover(5, 0); /* the same address, and its probe is not forgotten */
        ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_LAST && a.hasty);
        net.now += 10;
    }
    ck_assert(request(6, POOL_LAST).type == DHCP_NAK); /* it is held */
    if (_i == 0) {
        ck_assert(!dhcp_lease_looked(&net.t, POOL_LAST, &mac, false, net.now));
        ck_assert_int_eq(discover(5, 0).what, DHCP_SAY);
    } else {
        found(POOL_LAST, false); /* the REQUEST waited for it */
    }
    ck_assert_int_eq(request(5, POOL_LAST).what, DHCP_STORE);
}
END_TEST

START_TEST(an_early_offer_of_a_taken_address_is_refused) {
    struct pxed_hwaddr mac = mac_of(5);
    offered_early(5, POOL_LAST);
    if (_i == 0)
        ck_assert(dhcp_lease_looked(&net.t, POOL_LAST, &mac, true, net.now));
    else
        found(POOL_LAST, true); /* the REQUEST waited for it */
    struct dhcp_action a = request(5, POOL_LAST);
    ck_assert(a.what == DHCP_SAY && a.type == DHCP_NAK && a.reason == PXED_WHY_DHCP_TAKEN);
    ck_assert_int_eq(dhcp_lease_at(&net.t, dhcp_lease_by_ip(&net.t, POOL_LAST))->state, DHCP_DECLINED);
    net.known = (struct dhcp_known){0};
    a = discover(5, POOL_LAST);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr != 0 && a.yiaddr != POOL_LAST);
}
END_TEST

/* It took another server's offer meanwhile, and comes back before the probe has ended. */
START_TEST(an_offer_let_go_is_not_forgotten_to_be_probed) {
    struct pxed_hwaddr mac = mac_of(5);
    offered_early(5, POOL_LAST);
    struct made p = make(DHCP_REQUEST, 5);
    make_u32(&p, DHCP_OPT_SERVER_ID, IP4(10, 77, 0, 2));
    make_u32(&p, DHCP_OPT_REQUESTED, IP4(10, 77, 0, 200));
    ck_assert_int_eq(net_serve(&net, make_end(&p), NULL, false).reason, PXED_WHY_DHCP_OTHER_SERVER);
    ck_assert_int_eq(request(5, POOL_LAST).what, DHCP_PROBE);
    ck_assert_int_eq(discover(5, POOL_LAST).what, DHCP_PROBE);
    ck_assert(dhcp_lease_looked(&net.t, POOL_LAST, &mac, true, net.now));
    ck_assert_int_eq(request(5, POOL_LAST).type, DHCP_NAK);
}
END_TEST

/* A probe that ends late changes nothing for who has the address by then. */
START_TEST(a_late_probe_is_of_no_account) {
    struct pxed_hwaddr mac = mac_of(5);
    offered_early(5, POOL_LAST);
    net.now += 2 * DHCP_HOLD_MS;
    found(POOL_LAST, false);
    struct dhcp_action a = request(6, POOL_LAST);
    ck_assert_int_eq(a.what, DHCP_STORE);
    net_stored(&net, &a);
    ck_assert(!dhcp_lease_looked(&net.t, POOL_LAST, &mac, true, net.now));
    ck_assert(!dhcp_lease_looked(&net.t, POOL_FIRST, &mac, true, net.now));
    ck_assert_int_eq(dhcp_lease_at(&net.t, a.lease)->state, DHCP_BOUND);
}
END_TEST

/* While leases may have been lost, and for an address of another machine, no early offer. */
START_TEST(in_doubt_an_offer_waits_for_the_whole_probe) {
    net.doubt = true;
    struct dhcp_action a = discover(5, 0);
    ck_assert(a.what == DHCP_PROBE && !a.hasty);
    a = discover(9, 0);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == HOST_IP && !a.hasty);
}
END_TEST

START_TEST(a_wish_is_looked_at) {
    pass(ROUND_MS + 100);
    struct dhcp_action a = discover(5, POOL_LAST);
    ck_assert(a.what == DHCP_PROBE && a.yiaddr == POOL_LAST);
    found(POOL_LAST, true);
    a = discover(5, POOL_LAST);
    ck_assert(a.what == DHCP_SAY && a.yiaddr == POOL_FIRST);
}
END_TEST

/* Many at once get an address unasked rather than wait. */
START_TEST(in_a_burst_nobody_waits) {
    unsigned waiting = 0;
    teardown();
    net_open(&net, 0, 0);
    net.scope.prefix = 16;
    dhcp_scope_add_pool(&net.scope, IP4(10, 77, 1, 0), IP4(10, 77, 9, 0));
    begin();
    pass(8 * 1000);
    for (unsigned i = 0; i < 1000; i++) {
        struct made p = make(DHCP_DISCOVER, (uint8_t)i);
        p.bytes[32] = (uint8_t)(i >> 8);
        net_room(&net);
        struct dhcp_action a = net_serve(&net, make_end(&p), NULL, false);
        ck_assert(a.what == DHCP_SAY || a.what == DHCP_PROBE);
        ck_assert(i >= DHCP_AHEAD_POOL || a.what == DHCP_SAY);
        waiting += a.what == DHCP_PROBE;
    }
    ck_assert_uint_eq(waiting, 0);
}
END_TEST

/* Tokens come back while it lasts, and are no reason to let one machine in thousands wait; a second of calm is. */
START_TEST(a_long_burst_lets_nobody_wait) {
    pass(2 * ROUND_MS);
    unsigned waited = 0;
    for (int i = 0; i < 5000; i++, net.now++)
        waited += dhcp_ahead_may_wait(&ahead, net.now);
    ck_assert_uint_eq(waited, 8);
    net.now += 900;
    ck_assert(!dhcp_ahead_may_wait(&ahead, net.now));
    net.now += 200;
    ck_assert(dhcp_ahead_may_wait(&ahead, net.now));
}
END_TEST

START_TEST(who_has_an_address_does_not_wait) {
    struct dhcp_action a = discover(9, 0); /* ip= */
    ck_assert(a.what == DHCP_SAY && a.yiaddr == HOST_IP);
    pass(ROUND_MS + 100);
    ck_assert_uint_eq(net_lease(&net, 1, NULL), POOL_FIRST);
    ck_assert_int_eq(discover(1, 0).what, DHCP_SAY);
    net.now += 2 * 3600 * 1000;
    a = discover(1, 0);
    ck_assert(a.what == DHCP_SAY && a.yiaddr == POOL_FIRST); /* ended, but its own */
}
END_TEST

START_TEST(an_address_taken_without_an_offer_is_looked_at) {
    ck_assert_int_eq(request(5, POOL_LAST).what, DHCP_PROBE);
    found(POOL_LAST, true);
    ck_assert_int_eq(request(5, POOL_LAST).type, DHCP_NAK);
    found(POOL_LAST, false);
    ck_assert_int_eq(request(5, POOL_LAST).what, DHCP_STORE);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp ahead");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, each_free_address_is_asked_for_twice);
    tcase_add_test(t, one_that_is_being_asked_for_is_not_known);
    tcase_add_test(t, who_answers_keeps_the_address);
    tcase_add_test(t, what_is_known_is_asked_again);
    tcase_add_test(t, an_address_given_otherwise_is_not_taken);
    tcase_add_test(t, a_class_has_its_own);
    tcase_add_test(t, an_ended_lease_is_asked_for_too);
    tcase_add_test(t, a_thousand_nets);
    tcase_add_test(t, a_net_full_of_strangers_is_bounded);
    tcase_add_test(t, an_offer_of_a_known_address_does_not_wait);
    tcase_add_test(t, an_unknown_one_waits_for_a_probe);
    tcase_add_loop_test(t, an_early_offer_is_acknowledged_after_its_probe, 0, 2);
    tcase_add_loop_test(t, an_early_offer_of_a_taken_address_is_refused, 0, 2);
    tcase_add_test(t, an_offer_let_go_is_not_forgotten_to_be_probed);
    tcase_add_test(t, a_late_probe_is_of_no_account);
    tcase_add_test(t, in_doubt_an_offer_waits_for_the_whole_probe);
    tcase_add_test(t, a_wish_is_looked_at);
    tcase_add_test(t, in_a_burst_nobody_waits);
    tcase_add_test(t, a_long_burst_lets_nobody_wait);
    tcase_add_test(t, who_has_an_address_does_not_wait);
    tcase_add_test(t, an_address_taken_without_an_offer_is_looked_at);
    suite_add_tcase(s, t);
    return suite_run(s);
}
