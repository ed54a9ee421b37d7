/* What may write a disk: every rule of docs/operators-guide.md, "Armed once", as a row or a named test. */
#include "lifecycle.h"

#include "suite.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, TIMEOUT = 2 * HOUR, T0 = 1000 * SECOND };

static const uint8_t token[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const struct pxed_step steps[] = {{"formatted", false}, {"bootable", true}, {0}};
static const struct lifecycle_line plain = {.os = PXED_SLICE("debian-12"), .claimed = true, .guarded = true};

static const char *state_name(enum lifecycle_state s) {
    return s == LIFECYCLE_NONE ? "none" : lifecycle_state_names[s];
}

static struct lifecycle_record armed(unsigned tries) {
    struct lifecycle_record r = {0};
    lifecycle_arm(&r, LIFECYCLE_BLANK, PXED_SLICE("debian-12"), tries, token, PXED_SLICE("new line"), T0);
    return r;
}

static bool event(struct lifecycle_record *r, const char *stage, int64_t now) {
    bool changed = false;
    ck_assert_int_eq(lifecycle_event(r, pxed_slice_of(stage), PXED_SLICE("DISK_NOT_BLANK"), steps, now, &changed),
                     PXED_WHY_OK);
    return changed;
}

#define LINE(name_, protect_, claimed_, guarded_)                                                                      \
    { .os = {name_, sizeof(name_) - 1}, .protect = protect_, .claimed = claimed_, .guarded = guarded_ }

/* --- every input from every state --- */

enum column {
    COL_NONE,
    COL_ARMED,
    COL_SILENT,
    COL_REPORTED,
    COL_INSTALLED,
    COL_FAILED,
    COL_UNCONFIRMED,
    COL_STALLED,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {"none",      "armed",  "installing, silent", "installing, reported",
                                                  "installed", "failed", "unconfirmed",        "stalled"};

/* A machine that came to its state by the real path, its one try used. */
static struct lifecycle_record in_state(enum column column) {
    struct lifecycle_record r = armed(1);
    r.boot_at = r.stage_at = r.script_at = T0;
    r.stage = PXED_STAGE_SCRIPT;
    switch (column) {
    case COL_NONE:
        lifecycle_disarm(&r, T0);
        break;
    case COL_ARMED:
        break;
    case COL_SILENT:
        lifecycle_delivered(&r, T0);
        break;
    case COL_REPORTED:
        event(&r, "installing", T0);
        break;
    case COL_INSTALLED:
        event(&r, "installed", T0);
        break;
    case COL_FAILED:
        event(&r, "failed", T0);
        break;
    case COL_UNCONFIRMED:
        lifecycle_delivered(&r, T0);
        lifecycle_tick(&r, TIMEOUT, T0 + TIMEOUT);
        break;
    default:
        event(&r, "installing", T0);
        lifecycle_tick(&r, TIMEOUT, T0 + TIMEOUT);
    }
    return r;
}

static const int64_t later = T0 + TIMEOUT + SECOND;

static void do_power_on(struct lifecycle_record *r) {
    lifecycle_judge(r, later);
}
static void do_stages(struct lifecycle_record *r) {
    for (int s = PXED_STAGE_DISCOVERED; s < PXED_STAGE_COUNT; s++)
        lifecycle_stage(r, (enum pxed_stage)s, PXED_WHY_OK, later);
}
static void do_deliver(struct lifecycle_record *r) {
    lifecycle_delivered(r, later);
}
static void do_installing(struct lifecycle_record *r) {
    event(r, "installing", later);
}
static void do_step(struct lifecycle_record *r) {
    event(r, "formatted", later);
}
static void do_disk_step(struct lifecycle_record *r) {
    event(r, "bootable", later);
}
static void do_installed(struct lifecycle_record *r) {
    event(r, "installed", later);
}
static void do_failed(struct lifecycle_record *r) {
    event(r, "failed", later);
}
static void do_bad_word(struct lifecycle_record *r) {
    bool changed = false;
    ck_assert_int_eq(lifecycle_event(r, PXED_SLICE("armed"), PXED_NO_SLICE, steps, later, &changed),
                     PXED_WHY_BAD_STAGE);
    ck_assert(!changed);
}
static void do_time_short(struct lifecycle_record *r) {
    lifecycle_tick(r, TIMEOUT, T0 + TIMEOUT - 1);
}
static void do_time_long(struct lifecycle_record *r) {
    lifecycle_tick(r, TIMEOUT, T0 + TIMEOUT);
}
static void do_other_os(struct lifecycle_record *r) {
    lifecycle_follow(r, PXED_SLICE("rocky-9"), later);
}
static void do_disarm(struct lifecycle_record *r) {
    lifecycle_disarm(r, later);
}

#define N LIFECYCLE_NONE
#define A LIFECYCLE_ARMED
#define G LIFECYCLE_INSTALLING
#define I LIFECYCLE_INSTALLED
#define F LIFECYCLE_FAILED
#define U LIFECYCLE_UNCONFIRMED
#define S LIFECYCLE_STALLED

static const struct {
    const char *name;
    void (*apply)(struct lifecycle_record *r);
    enum lifecycle_state to[COLUMNS];
} inputs[] = {
    /*                        none armed silent reported installed failed unconf. stalled */
    {"power on", do_power_on, {N, A, U, G, I, F, U, S}},
    {"all stages", do_stages, {N, A, G, G, I, F, U, S}},
    {"delivered", do_deliver, {N, G, G, G, I, F, U, S}},
    {"installing", do_installing, {N, G, G, G, I, F, G, G}},
    {"a step", do_step, {N, G, G, G, I, F, G, G}},
    {"a disk step", do_disk_step, {N, G, G, G, I, F, G, G}},
    {"installed", do_installed, {N, I, I, I, I, F, I, I}},
    {"failed", do_failed, {N, F, F, F, I, F, F, F}},
    {"no such word", do_bad_word, {N, A, G, G, I, F, U, S}},
    {"almost the timeout", do_time_short, {N, A, G, G, I, F, U, S}},
    {"the timeout", do_time_long, {N, A, U, S, I, F, U, S}},
    {"another OS id", do_other_os, {N, A, G, G, I, F, U, S}},
    {"disarm", do_disarm, {N, N, G, G, I, F, U, S}},
};

START_TEST(state_table) {
    for (int c = 0; c < COLUMNS; c++) {
        struct lifecycle_record r = in_state((enum column)c);
        inputs[_i].apply(&r);
        ck_assert_msg(r.state == inputs[_i].to[c], "%s, then %s: %s, not %s", column_names[c], inputs[_i].name,
                      state_name(r.state), state_name(inputs[_i].to[c]));
        if (c == COL_ARMED)
            continue;
        ck_assert_msg(r.state != LIFECYCLE_ARMED, "%s armed from %s", inputs[_i].name, column_names[c]);
        ck_assert_msg(lifecycle_wants(&r, &plain) != PXED_WHY_OK, "%s, then %s: wants an installer", column_names[c],
                      inputs[_i].name);
    }
}
END_TEST

START_TEST(no_walk_arms) { /* any order of any inputs: what is not armed stays so */
    uint32_t dice = 1;
    for (int walk = 0; walk < 20000; walk++) {
        struct lifecycle_record r = in_state((enum column)(walk % COLUMNS));
        bool was_armed = r.state == LIFECYCLE_ARMED;
        for (int step = 0; step < 12; step++) {
            dice = dice * 1664525 + 1013904223;
            inputs[(dice >> 16) % (unsigned)COUNT(inputs)].apply(&r);
            ck_assert(was_armed || r.state != LIFECYCLE_ARMED);
            was_armed &= r.state == LIFECYCLE_ARMED;
        }
    }
}
END_TEST

START_TEST(tries_bound_installers) { /* however events fall, no more attempts than were ordered */
    uint32_t dice = 7;
    for (int walk = 0; walk < 5000; walk++) {
        struct lifecycle_record r = armed(1 + (unsigned)walk % 4);
        unsigned tries = r.tries, spent = 0;
        for (int step = 0; step < 40; step++) {
            enum lifecycle_state before = r.state;
            dice = dice * 1664525 + 1013904223;
            inputs[(dice >> 16) % (unsigned)COUNT(inputs)].apply(&r);
            spent += before == LIFECYCLE_ARMED && r.state != LIFECYCLE_ARMED && r.state != LIFECYCLE_NONE;
        }
        ck_assert_uint_le(spent, tries);
    }
}
END_TEST

/* --- what the machine gets --- */

static const struct {
    enum column column;
    enum pxed_reason why;
} wanted[] = {
    {COL_NONE, PXED_WHY_NOT_ARMED},
    {COL_ARMED, PXED_WHY_OK},
    {COL_SILENT, PXED_WHY_ALREADY_SPENT},
    {COL_REPORTED, PXED_WHY_ALREADY_SPENT},
    {COL_INSTALLED, PXED_WHY_INSTALLED},
    {COL_FAILED, PXED_WHY_INSTALL_FAILED},
    {COL_UNCONFIRMED, PXED_WHY_INSTALL_UNCONFIRMED},
    {COL_STALLED, PXED_WHY_INSTALL_STALLED},
};

START_TEST(wants) {
    static const struct lifecycle_line guarded = LINE("debian-12", true, true, true),
                                       local = LINE("local", false, false, true);
    struct lifecycle_record r = in_state(wanted[_i].column);
    ck_assert_msg(lifecycle_wants(&r, &plain) == wanted[_i].why, "%s: %s", column_names[wanted[_i].column],
                  pxed_reason_name(lifecycle_wants(&r, &plain)));
    ck_assert_int_eq(lifecycle_wants(&r, &guarded), PXED_WHY_PROTECTED);
    ck_assert_int_eq(lifecycle_wants(&r, &local), PXED_WHY_OS_LOCAL);
    ck_assert(lifecycle_open(&r) == (r.state == LIFECYCLE_ARMED || r.state == LIFECYCLE_INSTALLING));
    /* A live system needs no arming, but one of another system comes first. */
    struct lifecycle_line live = {.os = PXED_SLICE("rescue-11"), .claimed = true, .live = true};
    bool open = wanted[_i].column == COL_ARMED || wanted[_i].column == COL_SILENT || wanted[_i].column == COL_REPORTED;
    ck_assert_int_eq(lifecycle_wants(&r, &live), open ? wanted[_i].why : PXED_WHY_OK);
}
END_TEST

START_TEST(never_seen_wants_its_disk) {
    struct lifecycle_record r = {0};
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_NOT_ARMED);
    ck_assert(!lifecycle_open(&r));
    r.state = LIFECYCLE_ARMED; /* a record damaged on disk: no try left */
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_NOT_ARMED);
}
END_TEST

START_TEST(protect_takes_effect_after_arming) {
    struct lifecycle_record r = armed(1);
    struct lifecycle_line line = plain;
    line.protect = true;
    ck_assert_int_eq(lifecycle_wants(&r, &line), PXED_WHY_PROTECTED);
    line.protect = false; /* taken back before anything happened */
    ck_assert_int_eq(lifecycle_wants(&r, &line), PXED_WHY_OK);
}
END_TEST

START_TEST(a_command_arms_any) {
    struct lifecycle_record r = in_state(COL_FAILED);
    r.held_new = true;
    lifecycle_arm(&r, LIFECYCLE_ANY, PXED_SLICE("rocky-9"), 0, token, PXED_SLICE("uid 0 (root)"), later);
    ck_assert_int_eq(r.state, LIFECYCLE_ARMED);
    ck_assert_int_eq(r.right, LIFECYCLE_ANY);
    ck_assert_str_eq(r.os, "rocky-9");
    ck_assert_str_eq(r.by, "uid 0 (root)");
    ck_assert_uint_eq(r.tries, 1);
    ck_assert(!r.held_new && !r.reported && !r.on_disk);
    ck_assert_str_eq(r.fail, "");
    ck_assert_str_eq(r.step, "");
    ck_assert_mem_eq(r.token, token, sizeof(token));
    ck_assert_int_eq(r.armed_at, later);
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_OK);
}
END_TEST

START_TEST(long_texts_are_cut) {
    char text[200];
    struct lifecycle_record r = {0};
    memset(text, 'x', sizeof(text));
    lifecycle_arm(&r, LIFECYCLE_ANY, pxed_slice(text, 200), 1, token, pxed_slice(text, 200), T0);
    ck_assert_uint_eq(strlen(r.os), sizeof(r.os) - 1);
    ck_assert_uint_eq(strlen(r.by), sizeof(r.by) - 1);
    bool changed;
    lifecycle_event(&r, PXED_SLICE("installing"), PXED_NO_SLICE, steps, T0, &changed);
    lifecycle_event(&r, PXED_SLICE("failed"), pxed_slice(text, 200), steps, T0, &changed);
    ck_assert_uint_eq(strlen(r.fail), sizeof(r.fail) - 1);
}
END_TEST

/* --- following the line --- */

START_TEST(an_unused_arming_follows_the_os_id) {
    struct lifecycle_record r = armed(1);
    ck_assert(lifecycle_follow(&r, PXED_SLICE("rocky-9"), T0 + 1));
    ck_assert_str_eq(r.os, "rocky-9");
    ck_assert_int_eq(r.right, LIFECYCLE_BLANK); /* and gains nothing */
    ck_assert_uint_eq(r.tries, 1);
    ck_assert(!lifecycle_follow(&r, PXED_SLICE("rocky-9"), T0 + 2));
}
END_TEST

START_TEST(a_used_arming_does_not_follow) {
    for (int c = COL_SILENT; c < COLUMNS; c++) {
        struct lifecycle_record r = in_state((enum column)c);
        ck_assert_msg(!lifecycle_follow(&r, PXED_SLICE("rocky-9"), later), "%s", column_names[c]);
        ck_assert_str_eq(r.os, "debian-12");
    }
}
END_TEST

START_TEST(a_removed_line_takes_the_unused_right) {
    struct lifecycle_record r = armed(3);
    ck_assert(lifecycle_disarm(&r, T0 + 1));
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_NOT_ARMED);
    ck_assert(!lifecycle_disarm(&r, T0 + 2)); /* nothing left to take */
    lifecycle_judge(&r, T0 + HOUR);
    lifecycle_follow(&r, PXED_SLICE("debian-12"), T0 + HOUR); /* the line is back */
    ck_assert_int_eq(r.state, LIFECYCLE_NONE);
}
END_TEST

START_TEST(a_removed_line_stops_nothing_that_runs) {
    struct lifecycle_record r = armed(3);
    lifecycle_delivered(&r, T0);
    ck_assert(lifecycle_disarm(&r, T0 + 1)); /* the further tries are gone */
    ck_assert_int_eq(r.state, LIFECYCLE_INSTALLING);
    event(&r, "failed", T0 + 2);
    lifecycle_judge(&r, T0 + HOUR);
    ck_assert_int_eq(r.state, LIFECYCLE_FAILED);
}
END_TEST

START_TEST(a_held_line_is_forgotten_with_it) {
    struct lifecycle_record r = {.held_new = true};
    ck_assert(lifecycle_disarm(&r, T0));
    ck_assert(!r.held_new);
}
END_TEST

/* --- what ends by itself --- */

START_TEST(due_is_when_it_ends) {
    for (int state = 0; state < LIFECYCLE_STATE_COUNT; state++)
        for (int bits = 0; bits < 4; bits++) {
            struct lifecycle_record r = {.state = (enum lifecycle_state)state,
                                         .right = LIFECYCLE_ANY,
                                         .reported = bits & 1,
                                         .state_at = T0,
                                         .event_at = T0 + HOUR,
                                         .expires_at = bits & 2 ? T0 + 3 * HOUR : 0};
            int64_t due = lifecycle_due(&r, TIMEOUT);
            struct lifecycle_record before = r, at = r;
            ck_assert(due > T0);
            int64_t last = due == INT64_MAX ? due : due - 1;
            ck_assert(!lifecycle_tick(&before, TIMEOUT, last) && !lifecycle_expire(&before, last));
            ck_assert(due == INT64_MAX || lifecycle_tick(&at, TIMEOUT, due) || lifecycle_expire(&at, due));
        }
}
END_TEST

/* --- spending --- */

START_TEST(retries_are_free_until_delivery) {
    struct lifecycle_record r = armed(1);
    for (int boot = 1; boot <= 50; boot++) {
        int64_t now = T0 + boot * HOUR * 3;
        lifecycle_judge(&r, now);
        lifecycle_stage(&r, PXED_STAGE_SCRIPT, PXED_WHY_OK, now);
        lifecycle_stage(&r, PXED_STAGE_KERNEL, PXED_WHY_OK, now);
        ck_assert(!lifecycle_tick(&r, TIMEOUT, now + TIMEOUT * 10)); /* an unused right has no end */
        ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_OK);
    }
    ck_assert_uint_eq(r.tries, 1);
}
END_TEST

START_TEST(delivery_spends_once) {
    struct lifecycle_record r = armed(2);
    ck_assert(lifecycle_delivered(&r, T0 + 1));
    ck_assert_uint_eq(r.tries, 1);
    ck_assert(!lifecycle_delivered(&r, T0 + 2)); /* the installer reads its file twice */
    ck_assert_uint_eq(r.tries, 1);
    ck_assert_int_eq(r.state_at, T0 + 1);
}
END_TEST

START_TEST(the_first_event_spends) {
    struct lifecycle_record r = armed(1);
    ck_assert(event(&r, "installing", T0 + 5));
    ck_assert_uint_eq(r.tries, 0);
    ck_assert(r.reported);
    ck_assert_int_eq(r.event_at, T0 + 5);
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_ALREADY_SPENT);
}
END_TEST

START_TEST(a_step_is_a_first_event_too) {
    struct lifecycle_record r = armed(1);
    ck_assert(event(&r, "formatted", T0 + 5));
    ck_assert_int_eq(r.state, LIFECYCLE_INSTALLING);
    ck_assert_str_eq(r.step, "formatted");
    ck_assert(!r.on_disk);
    event(&r, "bootable", T0 + 6);
    ck_assert_str_eq(r.step, "bootable");
    ck_assert(r.on_disk);
    event(&r, "formatted", T0 + 7); /* a late word does not take the disk back */
    ck_assert(r.on_disk);
}
END_TEST

START_TEST(the_end_while_armed_counts_for_this_arming_only) {
    static const char *const words[] = {"installed", "failed"};
    for (int w = 0; w < 2; w++) {
        struct lifecycle_record r = armed(1);
        r.boot_at = T0 - HOUR;
        r.script_at = T0 - 1; /* the script of the boot before it was armed */
        ck_assert(!event(&r, words[w], T0 + 1));
        ck_assert_int_eq(r.state, LIFECYCLE_ARMED);
        ck_assert_uint_eq(r.tries, 1);
        r.script_at = 0;
        ck_assert(!event(&r, words[w], T0 + 1));
        lifecycle_stage(&r, PXED_STAGE_SCRIPT, PXED_WHY_OK, T0 + 2);
        ck_assert(event(&r, words[w], T0 + 3)); /* an operator's own script installed it from elsewhere */
        ck_assert_int_eq(r.state, w == 0 ? LIFECYCLE_INSTALLED : LIFECYCLE_FAILED);
        ck_assert_uint_eq(r.tries, 0);
    }
}
END_TEST

START_TEST(repeated_events_are_harmless) {
    struct lifecycle_record r = armed(1);
    event(&r, "installing", T0 + 1);
    ck_assert(event(&r, "installing", T0 + 2)); /* it lives: the clock of the timeout begins anew */
    ck_assert_int_eq(r.event_at, T0 + 2);
    ck_assert(event(&r, "installed", T0 + 3));
    ck_assert(!event(&r, "installed", T0 + 4));
    ck_assert(!event(&r, "failed", T0 + 5));
    ck_assert(!event(&r, "installing", T0 + 6));
    ck_assert_int_eq(r.state, LIFECYCLE_INSTALLED);
    ck_assert_int_eq(r.state_at, T0 + 3);
    ck_assert_str_eq(r.fail, "");
}
END_TEST

START_TEST(a_failure_keeps_its_reason) {
    struct lifecycle_record r = armed(1);
    event(&r, "installing", T0);
    event(&r, "failed", T0 + 1);
    ck_assert_str_eq(r.fail, "DISK_NOT_BLANK");
}
END_TEST

START_TEST(a_late_word_ends_the_doubt) {
    static const enum column columns[] = {COL_UNCONFIRMED, COL_STALLED};
    for (int c = 0; c < 2; c++) {
        struct lifecycle_record r = in_state(columns[c]);
        ck_assert(event(&r, "installing", later));
        ck_assert_int_eq(r.state, LIFECYCLE_INSTALLING);
        ck_assert(event(&r, "installed", later + 1));
        ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_INSTALLED);
    }
}
END_TEST

START_TEST(silence_counts_from_the_last_word) {
    struct lifecycle_record r = armed(1);
    event(&r, "installing", T0);
    event(&r, "formatted", T0 + HOUR);
    ck_assert(!lifecycle_tick(&r, TIMEOUT, T0 + TIMEOUT));
    ck_assert(!lifecycle_tick(&r, TIMEOUT, T0 + HOUR + TIMEOUT - 1));
    ck_assert(lifecycle_tick(&r, TIMEOUT, T0 + HOUR + TIMEOUT));
    ck_assert_int_eq(r.state, LIFECYCLE_STALLED);
}
END_TEST

START_TEST(silence_after_delivery_is_unconfirmed) {
    struct lifecycle_record r = armed(1);
    lifecycle_delivered(&r, T0);
    ck_assert(!lifecycle_tick(&r, TIMEOUT, T0 + TIMEOUT - 1));
    ck_assert(lifecycle_tick(&r, TIMEOUT, T0 + TIMEOUT));
    ck_assert_int_eq(r.state, LIFECYCLE_UNCONFIRMED);
    ck_assert_int_eq(r.state_at, T0 + TIMEOUT);
}
END_TEST

/* --- further tries --- */

static const struct {
    const char *name, *last_word; /* NULL: none after delivery */
    enum lifecycle_state after_boot;
} tries[] = {
    {"no word at all", NULL, LIFECYCLE_ARMED},
    {"it failed", "failed", LIFECYCLE_ARMED},
    {"it still runs: a reboot in the middle is no failure", "installing", LIFECYCLE_INSTALLING},
    {"it is done", "installed", LIFECYCLE_INSTALLED},
};

START_TEST(a_further_try) {
    struct lifecycle_record r = armed(2);
    lifecycle_delivered(&r, T0);
    if (tries[_i].last_word)
        event(&r, tries[_i].last_word, T0 + 1);
    lifecycle_judge(&r, T0 + HOUR);
    ck_assert_msg(r.state == tries[_i].after_boot, "%s: %s", tries[_i].name, state_name(r.state));
    bool again = tries[_i].after_boot == LIFECYCLE_ARMED;
    ck_assert_int_eq(r.tries, tries[_i].after_boot == LIFECYCLE_INSTALLED ? 0 : 1);
    ck_assert(!again || (lifecycle_open(&r) && !r.reported && !r.on_disk));
    ck_assert((lifecycle_wants(&r, &plain) == PXED_WHY_OK) == again);
}
END_TEST

START_TEST(a_try_begins_at_power_on_only) {
    struct lifecycle_record r = armed(2);
    event(&r, "installing", T0);
    event(&r, "failed", T0 + 1);
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_INSTALL_FAILED);
    lifecycle_tick(&r, TIMEOUT, T0 + 10 * TIMEOUT);
    lifecycle_stage(&r, PXED_STAGE_SCRIPT, PXED_WHY_OK, T0 + 2);
    lifecycle_delivered(&r, T0 + 3);
    ck_assert_int_eq(r.state, LIFECYCLE_FAILED);
    lifecycle_judge(&r, T0 + HOUR);
    ck_assert_int_eq(r.state, LIFECYCLE_ARMED);
    lifecycle_delivered(&r, T0 + HOUR);
    lifecycle_judge(&r, T0 + 2 * HOUR);
    ck_assert_int_eq(r.state, LIFECYCLE_UNCONFIRMED); /* that was the last */
}
END_TEST

START_TEST(two_installs_of_one_machine) { /* the whole story once, in order */
    struct lifecycle_record r = armed(1);
    lifecycle_judge(&r, T0 + 10);
    for (int s = PXED_STAGE_DISCOVERED; s <= PXED_STAGE_ANSWER; s++)
        ck_assert(lifecycle_stage(&r, (enum pxed_stage)s, PXED_WHY_OK, T0 + 20));
    ck_assert(lifecycle_delivered(&r, T0 + 30));
    ck_assert(event(&r, "installing", T0 + 40));
    ck_assert(event(&r, "bootable", T0 + 50));
    ck_assert(event(&r, "installed", T0 + 60));
    ck_assert(!lifecycle_open(&r)); /* token and files are dead */
    lifecycle_judge(&r, T0 + HOUR);
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_INSTALLED);
    lifecycle_arm(&r, LIFECYCLE_ANY, PXED_SLICE("debian-12"), 1, token, PXED_SLICE("uid 0"), T0 + 2 * HOUR);
    ck_assert(!event(&r, "installed", T0 + 2 * HOUR)); /* the old system's late word */
    ck_assert_int_eq(lifecycle_wants(&r, &plain), PXED_WHY_OK);
}
END_TEST

int main(void) {
    Suite *s = suite_create("lifecycle");
    TCase *t = tcase_create("rules");
    tcase_add_loop_test(t, state_table, 0, COUNT(inputs));
    tcase_add_test(t, no_walk_arms);
    tcase_add_test(t, tries_bound_installers);
    tcase_add_loop_test(t, wants, 0, COUNT(wanted));
    tcase_add_test(t, never_seen_wants_its_disk);
    tcase_add_test(t, protect_takes_effect_after_arming);
    tcase_add_test(t, a_command_arms_any);
    tcase_add_test(t, long_texts_are_cut);
    tcase_add_test(t, an_unused_arming_follows_the_os_id);
    tcase_add_test(t, a_used_arming_does_not_follow);
    tcase_add_test(t, a_removed_line_takes_the_unused_right);
    tcase_add_test(t, a_removed_line_stops_nothing_that_runs);
    tcase_add_test(t, a_held_line_is_forgotten_with_it);
    tcase_add_test(t, due_is_when_it_ends);
    tcase_add_test(t, retries_are_free_until_delivery);
    tcase_add_test(t, delivery_spends_once);
    tcase_add_test(t, the_first_event_spends);
    tcase_add_test(t, a_step_is_a_first_event_too);
    tcase_add_test(t, the_end_while_armed_counts_for_this_arming_only);
    tcase_add_test(t, repeated_events_are_harmless);
    tcase_add_test(t, a_failure_keeps_its_reason);
    tcase_add_test(t, a_late_word_ends_the_doubt);
    tcase_add_test(t, silence_counts_from_the_last_word);
    tcase_add_test(t, silence_after_delivery_is_unconfirmed);
    tcase_add_loop_test(t, a_further_try, 0, COUNT(tries));
    tcase_add_test(t, a_try_begins_at_power_on_only);
    tcase_add_test(t, two_installs_of_one_machine);
    suite_add_tcase(s, t);
    return suite_run(s);
}
