/* Which stranger's MAC is nearly a host's. */
#include "near.h"

#include "machines_suite.h"

static const struct {
    const char *name;
    unsigned host, stranger;
    bool near;
} rows[] = {
    {"one digit", 0x1234, 0x1235, true},
    {"two digits of one byte", 0x1234, 0x12a9, true},
    {"two digits far apart", 0x71001234, 0x70001235, true},
    {"three digits", 0x1234, 0x1543, false},
    {"every bit of a digit", 0x00001230, 0x0000123f, true},
    {"itself", 0x1234, 0x1234, false},
};

static const struct machine *nearest(unsigned host) {
    struct pxed_hwaddr address = mac(host);
    struct pxed_host h = {.macs = &address, .n_macs = 1};
    struct near near = {0};
    const struct machine *m = near_find(&near, &ms, &h);
    ck_assert_ptr_eq(near_find(&near, &ms, &h), m); /* from what it has read */
    near_end(&near);
    return m;
}

START_TEST(digits) {
    machine_rec_edit(get(rows[_i].stranger))->stage = PXED_STAGE_DISCOVERED;
    ck_assert_msg((nearest(rows[_i].host) == find(rows[_i].stranger)) == rows[_i].near, "%s", rows[_i].name);
}
END_TEST

START_TEST(the_nearest_that_was_heard) {
    get(0x1235); /* was never heard of */
    ck_assert_ptr_null(nearest(0x1234));
    machine_rec_edit(get(0x1266))->stage = PXED_STAGE_DISCOVERED;
    machine_rec_edit(get(0x1237))->stage = PXED_STAGE_LOCAL;
    struct machine *host = get(0x1236);
    machine_rec_edit(host)->stage = PXED_STAGE_LOCAL;
    host->declared = true;
    ck_assert_ptr_eq(nearest(0x1234), find(0x1237));
}
END_TEST

/* Lengths differ: another kind of card. */
START_TEST(other_kinds_of_cards) {
    struct pxed_hwaddr ib = {32, 8, {2, 0, 0, 0, 0x12, 0x34, 0, 0}};
    machine_rec_edit(machines_get(&ms, &ib))->stage = PXED_STAGE_DISCOVERED;
    ck_assert_ptr_null(nearest(0x1235));
}
END_TEST

int main(void) {
    Suite *s = suite_create("near");
    TCase *t = tcase_create("near");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, digits, 0, COUNT(rows));
    tcase_add_test(t, the_nearest_that_was_heard);
    tcase_add_test(t, other_kinds_of_cards);
    suite_add_tcase(s, t);
    return suite_run(s);
}
