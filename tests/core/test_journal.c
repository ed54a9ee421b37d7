/* The journal: its order, what survives a restart, and what makes room for what at its limits. */
#include "machines_suite.h"

#include <errno.h>

/* The steps of one machine whose word is `what`. */
static size_t steps_of(const struct machine *m, const char *what) {
    size_t n = 0;
    for (const struct journal_entry *e = m->steps.first; e; e = e->machine_newer)
        n += strcmp(e->what, what) == 0;
    return n;
}

START_TEST(the_journal_is_ordered) {
    struct machine *one = held(1), *two = held(2);
    journal_step(&ms, one, "discovered", PXED_WHY_OK, "arch=0", 10);
    journal_step(&ms, two, "discovered", PXED_WHY_OK, NULL, 11);
    journal_step(&ms, one, "local", PXED_WHY_NOT_ARMED, "", 12);
    ledger_flush(&ms, NULL, NULL);
    restart();
    const struct journal_entry *e = ms.journal.first;
    ck_assert(e && e->seq == 1 && e->at == 10 && e->machine == find(1));
    ck_assert_str_eq(e->what, "discovered");
    ck_assert_str_eq(journal_text(e), "arch=0");
    e = e->newer;
    ck_assert(e->machine == find(2) && *journal_text(e) == '\0');
    e = e->newer;
    ck_assert(e->reason == PXED_WHY_NOT_ARMED && e == ms.journal.last && !e->newer);
    ck_assert_ptr_eq(find(1)->steps.first->machine_newer, e);
    journal_step(&ms, find(1), "discovered", PXED_WHY_OK, NULL, 13);
    ck_assert_uint_eq(ms.journal.last->seq, 4); /* numbers go on */
}
END_TEST

START_TEST(texts_survive_as_they_are) {
    static const char text[] = "reason=DISK_NOT_BLANK body=\"sda1: ext4  two  blanks\"  ";
    journal_step(&ms, held(1), "failed", PXED_WHY_DISK_NOT_BLANK, text, 10);
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_str_eq(journal_text(ms.journal.first), text);
    ck_assert_int_eq(ms.journal.first->reason, PXED_WHY_DISK_NOT_BLANK);
}
END_TEST

START_TEST(a_machines_journal_has_a_limit) {
    struct machine *m = held(1), *quiet = held(2);
    journal_step(&ms, quiet, "discovered", PXED_WHY_OK, NULL, 1);
    for (int i = 0; i < 3 * JOURNAL_MACHINE_STEPS; i++)
        journal_step(&ms, m, "script", PXED_WHY_OK, NULL, 10 + i);
    ck_assert_uint_eq(m->steps.n, JOURNAL_MACHINE_STEPS);
    ck_assert_int_eq(m->steps.last->at, 10 + 3 * JOURNAL_MACHINE_STEPS - 1);
    ck_assert_uint_eq(quiet->steps.n, 1); /* a noisy one does not push out the others */
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_uint_eq(find(1)->steps.n, JOURNAL_MACHINE_STEPS);
    ck_assert_uint_eq(find(2)->steps.n, 1);
}
END_TEST

START_TEST(the_whole_journal_has_a_limit) {
    for (unsigned i = 0; i < JOURNAL_STEPS + 1000; i++)
        journal_step(&ms, i < 1000 ? held(i) : find(i % 1000), "script", PXED_WHY_OK, NULL, i);
    ck_assert_uint_eq(ms.journal.n, JOURNAL_STEPS);
    ck_assert_uint_eq(ms.journal.first->seq, 1001);
    ledger_flush(&ms, NULL, NULL);
    for (unsigned i = 0; i < 2000; i++)
        journal_step(&ms, find(i % 1000), "script", PXED_WHY_OK, NULL, i);
    ledger_flush(&ms, NULL, NULL);
    ck_assert_uint_le(fake_store_count(&store, "journal"), JOURNAL_STEPS);
    restart();
    ck_assert_uint_le(ms.journal.n, JOURNAL_STEPS);
    ck_assert_uint_eq(ms.journal.seq, JOURNAL_STEPS + 3000);
}
END_TEST

START_TEST(long_texts_fit) {
    char text[8000], what[] = "installing";
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    journal_step(&ms, held(1), what, PXED_WHY_OK, text, 1);
    ck_assert_uint_eq(strlen(journal_text(ms.journal.last)), sizeof(text) - 1);
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_str_eq(ms.journal.last->what, what);
    ck_assert_uint_ge(strlen(journal_text(ms.journal.last)), 3000);
}
END_TEST

START_TEST(chatter_makes_room_first) {
    struct machine *m = held(1), *other = held(2);
    journal_step(&ms, m, "armed", PXED_WHY_OK, "by=\"uid 0 (root)\"", 1);
    for (int i = 0; i < 5 * JOURNAL_MACHINE_STEPS; i++)
        journal_step(&ms, m, i % 2 ? "script" : "a-step", PXED_WHY_OK, NULL, 10 + i);
    ck_assert_str_eq(m->steps.first->what, "armed");
    ck_assert_uint_eq(m->steps.n, JOURNAL_MACHINE_STEPS);
    for (unsigned i = 0; i < JOURNAL_STEPS + 500; i++) /* and all others together push it out as little */
        journal_step(&ms, held(10 + i % 1000), "script", PXED_WHY_OK, NULL, i);
    ck_assert_uint_eq(ms.journal.n, JOURNAL_STEPS);
    ck_assert_uint_eq(steps_of(m, "armed"), 1);
    journal_step(&ms, other, "script", PXED_WHY_OK, NULL, 1);
    ck_assert_str_eq(ms.journal.last->what, "script");
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_uint_eq(steps_of(find(1), "armed"), 1);
    ck_assert_str_eq(ms.journal.first->what, "armed");
}
END_TEST

START_TEST(orders_make_room_for_orders) { /* when nothing else is left */
    struct machine *m = held(1);
    for (int i = 0; i < 3 * JOURNAL_MACHINE_STEPS; i++)
        journal_step(&ms, m, "armed", PXED_WHY_OK, NULL, i);
    ck_assert_uint_eq(m->steps.n, JOURNAL_MACHINE_STEPS);
    ck_assert_int_eq(m->steps.first->at, 2 * JOURNAL_MACHINE_STEPS);
    journal_step(&ms, m, "script", PXED_WHY_OK, NULL, 5000);
    ck_assert_str_eq(m->steps.last->what, "script"); /* the newest is there in any case */
}
END_TEST

START_TEST(bytes_have_limits) {
    static char text[2 * JOURNAL_TEXT_MAX];
    memset(text, 'x', sizeof(text) - 1);
    journal_step(&ms, held(1), "armed", PXED_WHY_OK, "who", 1);
    for (int i = 0; i < 100; i++) {
        journal_step(&ms, held(1), "a-step", PXED_WHY_OK, text, 2 + i);
        ck_assert_uint_eq(strlen(journal_text(ms.journal.last)), JOURNAL_TEXT_MAX);
        ck_assert_uint_le(find(1)->steps.bytes, JOURNAL_MACHINE_BYTES);
    }
    ck_assert_uint_eq(steps_of(find(1), "armed"), 1);
    for (unsigned i = 0; i < 2 * JOURNAL_BYTES / JOURNAL_TEXT_MAX; i++)
        journal_step(&ms, held(10 + i), "a-step", PXED_WHY_OK, text, 200);
    ck_assert_uint_le(ms.journal.bytes, JOURNAL_BYTES);
    ck_assert_uint_eq(steps_of(find(1), "armed"), 1);
}
END_TEST

START_TEST(the_store_has_what_memory_has) { /* no row stays behind, whatever pushed its step out, and whenever */
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 100; i++)
            journal_step(&ms, held((unsigned)i % 3), i % 10 ? "script" : "armed", PXED_WHY_OK, NULL, round);
        if (round % 5 == 3)
            store.fail = -EIO;
        ledger_flush(&ms, NULL, NULL);
        fake_store_pump(&store);
        store.fail = 0;
    }
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    journal_step(&ms, held(0), "script", PXED_WHY_OK, NULL,
                 99); /* what the last commit pushed out goes with this one */
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    ck_assert_uint_le(fake_store_count(&store, "journal"), ms.journal.n + 1);
    size_t n = ms.journal.n;
    restart();
    ck_assert_uint_eq(ms.journal.n, n);
}
END_TEST

START_TEST(an_older_store_is_trimmed) { /* written when rows leaked */
    held(1);
    ledger_flush(&ms, NULL, NULL);
    for (unsigned i = 1; i <= 1000; i++) {
        char key[8] = {0, 0, 0, 0, 0, 0, (char)(i >> 8), (char)i};
        fake_store_put(&store, "journal", pxed_slice(key, 8), PXED_SLICE("02-00-00-00-00-01 1 script OK "));
    }
    restart();
    ck_assert_uint_eq(find(1)->steps.n, JOURNAL_MACHINE_STEPS);
    journal_step(&ms, find(1), "script", PXED_WHY_OK, NULL, 2);
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    ck_assert_uint_le(fake_store_count(&store, "journal"), JOURNAL_MACHINE_STEPS + 1);
}
END_TEST

int main(void) {
    Suite *s = suite_create("journal");
    TCase *t = tcase_create("journal");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_journal_is_ordered);
    tcase_add_test(t, texts_survive_as_they_are);
    tcase_add_test(t, a_machines_journal_has_a_limit);
    tcase_add_test(t, the_whole_journal_has_a_limit);
    tcase_add_test(t, long_texts_fit);
    tcase_add_test(t, chatter_makes_room_first);
    tcase_add_test(t, orders_make_room_for_orders);
    tcase_add_test(t, bytes_have_limits);
    tcase_add_test(t, the_store_has_what_memory_has);
    tcase_add_test(t, an_older_store_is_trimmed);
    suite_add_tcase(s, t);
    return suite_run(s);
}
