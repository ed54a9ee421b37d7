/* The ladder of ways: every rule a row of boots. */
#include <stdio.h>

#include "suite.h"
#include "ways.h"

static const char *const names[] = {"plain", "file", "4011"};

enum outcome { END, TAKES, NOTHING, UNTOLD };
struct boot {
    const char *told;
    enum outcome then;
};

static const struct {
    const char *what;
    size_t n;
    const char *model;
    struct boot boots[12];
} rows[] = {
    {"the first that is taken is kept", 3, "", {{"plain", TAKES}, {"plain", TAKES}, {"plain", TAKES}}},
    {"two boots in vain, then the next",
     3,
     "",
     {{"plain", NOTHING}, {"plain", NOTHING}, {"file", TAKES}, {"file", TAKES}}},
    {"one is forgiven", 3, "", {{"plain", NOTHING}, {"plain", TAKES}, {"plain", NOTHING}, {"plain", TAKES}}},
    {"a boot that was told nothing counts neither way",
     3,
     "",
     {{"plain", NOTHING}, {"plain", UNTOLD}, {"plain", NOTHING}, {"file", TAKES}}},
    {"around and around",
     3,
     "",
     {{"plain", NOTHING},
      {"plain", NOTHING},
      {"file", NOTHING},
      {"file", NOTHING},
      {"4011", NOTHING},
      {"4011", NOTHING},
      {"plain", TAKES}}},
    {"what its model took is first",
     3,
     "4011",
     {{"4011", TAKES}, {"4011", NOTHING}, {"4011", NOTHING}, {"plain", TAKES}}},
    {"a model's way that is none any more", 3, "menu", {{"plain", TAKES}}},
    {"there is one", 1, "", {{"plain", NOTHING}, {"plain", NOTHING}, {"plain", NOTHING}}},
};

START_TEST(row) {
    struct ways w = {0};
    for (size_t i = 0; rows[_i].boots[i].then != END; i++) {
        const struct boot *b = &rows[_i].boots[i];
        bool moved, again;
        ways_power_on(&w);
        if (b->then == UNTOLD)
            continue;
        size_t at = ways_choose(&w, names, rows[_i].n, rows[_i].model, &moved);
        ck_assert_msg(strcmp(names[at], b->told) == 0, "%s: boot %zu: %s", rows[_i].what, i, names[at]);
        ck_assert_uint_eq(ways_choose(&w, names, rows[_i].n, rows[_i].model, &again), at);
        ck_assert(!again);
        if (b->then == TAKES) {
            ck_assert(ways_takes(&w) && !ways_takes(&w) && w.good && w.silent == 0);
        }
    }
}
END_TEST

START_TEST(the_table_was_changed) {
    struct ways w = {0};
    bool moved;
    ways_choose(&w, names + 1, 2, "", &moved);
    ck_assert_str_eq(w.way, "file");
    ck_assert_uint_eq(ways_choose(&w, names, 1, "", &moved), 0);
    ck_assert(!moved);
    ck_assert_str_eq(w.way, "plain");
}
END_TEST

START_TEST(silence_is_told_once_a_boot) {
    struct ways w = {0};
    bool moved;
    ck_assert(!ways_power_on(&w) && !ways_takes(&w));
    ways_choose(&w, names, 3, "", &moved);
    ck_assert(ways_power_on(&w));
    ck_assert(!ways_power_on(&w));
}
END_TEST

int main(void) {
    Suite *s = suite_create("ways");
    TCase *t = tcase_create("ways");
    tcase_add_loop_test(t, row, 0, COUNT(rows));
    tcase_add_test(t, the_table_was_changed);
    tcase_add_test(t, silence_is_told_once_a_boot);
    suite_add_tcase(s, t);
    return suite_run(s);
}
