#include "pxed/path.h"

#include <check.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

enum { TFTP = PXED_PATH_BACKSLASH, HTTP = PXED_PATH_PERCENT, BOTH = TFTP | HTTP };

static const struct {
    const char *name, *raw;
    unsigned flags;
    const char *normal; /* NULL: refused */
} paths[] = {
    {"plain", "boot/gpxe", 0, "boot/gpxe"},
    {"leading slash", "/boot/gpxe", 0, "boot/gpxe"},
    {"root", "/", 0, ""},
    {"empty", "", 0, ""},
    {"many slashes", "//boot///x//", 0, "boot/x"},
    {"dots", "./boot/./x/.", 0, "boot/x"},
    {"only dot", ".", 0, ""},
    {"hidden file", ".well-known", 0, ".well-known"},
    {"three dots", ".../x", 0, ".../x"},
    {"dots inside", "a..b/..c", 0, "a..b/..c"},
    {"up", "../etc/passwd", 0, NULL},
    {"up inside", "boot/../../etc", 0, NULL},
    {"up at end", "boot/..", 0, NULL},
    {"up and back is refused too", "boot/../boot", 0, NULL},
    {"escapes stay without flag", "a%2fb", 0, "a%2fb"},
    {"escaped letter", "%61%62", HTTP, "ab"},
    {"escaped colon", "08%3A00", HTTP, "08:00"},
    {"escaped slash separates", "a%2Fb", HTTP, "a/b"},
    {"escaped up", "%2e%2e/etc", HTTP, NULL},
    {"all escaped up", "a%2f%2E%2e%2fb", HTTP, NULL},
    {"decoded once only", "%252e%252e/x", HTTP, "%2e%2e/x"},
    {"escaped NUL", "a%00b", HTTP, NULL},
    {"escaped newline", "a%0ab", HTTP, NULL},
    {"escaped DEL", "a%7f", HTTP, NULL},
    {"cut escape", "a%2", HTTP, NULL},
    {"lone percent", "a%", HTTP, NULL},
    {"bad escape", "a%zz", HTTP, NULL},
    {"plus is plus", "a+b", HTTP, "a+b"},
    {"control byte", "a\tb", 0, NULL},
    {"UTF-8", "gr\xc3\xbc\xc3\x9f", 0, "gr\xc3\xbc\xc3\x9f"},
    {"backslash stays without flag", "\\Boot\\BCD", 0, "\\Boot\\BCD"},
    {"backslashes", "\\Boot\\\\BCD", TFTP, "Boot/BCD"},
    {"backslash up", "a\\..\\b", TFTP, NULL},
    {"mixed up", "a/..\\b", TFTP, NULL},
    {"escaped backslash up", "a%5c..%5Cb", BOTH, NULL},
    {"blank stays", "a b", 0, "a b"},
};

START_TEST(test_normalise) {
    char text[PXED_PATH_MAX];
    struct pxed_buf out = PXED_BUF(text);
    int rc = pxed_path_normalise(pxed_slice_of(paths[_i].raw), paths[_i].flags, &out);
    ck_assert_msg(rc == (paths[_i].normal ? 0 : -1), "%s: %d", paths[_i].name, rc);
    ck_assert_msg(pxed_slice_is(pxed_buf_slice(&out), paths[_i].normal), "%s: %.*s", paths[_i].name,
                  PXED_S(pxed_buf_slice(&out)));
}
END_TEST

START_TEST(test_nul_byte) {
    char text[16];
    struct pxed_buf out = PXED_BUF(text);
    ck_assert_int_eq(pxed_path_normalise(pxed_slice("a\0b", 3), 0, &out), -1);
    ck_assert_int_eq(pxed_path_normalise(PXED_NO_SLICE, 0, &out), 0);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(test_longest) {
    char raw[PXED_PATH_MAX + 2], text[PXED_PATH_MAX];
    struct pxed_buf out = PXED_BUF(text);
    memset(raw, 'a', sizeof(raw));
    raw[0] = '/';
    ck_assert_int_eq(pxed_path_normalise(pxed_slice(raw, PXED_PATH_MAX), 0, &out), 0);
    ck_assert_uint_eq(strlen(pxed_buf_cstr(&out)), PXED_PATH_MAX - 1);
    out.len = 0;
    ck_assert_int_eq(pxed_path_normalise(pxed_slice(raw, PXED_PATH_MAX + 1), 0, &out), -1);
}
END_TEST

START_TEST(test_small_room) {
    char text[4];
    struct pxed_buf out = PXED_BUF(text);
    ck_assert_int_eq(pxed_path_normalise(PXED_SLICE("boot/gpxe"), 0, &out), 0);
    ck_assert(pxed_buf_full(&out));
    ck_assert_uint_eq(out.len, 9);
}
END_TEST

static const struct {
    const char *name, *raw;
    bool plus;
    const char *text;
} escapes[] = {
    {"nothing", "abc", true, "abc"},    {"empty", "", true, ""},
    {"plus", "a+b", true, "a b"},       {"plus kept", "a+b", false, "a+b"},
    {"escaped plus", "%2b", true, "+"}, {"both cases", "%3a%3A", true, "::"},
    {"cut", "ab%4", true, NULL},        {"bad", "ab%-1", true, NULL},
};

START_TEST(test_decode) {
    char text[32];
    struct pxed_buf out = PXED_BUF(text);
    pxed_buf_str(&out, "x");
    bool ok = pxed_percent_decode(pxed_slice_of(escapes[_i].raw), escapes[_i].plus, &out);
    ck_assert_msg(ok == (escapes[_i].text != NULL), "%s", escapes[_i].name);
    ck_assert_msg(pxed_slice_is(pxed_slice_skip(pxed_buf_slice(&out), 1), ok ? escapes[_i].text : ""), "%s",
                  escapes[_i].name);
}
END_TEST

static const struct {
    const char *name, *query, *key, *value; /* value NULL: absent */
} queries[] = {
    {"first", "a=1&b=2", "a", "1"},
    {"second", "a=1&b=2", "b", "2"},
    {"absent", "a=1&b=2", "c", NULL},
    {"empty query", "", "a", NULL},
    {"empty value", "a=&b=2", "a", ""},
    {"no equals", "a&b=2", "a", ""},
    {"prefix of another", "ab=1&a=2", "a", "2"},
    {"equals in value", "a=b=c", "a", "b=c"},
    {"first wins", "a=1&a=2", "a", "1"},
    {"empty pairs", "&&a=1&", "a", "1"},
    {"still encoded", "mac=08%3A00+", "mac", "08%3A00+"},
};

START_TEST(test_query) {
    struct pxed_slice value = PXED_NO_SLICE;
    bool ok = pxed_query_get(pxed_slice_of(queries[_i].query), queries[_i].key, &value);
    ck_assert_msg(ok == (queries[_i].value != NULL), "%s", queries[_i].name);
    ck_assert_msg(!ok || value.ptr, "%s: unset", queries[_i].name);
    ck_assert_msg(pxed_slice_is(value, queries[_i].value), "%s: %.*s", queries[_i].name, PXED_S(value));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("path");
    TCase *tests = tcase_create("path");
    tcase_add_loop_test(tests, test_normalise, 0, COUNT(paths));
    tcase_add_test(tests, test_nul_byte);
    tcase_add_test(tests, test_longest);
    tcase_add_test(tests, test_small_room);
    tcase_add_loop_test(tests, test_decode, 0, COUNT(escapes));
    tcase_add_loop_test(tests, test_query, 0, COUNT(queries));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
