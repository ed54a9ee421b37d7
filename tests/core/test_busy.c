/* Whom the daemon's end would cut off. */
#include "busy.h"

#include "suite.h"

enum { T0 = 1000000, MINUTE = 60 * 1000 };

static const struct {
    const char *name, *busy;
    enum lifecycle_state state;
    enum pxed_stage stage;
    int64_t armed_at, stage_at, now;
    bool loads;
} rows[] = {
    {"never armed, boots", "", LIFECYCLE_NONE, PXED_STAGE_SCRIPT, 0, T0, T0, false},
    {"armed, not seen", "", LIFECYCLE_ARMED, PXED_STAGE_NONE, T0, 0, T0, false},
    {"armed, asks for an address", "booting", LIFECYCLE_ARMED, PXED_STAGE_DISCOVERED, T0, T0 + 1, T0 + 2, false},
    {"armed, has its script", "booting", LIFECYCLE_ARMED, PXED_STAGE_SCRIPT, T0, T0 + 1, T0 + 9 * MINUTE, false},
    {"armed, its installer runs", "booting", LIFECYCLE_ARMED, PXED_STAGE_INSTALLER, T0, T0 + 1, T0 + 2, false},
    {"armed, heard long ago", "", LIFECYCLE_ARMED, PXED_STAGE_KERNEL, T0, T0 + 1, T0 + 1 + 10 * MINUTE, false},
    {"but still loading", "booting", LIFECYCLE_ARMED, PXED_STAGE_KERNEL, T0, T0 + 1, T0 + 30 * MINUTE, true},
    {"armed after that boot", "", LIFECYCLE_ARMED, PXED_STAGE_SCRIPT, T0 + 2, T0 + 1, T0 + 3, false},
    {"armed, boots its disk", "", LIFECYCLE_ARMED, PXED_STAGE_LOCAL, T0, T0 + 1, T0 + 2, false},
    {"armed, refused", "", LIFECYCLE_ARMED, PXED_STAGE_REFUSED, T0, T0 + 1, T0 + 2, false},
    {"installs", "installing", LIFECYCLE_INSTALLING, PXED_STAGE_ANSWER, T0, T0 + 1, T0 + 100 * MINUTE, false},
    {"installs, boots its disk", "installing", LIFECYCLE_INSTALLING, PXED_STAGE_LOCAL, T0, T0 + 1, T0 + 2, false},
    {"installed, loads", "", LIFECYCLE_INSTALLED, PXED_STAGE_SCRIPT, T0, T0 + 1, T0 + 2, true},
    {"failed", "", LIFECYCLE_FAILED, PXED_STAGE_ANSWER, T0, T0 + 1, T0 + 2, false},
    {"unconfirmed", "", LIFECYCLE_UNCONFIRMED, PXED_STAGE_ANSWER, T0, T0 + 1, T0 + 2, false},
    {"stalled", "", LIFECYCLE_STALLED, PXED_STAGE_ANSWER, T0, T0 + 1, T0 + 2, false},
};

START_TEST(busy) {
    const struct lifecycle_record r = {
        .state = rows[_i].state, .stage = rows[_i].stage, .armed_at = rows[_i].armed_at, .stage_at = rows[_i].stage_at};
    const char *is = busy_with(&r, rows[_i].loads, rows[_i].now);
    ck_assert_msg(strcmp(is, rows[_i].busy) == 0, "%s: '%s'", rows[_i].name, is);
}
END_TEST

int main(void) {
    Suite *s = suite_create("busy");
    TCase *t = tcase_create("busy");
    tcase_add_loop_test(t, busy, 0, COUNT(rows));
    suite_add_tcase(s, t);
    return suite_run(s);
}
