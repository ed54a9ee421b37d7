/* Machines at rest, and how their records are packed. */
#include "packed.h"

#include <stdio.h>

#include "machines_suite.h"

static uint64_t rnd(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 16;
}

/* Any words come back, whichever of them are zero; nothing behind them is written. */
START_TEST(packed_and_back) {
    uint64_t words[200], packed[PACKED_MAX(200) + 1], back[201], seed = (uint64_t)_i;
    size_t n = (size_t)_i;
    for (size_t i = 0; i < n; i++)
        words[i] = rnd(&seed) % 3 ? 0 : rnd(&seed);
    memset(packed, 0xa5, sizeof(packed));
    memset(back, 0xa5, sizeof(back));
    size_t used = packed_write(words, n, packed);
    ck_assert_uint_le(used, PACKED_MAX(n));
    for (size_t i = used; i < COUNT(packed); i++)
        ck_assert_uint_eq(packed[i], 0xa5a5a5a5a5a5a5a5);
    packed_read(packed, n, back);
    ck_assert(n == 0 || memcmp(words, back, n * sizeof(*words)) == 0);
    ck_assert_uint_eq(back[n], 0xa5a5a5a5a5a5a5a5);
}
END_TEST

START_TEST(packed_of_extremes) {
    uint64_t none[64] = {0}, all[64], packed[PACKED_MAX(64)];
    memset(all, 0xff, sizeof(all));
    ck_assert_uint_eq(packed_write(none, 64, packed), 1);
    ck_assert_uint_eq(packed_write(all, 64, packed), PACKED_MAX(64));
}
END_TEST

static unsigned n_awake(void) {
    unsigned n = 0;
    for (unsigned i = 0; i < AWAKE_MAX; i++)
        n += ms.awake.places[i].m != NULL;
    return n;
}

static void tell(unsigned n) {
    struct machine *m = get(n);
    struct lifecycle_record *r = machine_rec_edit(m);
    r->stage_at = n;
    snprintf(r->names, sizeof(r->names), "web%u", n);
    machine_edit(m)->told[0] = n;
    machine_edit(m)->boot_seq = n;
}

static void told_so(struct machine *m, unsigned n) {
    char name[16];
    snprintf(name, sizeof(name), "web%u", n);
    ck_assert_str_eq(machine_rec(m)->names, name);
    ck_assert_int_eq(machine_rec(m)->stage_at, n);
    ck_assert(pxed_hwaddr_eq(&machine_rec(m)->mac, &m->mac));
    ck_assert_uint_eq(machine_awake(m)->told[0], n);
    ck_assert_uint_eq(machine_awake(m)->boot_seq, n);
}

START_TEST(what_is_known_survives_its_rest) {
    enum { MANY = 3 * AWAKE_MAX };
    for (unsigned i = 1; i <= MANY; i++)
        tell(i);
    ck_assert_uint_eq(n_awake(), AWAKE_MAX);
    ck_assert(!find(1)->awake && find(MANY)->awake);
    for (unsigned i = 1; i <= MANY; i++)
        told_so(find(i), i);
    ck_assert_uint_eq(n_awake(), AWAKE_MAX);
}
END_TEST

/* A pointer is good until as many others were asked for as there are places, however long the machine is awake. */
START_TEST(the_last_asked_for_stay_awake) {
    for (unsigned i = 1; i <= AWAKE_MAX; i++)
        tell(i);
    const struct lifecycle_record *first = machine_rec(find(1));
    for (unsigned i = 1; i < AWAKE_MAX; i++)
        tell(1000 + i);
    ck_assert_ptr_eq(find(1)->awake ? &find(1)->awake->rec : NULL, first);
    tell(2000);
    ck_assert_ptr_null(find(1)->awake);
}
END_TEST

static void walk_in_it(void *arg, struct machine *m) {
    (void)arg;
    machine_rec_edit(m)->tries++;
}

static void walk(void *arg, struct machine *m) {
    ck_assert_str_ne(machine_rec(m)->names, "");
    machines_each(&ms, walk_in_it, arg);
    ck_assert_str_ne(machine_rec(m)->names, "");
}

/* A walk over all, and one inside it, leaves those awake that were. */
START_TEST(a_walk_wakes_one_at_a_time) {
    enum { MANY = 2 * AWAKE_MAX };
    for (unsigned i = 1; i <= MANY; i++)
        tell(i);
    for (unsigned i = 2; i < AWAKE_MAX; i++)
        machine_rec(find(i));
    const struct lifecycle_record *one = machine_rec(find(1)); /* it does not make the others later than this one */
    machines_each(&ms, walk, NULL);
    ck_assert_ptr_eq(find(1)->awake ? &find(1)->awake->rec : NULL, one);
    for (unsigned i = 1; i <= MANY; i++) {
        ck_assert_uint_eq(machine_rec(find(i))->tries, MANY);
        told_so(find(i), i);
    }
}
END_TEST

START_TEST(a_peek_wakes_nobody) {
    enum { MANY = 2 * AWAKE_MAX };
    struct machine_awake room;
    for (unsigned i = 1; i <= MANY; i++)
        tell(i);
    const struct machine_awake *last = machine_awake(find(MANY));
    for (unsigned i = 1; i <= MANY; i++) {
        const struct machine_awake *seen = machine_peek(find(i), &room);
        ck_assert_uint_eq(seen->told[0], i);
        ck_assert(pxed_hwaddr_eq(&seen->rec.mac, &find(i)->mac));
    }
    ck_assert_ptr_null(find(1)->awake);
    ck_assert_ptr_eq(machine_peek(find(MANY), &room), last);
    memset(&room, 0xa5, sizeof(room));
    ck_assert_str_eq(machine_peek(get(MANY + 1), &room)->rec.names, ""); /* of which nothing is known yet */
}
END_TEST

/* What an address and a token find does not depend on it. */
START_TEST(found_at_rest) {
    const uint8_t token[16] = {7, 7, 7};
    struct lifecycle_record rec = *machine_rec(get(1));
    lifecycle_arm(&rec, LIFECYCLE_ANY, PXED_SLICE("debian-12"), 1, token, PXED_SLICE("test"), 5);
    machines_set_record(&ms, find(1), &rec);
    struct pxed_addr ip = pxed_addr_v4(0x0a000001);
    machines_set_ip(&ms, find(1), &ip, true);
    for (unsigned i = 2; i < 2000; i++)
        tell(i);
    ck_assert_ptr_null(find(1)->awake);
    ck_assert_ptr_eq(machines_find_token(&ms, token), find(1));
    ck_assert_ptr_eq(machines_find_ip(&ms, &ip), find(1));
}
END_TEST

int main(void) {
    Suite *s = suite_create("awake");
    TCase *t = tcase_create("awake");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, packed_and_back, 0, 200);
    tcase_add_test(t, packed_of_extremes);
    tcase_add_test(t, what_is_known_survives_its_rest);
    tcase_add_test(t, the_last_asked_for_stay_awake);
    tcase_add_test(t, a_walk_wakes_one_at_a_time);
    tcase_add_test(t, a_peek_wakes_nobody);
    tcase_add_test(t, found_at_rest);
    suite_add_tcase(s, t);
    return suite_run(s);
}
