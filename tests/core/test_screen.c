/* What the machine's own screen says when it boots its disk. */
#include "screen.h"

#include "suite.h"

#define S(text)                                                                                                        \
    { .ptr = (text), .len = sizeof(text) - 1 }

static const struct {
    struct screen screen;
    const char *lines;
} rows[] = {
    {{S("10.77.0.1:8080"), S("web01"), "52:54:00:aa:00:30", PXED_WHY_NOT_ARMED, NULL},
     "pxed 10.77.0.1:8080: web01 (52:54:00:aa:00:30) boots its disk\n"
     "NOT_ARMED: the host has no right to be installed; it boots its disk\n"
     "to do: pxed arm web01"},
    {{S("s"), S("web01"), "52:54:00:aa:00:30", PXED_WHY_NO_PLAN, NULL},
     "pxed s: web01 (52:54:00:aa:00:30) boots its disk\n"
     "NO_PLAN: the profile has no plan for this firmware and loader\n"
     "to do: pxed explain web01 --firmware F"},
    {{S("s"), S("web01"), "52:54:00:aa:00:30", PXED_WHY_OS_LOCAL, NULL},
     "pxed s: web01 (52:54:00:aa:00:30) boots its disk\n"
     "OS_LOCAL: the OS id `local` is never installed"},
    {{S("s"), {0}, "52:54:00:aa:00:30", PXED_WHY_UNKNOWN_MACHINE, NULL},
     "pxed s: unknown machine (52:54:00:aa:00:30) boots its disk\n"
     "UNKNOWN_MACHINE: no line of the host file has this MAC\n"
     "to install it, a line of the host file: 52:54:00:aa:00:30, OS-ID, name=NAME"},
    {{S("s"), S("web01"), "52:54:00:aa:00:30", PXED_WHY_INSTALLED, "52:54:00:aa:00:31"},
     "pxed s: web01 (52:54:00:aa:00:30) boots its disk\n"
     "INSTALLED: the host is installed and boots its disk\n"
     "asked by 52:54:00:aa:00:31\n"
     "to do: pxed arm web01: installs it again"},
};

START_TEST(lines) {
    char text[1024];
    struct pxed_buf out = PXED_BUF(text);
    screen_write(&rows[_i].screen, &out);
    ck_assert_str_eq(pxed_buf_cstr(&out), rows[_i].lines);
}
END_TEST

/* Four at most, each reason has its lines, and what does not fit is told by the buffer. */
START_TEST(every_reason) {
    for (unsigned why = 1; why < PXED_REASON_COUNT; why++) {
        char text[1024], small[40];
        struct pxed_buf out = PXED_BUF(text), cut = PXED_BUF(small);
        struct screen screen = {S("s"), S("web01"), "52:54:00:aa:00:30", (enum pxed_reason)why, "somebody"};
        screen_write(&screen, &out);
        size_t ends = 0;
        for (const char *p = pxed_buf_cstr(&out); *p; p++)
            ends += *p == '\n';
        ck_assert(!pxed_buf_full(&out) && ends >= 2 && ends <= 3);
        screen_write(&screen, &cut);
        ck_assert(pxed_buf_full(&cut));
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("screen");
    TCase *t = tcase_create("screen");
    tcase_add_loop_test(t, lines, 0, COUNT(rows));
    tcase_add_test(t, every_reason);
    suite_add_tcase(s, t);
    return suite_run(s);
}
