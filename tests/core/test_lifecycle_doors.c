/* The doors of the lifecycle: which lines and commands arm, and what opens and climbs a boot record. What happens in
 * between: test_lifecycle.c. */
#include "lifecycle.h"

#include "suite.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, T0 = 1000 * SECOND };

/* --- a new line --- */

#define LINE(name_, protect_, claimed_, guarded_)                                                                      \
    { .os = {name_, sizeof(name_) - 1}, .protect = protect_, .claimed = claimed_, .guarded = guarded_ }

static const struct {
    const char *name;
    struct lifecycle_line line;
    enum lifecycle_mode mode;
    bool over_limit;
    enum pxed_reason why;
    enum lifecycle_right right;
} new_lines[] = {
    {"arm = new: blank disks only", LINE("debian-12", false, true, true), LIFECYCLE_MODE_NEW, false, PXED_WHY_OK,
     LIFECYCLE_BLANK},
    {"arm = new: unguarded answer file", LINE("debian-12", false, true, false), LIFECYCLE_MODE_NEW, false,
     PXED_WHY_ANSWER_UNGUARDED, LIFECYCLE_NO_RIGHT},
    {"arm = new: nobody claims the OS id", LINE("beos-5", false, false, false), LIFECYCLE_MODE_NEW, false, PXED_WHY_OK,
     LIFECYCLE_BLANK},
    {"arm = new: over the limit", LINE("debian-12", false, true, true), LIFECYCLE_MODE_NEW, true, PXED_WHY_ARM_LIMIT,
     LIFECYCLE_NO_RIGHT},
    {"arm = new: protected", LINE("debian-12", true, true, true), LIFECYCLE_MODE_NEW, false, PXED_WHY_PROTECTED,
     LIFECYCLE_NO_RIGHT},
    {"arm = new: local", LINE("local", false, false, true), LIFECYCLE_MODE_NEW, false, PXED_WHY_OS_LOCAL,
     LIFECYCLE_NO_RIGHT},
    {"arm = any: a system without any guard",
     {PXED_SLICE("openbsd-7"), .claimed = true, .guarded = false, .bare = true},
     LIFECYCLE_MODE_ANY,
     false,
     PXED_WHY_ANSWER_UNGUARDED,
     LIFECYCLE_NO_RIGHT},
    {"arm = any: a live system",
     {PXED_SLICE("rescue-11"), .claimed = true, .live = true},
     LIFECYCLE_MODE_ANY,
     false,
     PXED_WHY_OS_LIVE,
     LIFECYCLE_NO_RIGHT},
    {"arm = command: nothing", LINE("debian-12", false, true, true), LIFECYCLE_MODE_COMMAND, false,
     PXED_WHY_ARM_COMMAND, LIFECYCLE_NO_RIGHT},
    {"arm = command: protected", LINE("debian-12", true, true, true), LIFECYCLE_MODE_COMMAND, false, PXED_WHY_PROTECTED,
     LIFECYCLE_NO_RIGHT},
    {"arm = command: local", LINE("local", false, false, true), LIFECYCLE_MODE_COMMAND, false, PXED_WHY_OS_LOCAL,
     LIFECYCLE_NO_RIGHT},
    {"arm = command: over the limit", LINE("debian-12", false, true, true), LIFECYCLE_MODE_COMMAND, true,
     PXED_WHY_ARM_COMMAND, LIFECYCLE_NO_RIGHT},
    {"arm = any: the classic recipe", LINE("debian-12", false, true, true), LIFECYCLE_MODE_ANY, false, PXED_WHY_OK,
     LIFECYCLE_ANY},
    {"arm = any: unguarded", LINE("debian-12", false, true, false), LIFECYCLE_MODE_ANY, false, PXED_WHY_OK,
     LIFECYCLE_ANY},
    {"arm = any: over the limit", LINE("debian-12", false, true, true), LIFECYCLE_MODE_ANY, true, PXED_WHY_ARM_LIMIT,
     LIFECYCLE_NO_RIGHT},
    {"arm = any: protected", LINE("debian-12", true, true, true), LIFECYCLE_MODE_ANY, false, PXED_WHY_PROTECTED,
     LIFECYCLE_NO_RIGHT},
    {"arm = any: local", LINE("local", false, false, true), LIFECYCLE_MODE_ANY, false, PXED_WHY_OS_LOCAL,
     LIFECYCLE_NO_RIGHT},
};

START_TEST(new_line) {
    enum lifecycle_right right = LIFECYCLE_NO_RIGHT;
    enum pxed_reason why =
        lifecycle_new_line(&new_lines[_i].line, new_lines[_i].mode, new_lines[_i].over_limit, &right);
    ck_assert_msg(why == new_lines[_i].why, "%s: %s", new_lines[_i].name, pxed_reason_name(why));
    ck_assert_msg(right == new_lines[_i].right, "%s: right %d", new_lines[_i].name, right);
}
END_TEST

static const struct {
    const char *name;
    struct lifecycle_line line;
    enum pxed_reason why;
} commands[] = {
    {"a host", LINE("debian-12", false, true, true), PXED_WHY_OK},
    {"an unguarded answer file: the operator has said it", LINE("debian-12", false, true, false), PXED_WHY_OK},
    {"protected", LINE("debian-12", true, true, true), PXED_WHY_PROTECTED},
    {"local", LINE("local", false, false, true), PXED_WHY_OS_LOCAL},
    {"unclaimed", LINE("beos-5", false, false, true), PXED_WHY_NO_PROFILE},
    {"a system without a guard, no disk named",
     {PXED_SLICE("openbsd-7.4"), .claimed = true, .blind = true},
     PXED_WHY_DISK_NOT_NAMED},
    {"a live system", {PXED_SLICE("rescue-11"), .claimed = true, .live = true}, PXED_WHY_OS_LIVE},
};

START_TEST(command) {
    enum pxed_reason why = lifecycle_may_arm(&commands[_i].line);
    ck_assert_msg(why == commands[_i].why, "%s: %s", commands[_i].name, pxed_reason_name(why));
}
END_TEST

/* --- the boot record --- */

START_TEST(the_ladder_goes_up_only) {
    for (int from = 0; from < PXED_STAGE_COUNT; from++)
        for (int to = 0; to < PXED_STAGE_COUNT; to++) {
            struct lifecycle_record r = {.stage = (enum pxed_stage)from, .stage_at = T0};
            bool moved = lifecycle_stage(&r, (enum pxed_stage)to, PXED_WHY_OK, T0 + 1);
            ck_assert_msg(moved == (to > from), "%s to %s", pxed_stage_names[from], pxed_stage_names[to]);
            ck_assert_int_eq(r.stage, to > from ? to : from);
            ck_assert_int_eq(r.stage_at, to > from ? T0 + 1 : T0);
        }
}
END_TEST

START_TEST(a_stage_keeps_its_reason) {
    struct lifecycle_record r = {.script_at = T0};
    lifecycle_stage(&r, PXED_STAGE_LOCAL, PXED_WHY_NO_IMAGE, T0);
    lifecycle_stage(&r, PXED_STAGE_LOCAL, PXED_WHY_OK, T0 + 1);
    ck_assert_int_eq(r.reason, PXED_WHY_NO_IMAGE);
    r.stage = PXED_STAGE_SCRIPT;
    lifecycle_stage(&r, PXED_STAGE_KERNEL, PXED_WHY_OK, T0 + 2); /* what was refused before is past */
    ck_assert_int_eq(r.reason, PXED_WHY_OK);
    lifecycle_stage(&r, PXED_STAGE_LOCAL, PXED_WHY_NO_IMAGE, T0 + 3);
    lifecycle_power_on(&r, T0 + HOUR);
    ck_assert_int_eq(r.reason, PXED_WHY_OK);
    ck_assert_int_eq(r.stage, PXED_STAGE_NONE);
    ck_assert_int_eq(r.script_at, 0);
    ck_assert_int_eq(r.boot_at, T0 + HOUR);
}
END_TEST

static const struct {
    const char *name;
    enum pxed_stage stage;
    enum pxed_loader loader;
    int64_t after; /* since the last stage */
    bool first, opens;
} discovers[] = {
    {"the first ever", PXED_STAGE_NONE, PXED_LOADER_NONE, 0, true, true},
    {"the first ever, from a loader", PXED_STAGE_NONE, PXED_LOADER_IPXE, 0, true, true},
    {"a boot that was just opened", PXED_STAGE_NONE, PXED_LOADER_NONE, 4 * SECOND, false, false},
    {"firmware repeats itself", PXED_STAGE_DISCOVERED, PXED_LOADER_NONE, 4 * SECOND, false, false},
    {"firmware repeats after an offer", PXED_STAGE_OFFERED, PXED_LOADER_NONE, 8 * SECOND, false, false},
    {"firmware repeats after its lease", PXED_STAGE_LEASED, PXED_LOADER_NONE, 16 * SECOND, false, false},
    {"firmware after a loader: reset", PXED_STAGE_LOADER, PXED_LOADER_NONE, 4 * SECOND, false, true},
    {"chained iPXE asks again", PXED_STAGE_LOADER, PXED_LOADER_IPXE, 4 * SECOND, false, false},
    {"chained gPXE asks again", PXED_STAGE_LOADER, PXED_LOADER_GPXE, 4 * SECOND, false, false},
    {"iPXE in the card's ROM, after a script: reset", PXED_STAGE_SCRIPT, PXED_LOADER_IPXE, 4 * SECOND, false, true},
    {"iPXE in the card's ROM, after a kernel: reset", PXED_STAGE_KERNEL, PXED_LOADER_IPXE, 4 * SECOND, false, true},
    {"after its own disk", PXED_STAGE_LOCAL, PXED_LOADER_NONE, 4 * SECOND, false, true},
    {"after a refusal", PXED_STAGE_REFUSED, PXED_LOADER_NONE, 4 * SECOND, false, true},
    {"early stage, long ago", PXED_STAGE_OFFERED, PXED_LOADER_NONE, 121 * SECOND, false, true},
    {"early stage, long ago, iPXE", PXED_STAGE_LEASED, PXED_LOADER_IPXE, 121 * SECOND, false, true},
};

START_TEST(discover_opens) {
    struct lifecycle_record r = {.stage = discovers[_i].stage, .boot_at = discovers[_i].first ? 0 : T0, .stage_at = T0};
    ck_assert_msg(lifecycle_discover_opens(&r, discovers[_i].loader, T0 + discovers[_i].after) == discovers[_i].opens,
                  "%s", discovers[_i].name);
}
END_TEST

static const struct {
    const char *name;
    enum pxed_stage stage;
    int64_t after; /* since the last script */
    bool first, opens;
} scripts[] = {
    {"the first word ever", PXED_STAGE_NONE, 0, true, true},
    {"the first script of this boot", PXED_STAGE_LEASED, 100 * SECOND, false, false},
    {"asked again at once", PXED_STAGE_SCRIPT, 2 * SECOND, false, false},
    {"within the pause", PXED_STAGE_KERNEL, 30 * SECOND, false, false},
    {"after the pause: the next power-on", PXED_STAGE_SCRIPT, 31 * SECOND, false, true},
    {"after the pause, it booted its disk", PXED_STAGE_LOCAL, 31 * SECOND, false, true},
};

START_TEST(script_opens) {
    struct lifecycle_record r = {.stage = scripts[_i].stage, .boot_at = scripts[_i].first ? 0 : T0, .script_at = T0};
    ck_assert_msg(lifecycle_script_opens(&r, T0 + scripts[_i].after) == scripts[_i].opens, "%s", scripts[_i].name);
}
END_TEST

int main(void) {
    Suite *s = suite_create("lifecycle's doors");
    TCase *t = tcase_create("doors");
    tcase_add_loop_test(t, new_line, 0, COUNT(new_lines));
    tcase_add_loop_test(t, command, 0, COUNT(commands));
    tcase_add_test(t, the_ladder_goes_up_only);
    tcase_add_test(t, a_stage_keeps_its_reason);
    tcase_add_loop_test(t, discover_opens, 0, COUNT(discovers));
    tcase_add_loop_test(t, script_opens, 0, COUNT(scripts));
    suite_add_tcase(s, t);
    return suite_run(s);
}
