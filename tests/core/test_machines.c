/* Records of every machine, in memory and through the store; and what happens at their limits. */
#include "machines_suite.h"

#include <errno.h>

#include "record.h"

enum { STRANGERS = 4096 };

START_TEST(found_again) {
    ck_assert_ptr_null(find(1));
    struct machine *m = get(1);
    ck_assert_ptr_eq(get(1), m);
    ck_assert_ptr_eq(find(1), m);
    ck_assert_uint_eq(ms.n, 1);
    ck_assert(!m->held && !m->declared);
}
END_TEST

START_TEST(records_survive) {
    static const uint8_t token[16] = {42};
    struct machine *m = held(1);
    lifecycle_arm(machine_rec_edit(m), LIFECYCLE_BLANK, PXED_SLICE("debian-12"), 2, token, PXED_SLICE("new line"), 5);
    struct pxed_addr ip = pxed_addr_v4(0x0a4d003c);
    machines_set_ip(&ms, m, &ip, true);
    ck_assert_int_eq(ledger_flush(&ms, done, NULL), 0);
    ck_assert_int_eq(told, 0); /* later, never from inside */
    fake_store_pump(&store);
    ck_assert(told == 1 && told_result == 0);
    restart();
    m = find(1);
    ck_assert(m && m->held && !m->declared && !m->dirty && ms.n_strangers == 0);
    ck_assert(machine_rec(m)->state == LIFECYCLE_ARMED && machine_rec(m)->tries == 2 && machine_rec(m)->ip_leased);
    ck_assert_ptr_eq(machines_find_ip(&ms, &ip), m);
    ck_assert_ptr_eq(machines_find_token(&ms, token), m);
    ck_assert_ptr_null(ms.dirty); /* what was just read is not news */
}
END_TEST

START_TEST(strangers_are_not_stored) {
    struct machine *m = get(1);
    machines_touch(&ms, m);
    journal_step(&ms, m, "discovered", PXED_WHY_OK, NULL, 1);
    ck_assert_int_eq(ledger_flush(&ms, NULL, NULL), 0);
    ck_assert_uint_eq(fake_store_count(&store, "machine") + fake_store_count(&store, "journal"), 0);
    restart();
    ck_assert_uint_eq(ms.n, 0);
}
END_TEST

START_TEST(strangers_have_a_limit) {
    struct machine *kept = held(1);
    struct pxed_addr ip = pxed_addr_v4(0x0a4d0102);
    for (unsigned i = 0; i < STRANGERS; i++) {
        journal_step(&ms, get(100 + i), "discovered", PXED_WHY_OK, NULL, 1);
        get(100); /* it keeps talking */
    }
    machines_set_ip(&ms, get(101), &ip, false);
    ck_assert_uint_eq(ms.n_strangers, STRANGERS);
    for (unsigned i = 0; i < 10; i++)
        get(10000 + i);
    ck_assert_uint_eq(ms.n_strangers, STRANGERS);
    ck_assert_uint_eq(ms.n, STRANGERS + 1);
    ck_assert_ptr_eq(find(1), kept);
    ck_assert_ptr_nonnull(find(100)); /* young again */
    ck_assert_ptr_null(find(102));
    ck_assert_uint_eq(ms.journal.n, STRANGERS - 10); /* their steps went with them */
    for (unsigned i = 0; i < 2 * STRANGERS; i++)
        get(20000 + i);
    ck_assert_ptr_null(machines_find_ip(&ms, &ip)); /* and their addresses */
}
END_TEST

START_TEST(a_stranger_gets_a_line) {
    for (unsigned i = 0; i < 3; i++)
        get(i);
    held(1); /* out of the middle of the list */
    ck_assert_uint_eq(ms.n_strangers, 2);
    machines_declare(&ms, find(1), false);
    get(1);
    ck_assert_uint_eq(ms.n_strangers, 2); /* once held, never forgotten */
    for (unsigned i = 0; i < STRANGERS + 5; i++)
        get(1000 + i);
    ck_assert_ptr_nonnull(find(1));
}
END_TEST

START_TEST(an_address_belongs_to_one) {
    struct pxed_addr a = pxed_addr_v4(0x0a4d003c), b = pxed_addr_v4(0x0a4d003d);
    struct machine *one = held(1), *two = held(2);
    machines_set_ip(&ms, one, &a, true);
    machines_set_ip(&ms, two, &a, false); /* overheard: no proof, and no lease is taken by it */
    ck_assert_ptr_eq(machines_find_ip(&ms, &a), one);
    machines_set_ip(&ms, two, &a, true); /* the newest lease counts */
    ck_assert_ptr_eq(machines_find_ip(&ms, &a), two);
    ck_assert_uint_eq(machine_rec(one)->ip.family, 0);
    machines_set_ip(&ms, two, &b, false);
    ck_assert_ptr_null(machines_find_ip(&ms, &a));
    ck_assert_ptr_eq(machines_find_ip(&ms, &b), two);
    machines_set_ip(&ms, one, &a, true);
    machines_set_ip(&ms, one, &a, true);
    ck_assert_ptr_eq(machines_find_ip(&ms, &a), one);
}
END_TEST

START_TEST(tokens_live_with_their_arming) {
    static const uint8_t token[16] = {1, 2, 3}, none[16] = {0}, other[16] = {1, 2, 4};
    struct machine *m = held(1);
    ck_assert_ptr_null(machines_find_token(&ms, none)); /* nobody was armed yet: sixteen zeros open nothing */
    struct lifecycle_record rec = *machine_rec(m);
    lifecycle_arm(&rec, LIFECYCLE_ANY, PXED_SLICE("x"), 1, token, PXED_SLICE("y"), 1);
    machines_set_record(&ms, m, &rec);
    ck_assert_ptr_eq(machines_find_token(&ms, token), m);
    ck_assert_ptr_null(machines_find_token(&ms, other));
    lifecycle_delivered(&rec, 2);
    machines_set_record(&ms, m, &rec);
    ck_assert_ptr_eq(machines_find_token(&ms, token), m);
    bool changed;
    lifecycle_event(&rec, PXED_SLICE("installed"), PXED_NO_SLICE, NULL, 3, &changed);
    machines_set_record(&ms, m, &rec);
    ck_assert_ptr_null(machines_find_token(&ms, token));
}
END_TEST

START_TEST(each_token_finds_its_machine) { /* many at once, armed again and again; a forgotten one finds nothing */
    enum { MANY = 3000 };
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < MANY; i++) {
            uint8_t token[16] = {(uint8_t)(round + 1), (uint8_t)i, (uint8_t)(i >> 8)};
            struct machine *m = get(i);
            struct lifecycle_record rec = *machine_rec(m);
            lifecycle_arm(&rec, LIFECYCLE_ANY, PXED_SLICE("x"), 1, token, PXED_SLICE("y"), 1);
            machines_set_record(&ms, m, &rec);
        }
    for (unsigned i = 0; i < MANY; i++) {
        uint8_t live[16] = {3, (uint8_t)i, (uint8_t)(i >> 8)}, dead[16] = {2, (uint8_t)i, (uint8_t)(i >> 8)};
        ck_assert_ptr_eq(machines_find_token(&ms, live), find(i));
        ck_assert_ptr_null(machines_find_token(&ms, dead));
    }
    for (unsigned i = 0; i < STRANGERS; i++) /* they take the places of the armed ones, which have no line */
        get(MANY + i);
    for (unsigned i = 0; i < MANY; i++) {
        uint8_t live[16] = {3, (uint8_t)i, (uint8_t)(i >> 8)};
        ck_assert_ptr_null(machines_find_token(&ms, live));
    }
}
END_TEST

/* --- a store that cannot --- */

START_TEST(refused_at_once) {
    held(1);
    store.refuse = -ENOSPC;
    ck_assert_int_eq(ledger_flush(&ms, done, NULL), -ENOSPC);
    fake_store_pump(&store);
    ck_assert_int_eq(told, 0); /* the caller has heard it */
    ck_assert_uint_eq(ledger_in_flight(&ms), 0);
}
END_TEST

START_TEST(failed_later) {
    held(1);
    store.fail = -EIO;
    ck_assert_int_eq(ledger_flush(&ms, done, NULL), 0);
    ck_assert_uint_eq(ledger_in_flight(&ms), 1);
    fake_store_pump(&store);
    ck_assert(told == 1 && told_result == -EIO);
    store.fail = PXED_STORE_CONFLICT;
    machines_touch(&ms, find(1));
    ledger_flush(&ms, done, NULL);
    fake_store_pump(&store);
    ck_assert(told == 2 && told_result < 0);
}
END_TEST

START_TEST(what_failed_is_written_with_the_next) {
    struct machine *m = held(1);
    journal_step(&ms, m, "discovered", PXED_WHY_OK, NULL, 1);
    store.fail = -EIO;
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    store.fail = 0;
    ledger_flush(&ms, NULL, NULL); /* nothing new happened, but the disk has room again */
    fake_store_pump(&store);
    ck_assert_uint_eq(fake_store_count(&store, "machine"), 1);
    store.refuse = -EIO;
    machine_rec_edit(m)->tries = 7;
    machines_touch(&ms, m);
    ledger_flush(&ms, NULL, NULL);
    store.refuse = 0;
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    restart();
    ck_assert_uint_eq(machine_rec(find(1))->tries, 7);
}
END_TEST

START_TEST(nothing_to_write_is_no_commit) {
    ck_assert_int_eq(ledger_flush(&ms, NULL, NULL), 0);
    ck_assert_uint_eq(store.commits, 0);
    ledger_flush(&ms, done, NULL); /* but whoever waits gets an answer */
    fake_store_pump(&store);
    ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(unreadable_records) { /* known, and not armed */
    fake_store_put(&store, "machine", PXED_SLICE("02-00-00-00-00-01"), PXED_SLICE("garbage"));
    fake_store_put(&store, "machine", PXED_SLICE("no mac"), PXED_SLICE("garbage"));
    fake_store_put(&store, "journal", PXED_SLICE("12345678"), PXED_SLICE("garbage"));
    fake_store_put(&store, "journal", PXED_SLICE("short"), PXED_SLICE("02-00-00-00-00-01 1 x OK "));
    fake_store_put(&store, "journal", PXED_SLICE("\0\0\0\0\0\0\0\1"),
                   PXED_SLICE("02-00-00-00-00-01 1 script WHO_KNOWS text"));
    restart();
    ck_assert_uint_eq(ms.n, 1);
    ck_assert(find(1)->held && machine_rec(find(1))->state == LIFECYCLE_NONE);
    ck_assert_uint_eq(ms.journal.n, 1);
    ck_assert_int_eq(ms.journal.first->reason, PXED_WHY_OK);
}
END_TEST

int main(void) {
    Suite *s = suite_create("machines");
    TCase *t = tcase_create("machines");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, found_again);
    tcase_add_test(t, records_survive);
    tcase_add_test(t, strangers_are_not_stored);
    tcase_add_test(t, strangers_have_a_limit);
    tcase_add_test(t, a_stranger_gets_a_line);
    tcase_add_test(t, an_address_belongs_to_one);
    tcase_add_test(t, tokens_live_with_their_arming);
    tcase_add_test(t, each_token_finds_its_machine);
    tcase_add_test(t, refused_at_once);
    tcase_add_test(t, failed_later);
    tcase_add_test(t, what_failed_is_written_with_the_next);
    tcase_add_test(t, nothing_to_write_is_no_commit);
    tcase_add_test(t, unreadable_records);
    suite_add_tcase(s, t);
    return suite_run(s);
}
