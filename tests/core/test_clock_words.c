/* What installers say when their clock is wrong, and what is not the clock's fault. */
#include "clock_words.h"

#include <stdio.h>

#include "suite.h"

#define NOW  1764547200
#define LINE "\\x0a"

static const struct {
    const char *text, *line;
} rows[] = {
    {"reason=PACKAGES_FAILED body=\"clock: 1546300800" LINE "Get:1 http://deb" LINE
     "E: Release file for http://deb/dists/x/InRelease is not valid yet (invalid for another 7y). Updates" LINE
     "E: end\"",
     "E: Release file for http://deb/dists/x/InRelease is not valid yet (invalid for another 7y). Updates"},
    {"body=\"gpg: key 1 was created 216 seconds in the future (time warp or clock problem)\"",
     "body=\"gpg: key 1 was created 216 seconds in the future (time warp or clock problem)\""},
    /* Its clock is right: then the mirror's is wrong. */
    {"body=\"clock: 1764547190" LINE "E: Release file for x is not valid yet\"", ""},
    {"body=\"clock: 1764550000" LINE "E: Release file for x is not valid yet\"", ""},
    {"body=\"clock: 1764540000" LINE "curl: (60) SSL certificate problem: certificate is not yet valid\"",
     "curl: (60) SSL certificate problem: certificate is not yet valid\""},
    /* Only who is ahead sees as over what is not. */
    {"body=\"clock: 1764540000" LINE "certificate has expired\"", ""},
    {"body=\"certificate has expired\"", ""},
    {"body=\"clock: 2064540000" LINE "certificate has expired" LINE "\"", "certificate has expired"},
    {"body=\"clock: 2064540000" LINE "kinit: Clock skew too great while getting initial credentials" LINE "\"",
     "kinit: Clock skew too great while getting initial credentials"},
    {"body=\"clock: 1764547260" LINE "kinit: Clock skew too great while getting initial credentials" LINE "\"", ""},
    {"body=\"clock: later" LINE "the mirror does not answer\"", ""},
    {"body=\"clock: 99999999999999999999" LINE "is not valid yet" LINE "\"", "is not valid yet"},
    {"", ""},
    {LINE LINE "\\x0", ""},
};

START_TEST(lines) {
    struct clock_words w = clock_words_read(pxed_slice_of(rows[_i].text), NOW);
    ck_assert_msg(pxed_slice_is(w.line, rows[_i].line), "%s: '%.*s'", rows[_i].text, PXED_S(w.line));
}
END_TEST

START_TEST(time_told) {
    struct clock_words w =
        clock_words_read(PXED_SLICE("reason=X disk already cleared body=\"clock: 1764547100\""), NOW);
    ck_assert(w.told);
    ck_assert_int_eq(w.ahead, -100);
    w = clock_words_read(PXED_SLICE("body=\"no clock: 5\""), NOW);
    ck_assert(!w.told);
    ck_assert_int_eq(w.ahead, 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("clock_words");
    TCase *t = tcase_create("clock_words");
    tcase_add_loop_test(t, lines, 0, COUNT(rows));
    tcase_add_test(t, time_told);
    suite_add_tcase(s, t);
    return suite_run(s);
}
