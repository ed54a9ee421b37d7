#include "pxed/diag.h"

#include <check.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

START_TEST(test_list) {
    struct pxed_diags d = {0};
    char file[] = "bad.ini";
    for (unsigned i = 0; i < 100; i++)
        pxed_diag_add(&d, i % 4 ? PXED_WARNING : PXED_ERROR, i % 2 ? file : NULL, i, "line %u: %s", i, "wrong");
    file[0] = 'X'; /* the list has its own copy */

    ck_assert_uint_eq(d.n, 100);
    ck_assert_uint_eq(d.errors, 25);
    ck_assert_uint_eq(d.warnings, 75);
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_uint_eq(d.items[i].line, i);
        ck_assert((d.items[i].severity == PXED_ERROR) == (i % 4 == 0));
        if (i % 2)
            ck_assert_str_eq(d.items[i].file, "bad.ini");
        else
            ck_assert_ptr_null(d.items[i].file);
    }
    ck_assert_str_eq(d.items[42].text, "line 42: wrong");

    pxed_diags_clear(&d);
    ck_assert(d.n == 0 && d.errors == 0 && d.items == NULL);
    pxed_diag_add(&d, PXED_ERROR, NULL, 0, "again");
    ck_assert_str_eq(d.items[0].text, "again");
    pxed_diags_clear(&d);
}
END_TEST

static const char *const keys[] = {"range", "router", "interface", "dns", "lease-time", "tftp-root", "os", NULL};

static const struct {
    const char *name, *word, *nearest;
} words[] = {
    {"a letter missing", "rang", "range"},
    {"a letter too many", "rangee", "range"},
    {"another letter", "runge", "range"},
    {"neighbours swapped", "rnage", "range"},
    {"two swaps in a long word", "inetrfaec", "interface"},
    {"other case", "ROUTER", "router"},
    {"underscore for hyphen", "lease_time", "lease-time"},
    {"hyphen missing", "tftproot", "tftp-root"},
    {"short word, one error", "dnz", "dns"},
    {"short word, two errors", "dxz", NULL},
    {"two letters: no guess", "oz", NULL},
    {"the word itself", "dns", "dns"},
    {"nothing near", "hostname", NULL},
    {"empty", "", NULL},
};

START_TEST(test_nearest) {
    const char *nearest = pxed_nearest(pxed_slice_of(words[_i].word), keys);
    bool same = words[_i].nearest ? nearest && !strcmp(nearest, words[_i].nearest) : !nearest;
    ck_assert_msg(same, "%s: %s", words[_i].name, nearest ? nearest : "(none)");
}
END_TEST

START_TEST(test_nearest_takes_the_best) {
    const char *const near[] = {"nodes", "node1x", "node1", NULL};
    ck_assert_str_eq(pxed_nearest(PXED_SLICE("node1"), near), "node1");
    ck_assert_str_eq(pxed_nearest(PXED_SLICE("nodez"), near), "nodes"); /* the first of equals */
}
END_TEST

START_TEST(test_nearest_long_words) {
    char word[65], candidate[65];
    const char *const one[] = {candidate, NULL};
    memset(word, 'a', sizeof(word));
    memset(candidate, 'a', sizeof(candidate));
    candidate[64] = '\0';
    ck_assert_ptr_eq(pxed_nearest(pxed_slice(word, 64), one), candidate);
    ck_assert_ptr_null(pxed_nearest(pxed_slice(word, 65), one));
    ck_assert_ptr_null(pxed_nearest(PXED_SLICE("x"), (const char *const[]){NULL}));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("diag");
    TCase *tests = tcase_create("diag");
    tcase_add_test(tests, test_list);
    tcase_add_loop_test(tests, test_nearest, 0, COUNT(words));
    tcase_add_test(tests, test_nearest_takes_the_best);
    tcase_add_test(tests, test_nearest_long_words);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
