/* What the disk holds is the truth: changes made aside, committed, then shown; and what is taken away meanwhile. */
#include "ledger.h"

#include <errno.h>

#include "fake_store.h"
#include "ledger_load.h"
#include "ledger_mark.h"
#include "record.h"
#include "suite.h"

static struct machines ms;
static struct fake_store store;
static int told, told_result;

static void start(void) {
    machines_init(&ms);
    ck_assert_int_eq(ledger_load(&ms, &store.service), 0);
}
static void end(void) {
    fake_store_pump(&store);
    ledger_free(&ms);
    machines_free(&ms);
}
static void setup(void) {
    told = told_result = 0;
    fake_store_open(&store);
    start();
}
static void teardown(void) {
    end();
    fake_store_close(&store);
}
static void restart(void) {
    end();
    start();
}

static void done(void *arg, int result) {
    (void)arg;
    told++;
    told_result = result;
}

static struct machine *machine(unsigned n) {
    struct pxed_hwaddr mac = {1, 6, {2, 0, 0, 0, 0, (uint8_t)n}};
    return machines_get(&ms, &mac);
}
static struct machine *declared(unsigned n) {
    machines_declare(&ms, machine(n), true);
    return machine(n);
}
static enum lifecycle_state state(unsigned n) {
    return machine_rec(machine(n))->state;
}

static const uint8_t token[16] = {9};

static int make_armed(void *arg, struct machine *m, struct lifecycle_record *rec) {
    (void)arg, (void)m;
    lifecycle_arm(rec, LIFECYCLE_ANY, PXED_SLICE("debian-12"), 1, token, PXED_SLICE("uid 0"), 5);
    return 1;
}
static int make_spent(void *arg, struct machine *m, struct lifecycle_record *rec) {
    (void)arg, (void)m;
    return lifecycle_delivered(rec, 6);
}
static int refuse_second(void *arg, struct machine *m, struct lifecycle_record *rec) {
    if (m == arg)
        return -EPERM;
    return make_armed(NULL, m, rec);
}
static bool take_unused(void *arg, struct lifecycle_record *rec) {
    (void)arg;
    return lifecycle_disarm(rec, 7);
}
static int commit(struct machine *m, ledger_make *make) {
    return ledger_commit(&ms, &m, 1, make, done, NULL);
}
static uint64_t counter(void) {
    struct ledger_mark mark = {.counter = 0};
    struct pxed_slice text = fake_store_get(&store, "meta", "store");
    ck_assert(!text.ptr || ledger_mark_read(text, &mark));
    return mark.counter;
}

START_TEST(first_the_disk_then_memory) {
    struct machine *m = declared(1);
    ck_assert_int_eq(commit(m, make_armed), 0);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE); /* on its way: it is not shown */
    ck_assert(!m->held && told == 0);
    fake_store_pump(&store);
    ck_assert(told == 1 && told_result == 0 && m->held);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert_uint_eq(ms.n_open, 1);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert_uint_eq(ms.n_open, 1);
}
END_TEST

static const int failures[] = {-ENOSPC, -EIO, PXED_STORE_CONFLICT};

START_TEST(what_fails_changes_nothing) {
    struct machine *m = declared(1);
    store.fail = failures[_i];
    ck_assert_int_eq(commit(m, make_armed), 0);
    fake_store_pump(&store);
    ck_assert(told == 1 && told_result < 0);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    store.fail = 0;
    ledger_flush(&ms, done, NULL); /* nor with the next flush */
    fake_store_pump(&store);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ck_assert_uint_eq(counter(), 0);
}
END_TEST

START_TEST(what_is_refused_at_once_too) {
    struct machine *m = declared(1);
    store.refuse = -ENOBUFS;
    ck_assert_int_eq(commit(m, make_armed), -ENOBUFS);
    ck_assert_int_eq(told, 0); /* the caller has heard it */
    store.refuse = 0;
    fake_store_pump(&store);
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ck_assert_int_eq(commit(m, make_armed), 0);
    fake_store_pump(&store);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
}
END_TEST

START_TEST(a_spent_right_that_failed_is_armed_still) {
    struct machine *m = declared(1);
    commit(m, make_armed);
    fake_store_pump(&store);
    store.fail = -ENOSPC;
    commit(m, make_spent);
    fake_store_pump(&store);
    ck_assert_int_eq(told_result, -ENOSPC);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    store.fail = 0;
    commit(m, make_spent);
    commit(m, make_spent); /* one commit serves both */
    fake_store_pump(&store);
    ck_assert(told == 4 && told_result == 0);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_INSTALLING);
}
END_TEST

START_TEST(all_or_none) {
    struct machine *list[] = {declared(1), declared(2), declared(3)};
    ck_assert_int_eq(ledger_commit(&ms, list, 3, refuse_second, done, list[1]), 0);
    fake_store_pump(&store);
    ck_assert(told == 1 && told_result == -EPERM);
    ck_assert(state(1) == LIFECYCLE_NONE && state(3) == LIFECYCLE_NONE);
    ck_assert_uint_eq(fake_store_count(&store, "machine"), 0);
}
END_TEST

START_TEST(taken_away_while_on_its_way) { /* the line goes while its arming is being written */
    struct machine *m = declared(1);
    commit(m, make_armed);
    ck_assert(ledger_take(&ms, m, take_unused, NULL));
    fake_store_pump(&store);
    ck_assert_int_eq(told_result, 0); /* it was ordered and written: and taken away since */
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
}
END_TEST

START_TEST(taken_away_while_the_store_fails) {
    struct machine *m = declared(1);
    commit(m, make_armed);
    fake_store_pump(&store);
    store.fail = -ENOSPC;
    ck_assert(ledger_take(&ms, m, take_unused, NULL));
    ck_assert_int_eq(state(1), LIFECYCLE_NONE); /* at once */
    ledger_flush(&ms, done, NULL);
    fake_store_pump(&store);
    ck_assert(told_result < 0); /* who took it is told */
    store.fail = 0;
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
}
END_TEST

START_TEST(what_was_seen_meanwhile_stays) {
    struct machine *m = declared(1);
    struct pxed_addr ip = pxed_addr_v4(0x0a4d003c);
    commit(m, make_armed);
    lifecycle_stage(machine_rec_edit(m), PXED_STAGE_SCRIPT, PXED_WHY_OK, 9);
    machines_set_ip(&ms, m, &ip, true);
    machines_touch(&ms, m);
    fake_store_pump(&store);
    ck_assert(machine_rec(m)->state == LIFECYCLE_ARMED && machine_rec(m)->stage == PXED_STAGE_SCRIPT);
    ck_assert_ptr_eq(machines_find_ip(&ms, &ip), m);
    ledger_flush(&ms, NULL, NULL);
    machines_touch(&ms, m);
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert(machine_rec(machine(1))->state == LIFECYCLE_ARMED);
    ck_assert_ptr_eq(machines_find_ip(&ms, &ip), machine(1));
}
END_TEST

START_TEST(each_right_raises_the_counter) {
    struct machine *m = declared(1);
    commit(m, make_armed);
    fake_store_pump(&store);
    ck_assert_uint_eq(counter(), 1);
    machines_touch(&ms, m); /* what was seen does not */
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    ck_assert_uint_eq(counter(), 1);
    ledger_take(&ms, m, take_unused, NULL);
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    ck_assert_uint_eq(counter(), 2);
    ck_assert_uint_eq(ms.mark.counter, 2);
}
END_TEST

static void (*mark_written)(void *arg);
static void *mark_arg;
static uint64_t marked;

static void write_mark(void *arg, const struct ledger_mark *mark, void (*written)(void *arg), void *written_arg) {
    (void)arg;
    marked = mark->counter;
    mark_written = written;
    mark_arg = written_arg;
}

START_TEST(the_mark_comes_before_the_answer) {
    struct machine *m = declared(1);
    ledger_on_mark(&ms, write_mark, NULL);
    commit(m, make_armed);
    fake_store_pump(&store);
    ck_assert(marked == 1 && told == 0);
    commit(m, make_spent);
    ck_assert_uint_eq(store.commits, 1); /* the next waits for it */
    mark_written(mark_arg);
    ck_assert_int_eq(told, 1);
    fake_store_pump(&store);
    mark_written(mark_arg);
    ck_assert_int_eq(state(1), LIFECYCLE_INSTALLING);
}
END_TEST

START_TEST(another_writer_is_noticed) { /* a record that is not in the version we know: nothing is overwritten */
    struct machine *m = declared(1);
    commit(m, make_armed);
    fake_store_pump(&store);
    char text[64];
    struct pxed_buf key = PXED_BUF(text);
    pxed_mac_format(&m->mac, "-", &key);
    fake_store_put(&store, "machine", pxed_buf_slice(&key), PXED_SLICE("of somebody else"));
    commit(m, make_spent);
    fake_store_pump(&store);
    ck_assert_int_eq(told_result, -EBUSY);
    ck_assert_int_eq(state(1), LIFECYCLE_ARMED);
    ck_assert(pxed_slice_is(fake_store_get(&store, "machine", "02-00-00-00-00-01"), "of somebody else"));
}
END_TEST

START_TEST(a_new_card_has_the_history) {
    struct machine *from = declared(1), *to = declared(2);
    commit(from, make_armed);
    fake_store_pump(&store);
    journal_step(&ms, from, "armed", PXED_WHY_OK, "a", 1);
    journal_step(&ms, to, "discovered", PXED_WHY_OK, "b", 2); /* seen before its line came */
    journal_step(&ms, from, "installed", PXED_WHY_OK, "c", 3);
    ledger_flush(&ms, NULL, NULL);
    fake_store_pump(&store);
    machines_declare(&ms, from, false);
    ledger_move(&ms, from, to);
    ledger_flush(&ms, NULL, NULL);
    restart();
    ck_assert_int_eq(state(1), LIFECYCLE_NONE);
    ck_assert(!machine(1)->held && machine(2)->held);
    ck_assert_int_eq(state(2), LIFECYCLE_ARMED);
    ck_assert_uint_eq(fake_store_count(&store, "machine"), 1);
    const char *texts[] = {"a", "b", "c"};
    const struct journal_entry *e = machine(2)->steps.first;
    for (int i = 0; i < COUNT(texts); i++, e = e->machine_newer)
        ck_assert_str_eq(journal_text(e), texts[i]);
    ck_assert_ptr_null(e);
}
END_TEST

static void ask_again(void *arg, int result) {
    done(arg, result);
    store.refuse = -ENOBUFS; /* and by now the store takes nothing */
    ck_assert_int_eq(commit(machine(1), make_spent), 0);
}

START_TEST(who_asks_in_an_answer_is_told) {
    struct machine *one = declared(1), *two = declared(2);
    ck_assert_int_eq(ledger_commit(&ms, &one, 1, make_armed, ask_again, NULL), 0);
    ck_assert_int_eq(commit(two, make_armed), 0); /* waits, and must not be lost with the other */
    fake_store_pump(&store);
    ck_assert_int_eq(told, 3);
    ck_assert_int_eq(told_result, -ENOBUFS);
    ck_assert(state(1) == LIFECYCLE_ARMED && state(2) == LIFECYCLE_NONE);
    store.refuse = 0;
}
END_TEST

START_TEST(nobody_who_is_waited_for_is_forgotten) {
    struct machine *m = machine(1);
    machines_declare(&ms, m, true);
    commit(m, make_armed);
    machines_declare(&ms, m, false); /* its line is gone, and strangers come in crowds */
    for (unsigned i = 0; i < 6000; i++) {
        struct pxed_hwaddr mac = {1, 6, {0x0e, 0, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
        machines_get(&ms, &mac);
    }
    fake_store_pump(&store);
    ck_assert(told == 1 && m->held);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger");
    TCase *t = tcase_create("ledger");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, first_the_disk_then_memory);
    tcase_add_loop_test(t, what_fails_changes_nothing, 0, COUNT(failures));
    tcase_add_test(t, what_is_refused_at_once_too);
    tcase_add_test(t, a_spent_right_that_failed_is_armed_still);
    tcase_add_test(t, all_or_none);
    tcase_add_test(t, taken_away_while_on_its_way);
    tcase_add_test(t, taken_away_while_the_store_fails);
    tcase_add_test(t, what_was_seen_meanwhile_stays);
    tcase_add_test(t, each_right_raises_the_counter);
    tcase_add_test(t, the_mark_comes_before_the_answer);
    tcase_add_test(t, another_writer_is_noticed);
    tcase_add_test(t, a_new_card_has_the_history);
    tcase_add_test(t, who_asks_in_an_answer_is_told);
    tcase_add_test(t, nobody_who_is_waited_for_is_forgotten);
    suite_add_tcase(s, t);
    return suite_run(s);
}
