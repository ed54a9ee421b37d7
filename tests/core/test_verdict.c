/* What a machine is offered when it asks DHCP. */
#include "verdict.h"

#include "suite.h"

enum { IGNORE, LOCAL, SCRIPT, SCREEN };
enum { AUTO, IDLE_LOCAL, SILENT };
#define UNSEEN PXED_WHY_IDLE_UNSEEN

static const struct {
    const char *name;
    struct verdict_facts facts;
    struct verdict verdict;
} rows[] = {
    {"unknown = ignore",
     {false, PXED_WHY_OK, IGNORE, true, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, false, false}},
    {"unknown = local",
     {false, PXED_WHY_OK, LOCAL, true, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, true, false}},
    {"unknown = script",
     {false, PXED_WHY_OK, SCRIPT, true, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, true, false}},
    {"unknown = script, there is none",
     {false, PXED_WHY_OK, SCRIPT, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, false, false}},
    {"unknown = screen",
     {false, PXED_WHY_OK, SCREEN, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, true, false}},
    {"unknown, whatever idle says",
     {false, PXED_WHY_OK, LOCAL, false, SILENT, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, true, false}},
    {"armed", {true, PXED_WHY_OK, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK}, {PXED_WHY_OK, true, true}},
    {"armed, whatever idle says", {true, PXED_WHY_OK, IGNORE, false, SILENT, PXED_WHY_OK}, {PXED_WHY_OK, true, true}},
    {"not armed",
     {true, PXED_WHY_NOT_ARMED, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_NOT_ARMED, true, false}},
    {"spent",
     {true, PXED_WHY_ALREADY_SPENT, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_ALREADY_SPENT, true, false}},
    {"protected",
     {true, PXED_WHY_PROTECTED, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_PROTECTED, true, false}},
    {"local", {true, PXED_WHY_OS_LOCAL, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK}, {PXED_WHY_OS_LOCAL, true, false}},
    {"failed",
     {true, PXED_WHY_INSTALL_FAILED, IGNORE, false, IDLE_LOCAL, PXED_WHY_OK},
     {PXED_WHY_INSTALL_FAILED, true, false}},
    {"idle = local, never seen to work",
     {true, PXED_WHY_NOT_ARMED, IGNORE, false, IDLE_LOCAL, UNSEEN},
     {PXED_WHY_NOT_ARMED, true, false}},
    {"idle = auto, seen to work",
     {true, PXED_WHY_INSTALLED, IGNORE, false, AUTO, PXED_WHY_OK},
     {PXED_WHY_INSTALLED, true, false}},
    {"idle = auto, never seen", {true, PXED_WHY_NOT_ARMED, IGNORE, false, AUTO, UNSEEN}, {UNSEEN, false, false}},
    {"idle = auto, it came back",
     {true, PXED_WHY_OS_LOCAL, LOCAL, true, AUTO, PXED_WHY_IDLE_CAME_BACK},
     {PXED_WHY_IDLE_CAME_BACK, false, false}},
    {"idle = auto, armed", {true, PXED_WHY_OK, IGNORE, false, AUTO, UNSEEN}, {PXED_WHY_OK, true, true}},
    {"idle = auto, unknown",
     {false, PXED_WHY_OK, LOCAL, false, AUTO, PXED_WHY_OK},
     {PXED_WHY_UNKNOWN_MACHINE, true, false}},
    {"idle = silent",
     {true, PXED_WHY_NOT_ARMED, IGNORE, false, SILENT, PXED_WHY_OK},
     {PXED_WHY_IDLE_SILENT, false, false}},
    {"idle = silent, spent",
     {true, PXED_WHY_ALREADY_SPENT, LOCAL, true, SILENT, PXED_WHY_OK},
     {PXED_WHY_IDLE_SILENT, false, false}},
};

START_TEST(decide) {
    struct verdict v = verdict_decide(&rows[_i].facts), want = rows[_i].verdict;
    ck_assert_msg(v.reason == want.reason && v.offer_boot == want.offer_boot && v.install == want.install,
                  "%s: %s, offer %d, install %d", rows[_i].name, pxed_reason_name(v.reason), v.offer_boot, v.install);
}
END_TEST

START_TEST(only_the_armed_install) {
    for (unsigned why = 0; why < PXED_REASON_COUNT; why++)
        for (unsigned bits = 0; bits < 96; bits++) {
            struct verdict_facts f = {bits & 1,  (enum pxed_reason)why,          bits / 8 % 4, (bits & 2) != 0,
                                      bits / 32, bits & 4 ? UNSEEN : PXED_WHY_OK};
            struct verdict v = verdict_decide(&f);
            ck_assert(v.install == (f.declared && why == PXED_WHY_OK));
            ck_assert(v.install == (v.reason == PXED_WHY_OK));
        }
}
END_TEST

int main(void) {
    Suite *s = suite_create("verdict");
    TCase *t = tcase_create("verdict");
    tcase_add_loop_test(t, decide, 0, COUNT(rows));
    tcase_add_test(t, only_the_armed_install);
    suite_add_tcase(s, t);
    return suite_run(s);
}
