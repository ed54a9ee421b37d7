/* Whether a machine gets to its disk through a loader: every rule a row of boots. */
#include "exits.h"

#include "lifecycle.h"
#include "suite.h"

enum { MINUTE = 60 * 1000, NOT_SENT = -1 };

enum what { END, NEXT, GOES_ON, UP };

/* How long after it was sent to its disk the next boot begins; or, before that, a system asks for its address. */
struct boot {
    int after;
    enum what then;
};

static const struct {
    const char *what;
    struct boot boots[8];
    bool good;
    unsigned back;
} rows[] = {
    {"nothing was seen", {{0, END}}, false, 0},
    {"it was not sent there", {{NOT_SENT, NEXT}}, false, 0},
    {"it stayed away", {{10 * MINUTE, NEXT}}, true, 0},
    {"just long enough", {{EXITS_SOON_MS, NEXT}}, true, 0},
    {"it came back", {{MINUTE, NEXT}}, false, 1},
    {"twice", {{MINUTE, NEXT}, {EXITS_SOON_MS - 1, NEXT}}, false, 2},
    {"a system asked for its address before", {{MINUTE, NEXT}, {0, UP}, {MINUTE, NEXT}}, true, 0},
    {"in that boot alone", {{0, UP}, {MINUTE, NEXT}, {MINUTE, NEXT}}, true, 1},
    {"it ran for long, and then it comes back",
     {{0, UP}, {9 * MINUTE, NEXT}, {MINUTE, NEXT}, {MINUTE, NEXT}, {MINUTE, NEXT}},
     false,
     3},
    {"what worked once is forgiven two returns", {{9 * MINUTE, NEXT}, {MINUTE, NEXT}, {MINUTE, NEXT}}, true, 2},
    {"and not three", {{9 * MINUTE, NEXT}, {MINUTE, NEXT}, {MINUTE, NEXT}, {MINUTE, NEXT}}, false, 3},
    {"what stays away in between starts again", {{MINUTE, NEXT}, {9 * MINUTE, NEXT}, {MINUTE, NEXT}}, true, 1},
    {"the firmware's next try is no return", {{MINUTE, GOES_ON}, {MINUTE, GOES_ON}}, false, 0},
    {"nor does it show that it came up", {{9 * MINUTE, GOES_ON}}, false, 0},
};

START_TEST(row) {
    struct exits e = {0};
    for (const struct boot *b = rows[_i].boots; b->then != END; b++) {
        if (b->then != UP) {
            exits_power_on(&e, b->after, b->then == GOES_ON);
            continue;
        }
        ck_assert(exits_comes_up(&e));
        ck_assert(!exits_comes_up(&e));
    }
    ck_assert_msg(e.good == rows[_i].good && e.back == rows[_i].back, "%s: good %d, back %u", rows[_i].what, e.good,
                  e.back);
}
END_TEST

static const struct {
    struct exits e;
    bool ours, tries;
    enum pxed_reason reason;
} judged[] = {
    {{.back = 0}, false, false, PXED_WHY_IDLE_UNSEEN},
    {{.good = true}, false, false, PXED_WHY_OK},
    {{.good = true, .back = 2}, false, false, PXED_WHY_OK},
    {{.back = 0}, true, false, PXED_WHY_OK},
    {{.back = 2}, true, false, PXED_WHY_OK},
    {{.back = 3}, true, false, PXED_WHY_IDLE_CAME_BACK},
    {{.back = 2}, false, false, PXED_WHY_IDLE_UNSEEN},
    {{.back = 3}, false, false, PXED_WHY_IDLE_CAME_BACK},
    {{.back = 3}, true, true, PXED_WHY_OK},
    {{.back = 0}, false, true, PXED_WHY_OK},
};

START_TEST(judge) {
    ck_assert_int_eq(exits_judge(&judged[_i].e, judged[_i].ours, judged[_i].tries), judged[_i].reason);
}
END_TEST

/* A reinstalled machine gets its chance again, and what its firmware was seen to do is kept. */
START_TEST(forgotten) {
    struct exits e = {.back = 3}, good = {.good = true, .back = 1};
    exits_forget(&e);
    exits_forget(&good);
    ck_assert_int_eq(exits_judge(&e, true, false), PXED_WHY_OK);
    ck_assert(good.good && good.back == 0);
}
END_TEST

/* Of a record: whatever an installation came to, it went through our loader. */
START_TEST(of_a_record) {
    for (int state = 0; state < LIFECYCLE_STATE_COUNT; state++) {
        struct lifecycle_record r = {.state = (enum lifecycle_state)state};
        ck_assert_int_eq(lifecycle_exit(&r), state == LIFECYCLE_NONE ? PXED_WHY_IDLE_UNSEEN : PXED_WHY_OK);
        r.exits.back = EXITS_BACK;
        ck_assert_int_eq(lifecycle_exit(&r), PXED_WHY_IDLE_CAME_BACK);
        r.tries = 1; /* --tries: the next attempt begins when it asks */
        ck_assert_int_eq(lifecycle_exit(&r), PXED_WHY_OK);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("exits");
    TCase *t = tcase_create("exits");
    tcase_add_loop_test(t, row, 0, COUNT(rows));
    tcase_add_loop_test(t, judge, 0, COUNT(judged));
    tcase_add_test(t, forgotten);
    tcase_add_test(t, of_a_record);
    suite_add_tcase(s, t);
    return suite_run(s);
}
