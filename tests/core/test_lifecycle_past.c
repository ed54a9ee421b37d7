/* What an unused arming leaves behind: the installation before it, whatever ends the arming; names; distrust. */
#include "lifecycle.h"

#include "suite.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, T0 = 1000 * SECOND };

static const uint8_t token[16] = {1, 2, 3}, zero[16];

static void arm(struct lifecycle_record *r, const char *os, int64_t now) {
    lifecycle_arm(r, LIFECYCLE_ANY, pxed_slice_of(os), 1, token, PXED_SLICE("uid 0"), now);
}

/* Installed at T0, armed for something else an hour later. */
static struct lifecycle_record armed_again(void) {
    struct lifecycle_record r = {0};
    bool changed;
    arm(&r, "debian-12", T0 - HOUR);
    lifecycle_delivered(&r, T0 - HOUR);
    lifecycle_event(&r, PXED_SLICE("installed"), PXED_NO_SLICE, NULL, T0, &changed);
    arm(&r, "rocky-9", T0 + HOUR);
    return r;
}

static void assert_installed(const struct lifecycle_record *r) {
    ck_assert_int_eq(r->state, LIFECYCLE_INSTALLED);
    ck_assert_str_eq(r->os, "debian-12");
    ck_assert_int_eq(r->state_at, T0);
    ck_assert_int_eq(r->armed_at, T0 - HOUR);
    ck_assert_mem_eq(r->token, zero, sizeof(zero));
    ck_assert_uint_eq(r->tries, 0);
}

START_TEST(disarm_gives_it_back) {
    struct lifecycle_record r = armed_again();
    ck_assert_int_eq(r.was.state, LIFECYCLE_INSTALLED);
    ck_assert(lifecycle_disarm(&r, T0 + 2 * HOUR));
    assert_installed(&r);
    ck_assert_int_eq(r.was.state, LIFECYCLE_NONE);
}
END_TEST

START_TEST(time_gives_it_back) {
    struct lifecycle_record r = armed_again();
    ck_assert(!lifecycle_expire(&r, T0 + 1000 * (int64_t)HOUR)); /* no end was set */
    r.expires_at = T0 + 25 * HOUR;
    ck_assert(!lifecycle_expire(&r, T0 + 25 * HOUR - 1));
    ck_assert(lifecycle_expire(&r, T0 + 25 * HOUR));
    assert_installed(&r);
    ck_assert(!lifecycle_expire(&r, T0 + 26 * HOUR));
}
END_TEST

START_TEST(what_is_used_does_not_expire) {
    struct lifecycle_record r = armed_again();
    r.expires_at = T0 + 2 * HOUR;
    ck_assert(lifecycle_delivered(&r, T0 + HOUR));
    ck_assert(!lifecycle_expire(&r, T0 + 100 * HOUR));
    ck_assert_int_eq(r.state, LIFECYCLE_INSTALLING);
}
END_TEST

START_TEST(armed_twice_keeps_the_installation) { /* the first of the two was never used */
    struct lifecycle_record r = armed_again();
    arm(&r, "debian-13", T0 + 2 * HOUR);
    lifecycle_disarm(&r, T0 + 3 * HOUR);
    assert_installed(&r);
}
END_TEST

START_TEST(the_first_arming_leaves_nothing) {
    struct lifecycle_record r = {0};
    arm(&r, "debian-12", T0);
    lifecycle_disarm(&r, T0 + 1);
    ck_assert_int_eq(r.state, LIFECYCLE_NONE);
    ck_assert_mem_eq(r.token, zero, sizeof(zero));
}
END_TEST

START_TEST(distrust_takes_every_right) {
    static const enum lifecycle_state states[] = {LIFECYCLE_NONE,      LIFECYCLE_ARMED,  LIFECYCLE_INSTALLING,
                                                  LIFECYCLE_INSTALLED, LIFECYCLE_FAILED, LIFECYCLE_UNCONFIRMED,
                                                  LIFECYCLE_STALLED};
    for (int i = 0; i < COUNT(states); i++)
        for (unsigned tries = 0; tries < 3; tries++) {
            struct lifecycle_record r = {.state = states[i], .tries = tries, .right = LIFECYCLE_ANY};
            struct lifecycle_line line = {.os = PXED_SLICE("debian-12"), .claimed = true, .guarded = true};
            lifecycle_distrust(&r, T0);
            ck_assert(!lifecycle_open(&r));
            lifecycle_judge(&r, T0 + HOUR); /* nor at the next power-on */
            ck_assert_int_ne(lifecycle_wants(&r, &line), PXED_WHY_OK);
        }
}
END_TEST

START_TEST(a_power_on_changes_no_right) {
    for (unsigned state = 0; state < LIFECYCLE_STATE_COUNT; state++) {
        struct lifecycle_record r = {.state = (enum lifecycle_state)state, .tries = 2, .fed = true, .judged = true};
        lifecycle_power_on(&r, T0);
        ck_assert(r.state == (enum lifecycle_state)state && r.tries == 2 && r.fed && !r.judged);
    }
}
END_TEST

START_TEST(names_are_kept) {
    struct lifecycle_record r = {0};
    bool now = false;
    ck_assert(!lifecycle_had_name(&r, PXED_SLICE("db01"), &now));
    ck_assert(lifecycle_name(&r, PXED_SLICE("db01")));
    ck_assert(!lifecycle_name(&r, PXED_SLICE("DB01"))); /* a name is compared without regard to case */
    ck_assert(lifecycle_name(&r, PXED_SLICE("db02")));
    ck_assert(lifecycle_had_name(&r, PXED_SLICE("db02"), &now) && now);
    ck_assert(lifecycle_had_name(&r, PXED_SLICE("Db01"), &now) && !now);
    ck_assert(!lifecycle_had_name(&r, PXED_SLICE("db0"), &now));
    ck_assert(lifecycle_name(&r, PXED_SLICE("db01"))); /* it comes back */
    ck_assert_str_eq(r.names, "db01 db02");
    for (char n[] = "host-a"; n[5] <= 'z'; n[5]++) /* more than fit: the newest stay */
        lifecycle_name(&r, pxed_slice_of(n));
    ck_assert(lifecycle_had_name(&r, PXED_SLICE("host-z"), &now) && now);
    ck_assert_uint_lt(strlen(r.names), sizeof(r.names));
}
END_TEST

int main(void) {
    Suite *s = suite_create("lifecycle-past");
    TCase *t = tcase_create("lifecycle-past");
    tcase_add_test(t, disarm_gives_it_back);
    tcase_add_test(t, time_gives_it_back);
    tcase_add_test(t, what_is_used_does_not_expire);
    tcase_add_test(t, armed_twice_keeps_the_installation);
    tcase_add_test(t, the_first_arming_leaves_nothing);
    tcase_add_test(t, distrust_takes_every_right);
    tcase_add_test(t, a_power_on_changes_no_right);
    tcase_add_test(t, names_are_kept);
    suite_add_tcase(s, t);
    return suite_run(s);
}
