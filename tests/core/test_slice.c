#include "pxed/buf.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define S(cstr)      pxed_slice_of(cstr)

static const struct {
    const char *name, *pattern, *text;
    bool match;
} globs[] = {
    {"both empty", "", "", true},
    {"empty pattern", "", "a", false},
    {"empty text", "a", "", false},
    {"same", "node1", "node1", true},
    {"other case", "NODE*", "node1", true},
    {"shorter pattern", "node", "node1", false},
    {"longer pattern", "node1x", "node1", false},
    {"star takes nothing", "node*", "node", true},
    {"star alone", "*", "", true},
    {"stars", "***", "abc", true},
    {"star in front", "*.efi", "boot/x64.efi", true},
    {"star gives back", "*ab", "aab", true},
    {"two stars", "a*b*c", "a-b-b-c", true},
    {"two stars, no end", "a*b*c", "a-b-b-d", false},
    {"question mark", "n?de", "node", true},
    {"question mark needs one", "node?", "node", false},
    {"question mark after star", "*?", "", false},
    {"no class syntax", "[ab]", "a", false},
};

START_TEST(test_match) {
    ck_assert_msg(pxed_slice_match(S(globs[_i].pattern), S(globs[_i].text)) == globs[_i].match, "%s", globs[_i].name);
}
END_TEST

/* With naive backtracking this never ends. */
START_TEST(test_match_hostile) {
    static char pattern[200], text[4000];
    for (size_t i = 0; i < sizeof(pattern); i++)
        pattern[i] = "a*"[i % 2];
    pattern[sizeof(pattern) - 1] = 'b';
    memset(text, 'a', sizeof(text));
    ck_assert(!pxed_slice_match(pxed_slice(pattern, sizeof(pattern)), pxed_slice(text, sizeof(text))));
}
END_TEST

static const struct {
    const char *name, *text;
    uint64_t max;
    bool ok;
    uint64_t value;
} numbers[] = {
    {"zero", "0", 0, true, 0},
    {"leading zeros", "007", 10, true, 7},
    {"at the limit", "65535", 65535, true, 65535},
    {"above the limit", "65536", 65535, false, 0},
    {"one digit above", "5", 4, false, 0},
    {"largest", "18446744073709551615", UINT64_MAX, true, UINT64_MAX},
    {"overflow by one", "18446744073709551616", UINT64_MAX, false, 0},
    {"overflow by a digit", "184467440737095516150", UINT64_MAX, false, 0},
    {"empty", "", 10, false, 0},
    {"sign", "-1", 10, false, 0},
    {"plus", "+1", 10, false, 0},
    {"blank", " 1", 10, false, 0},
    {"hex", "0x1", 10, false, 0},
    {"trailing", "1k", 10, false, 0},
};

START_TEST(test_u64) {
    uint64_t value = 4711;
    bool ok = pxed_slice_u64(S(numbers[_i].text), numbers[_i].max, &value);
    ck_assert_msg(ok == numbers[_i].ok, "%s", numbers[_i].name);
    ck_assert_msg(value == (ok ? numbers[_i].value : 4711), "%s: %llu", numbers[_i].name, (unsigned long long)value);
}
END_TEST

START_TEST(test_basics) {
    struct pxed_slice none = PXED_NO_SLICE, empty = PXED_SLICE("");
    ck_assert(none.ptr == NULL && empty.ptr != NULL && pxed_slice_eq(none, empty));
    ck_assert(pxed_slice_trim(none).ptr == NULL);
    ck_assert(pxed_slice_skip(none, 3).ptr == NULL);
    ck_assert(pxed_slice_is(pxed_slice_trim(S(" \t a b\r\n")), "a b"));
    ck_assert(pxed_slice_is(pxed_slice_trim(S(" \n ")), ""));
    ck_assert(pxed_slice_is(pxed_slice_skip(S("abc"), 1), "bc") && pxed_slice_is(pxed_slice_skip(S("abc"), 9), ""));
    ck_assert(pxed_slice_is(pxed_slice_head(S("abc"), 2), "ab") && pxed_slice_is(pxed_slice_head(S("abc"), 9), "abc"));
    ck_assert(pxed_slice_starts(S("abc"), S("ab")) && !pxed_slice_starts(S("a"), S("ab")));
    ck_assert(pxed_slice_ends(S("abc"), S("bc")) && !pxed_slice_ends(S("c"), S("bc")));
    ck_assert(pxed_slice_eq_nocase(S("User-CLASS"), S("uSER-class")) && !pxed_slice_eq_nocase(S("a"), S("ab")));
    ck_assert(!pxed_slice_eq_nocase(S("["), S("{"))); /* differ by the case bit only */
}
END_TEST

START_TEST(test_find) {
    ck_assert_int_eq(pxed_slice_find(S("a.b.c"), '.', 0), 1);
    ck_assert_int_eq(pxed_slice_find(S("a.b.c"), '.', 2), 3);
    ck_assert_int_eq(pxed_slice_find(S("a.b.c"), '.', 4), -1);
    ck_assert_int_eq(pxed_slice_find(S("a.b.c"), '.', 99), -1);
    ck_assert_int_eq(pxed_slice_find(PXED_NO_SLICE, '.', 0), -1);
    ck_assert_int_eq(pxed_slice_find(pxed_slice("a\0b", 3), 'b', 0), 2);
}
END_TEST

START_TEST(test_word) {
    struct pxed_slice rest = S(", one,,two , three");
    ck_assert(pxed_slice_is(pxed_slice_word(&rest, ", "), "one"));
    ck_assert(pxed_slice_is(pxed_slice_word(&rest, ", "), "two"));
    ck_assert(pxed_slice_is(pxed_slice_word(&rest, ", "), "three"));
    ck_assert(pxed_slice_is(pxed_slice_word(&rest, ", "), ""));
    ck_assert_uint_eq(rest.len, 0);

    rest = pxed_slice("a\0b c", 5); /* NUL separates nothing */
    ck_assert_uint_eq(pxed_slice_word(&rest, " ").len, 3);
}
END_TEST

/* Vectors of the FNV authors (isthe.com/chongo/tech/comp/fnv). */
START_TEST(test_hash) {
    ck_assert(pxed_hash("", 0, 0) == 0xcbf29ce484222325u);
    ck_assert(pxed_hash("a", 1, 0) == 0xaf63dc4c8601ec8cu);
    ck_assert(pxed_hash("foobar", 6, 0) == 0x85944171f73967e8u);
    ck_assert(pxed_hash("a", 1, 1) != pxed_hash("a", 1, 0));
}
END_TEST

static void write_all(struct pxed_buf *b) {
    pxed_buf_str(b, "n=");
    pxed_buf_u64(b, 0);
    pxed_buf_byte(b, ',');
    pxed_buf_u64(b, UINT64_MAX);
    pxed_buf_add(b, PXED_NO_SLICE);
    pxed_buf_str(b, NULL);
    pxed_buf_byte(b, ' ');
    pxed_buf_hex(b, "\x08\xff\x10", 3, ":");
    pxed_buf_hex(b, "\x01\x02", 2, NULL);
}

/* Whatever the room, the logical length is that of the whole and nothing outside is touched. */
START_TEST(test_buf_every_size) {
    const char *whole = "n=0,18446744073709551615 08:ff:100102";
    for (size_t cap = 0; cap <= strlen(whole) + 1; cap++) {
        struct pxed_buf b = {cap ? malloc(cap) : NULL, cap, 0};
        write_all(&b);
        ck_assert_uint_eq(b.len, strlen(whole));
        ck_assert(pxed_buf_full(&b) == (cap < strlen(whole)));
        ck_assert(pxed_slice_eq(pxed_buf_slice(&b), pxed_slice_head(S(whole), cap)));
        if (cap > 0)
            ck_assert_uint_eq(strlen(pxed_buf_cstr(&b)), cap - 1 < strlen(whole) ? cap - 1 : strlen(whole));
        free(b.ptr);
    }
}
END_TEST

START_TEST(test_buf_escaped) {
    char text[100];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_escaped(&b, pxed_slice("a b~\n\"'\\\0\xc3\xa4\x7f", 12));
    ck_assert_str_eq(pxed_buf_cstr(&b), "a b~\\x0a\\x22\\x27\\x5c\\x00\\xc3\\xa4\\x7f");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("slice");
    TCase *tests = tcase_create("slice");
    tcase_add_loop_test(tests, test_match, 0, COUNT(globs));
    tcase_add_test(tests, test_match_hostile);
    tcase_add_loop_test(tests, test_u64, 0, COUNT(numbers));
    tcase_add_test(tests, test_basics);
    tcase_add_test(tests, test_find);
    tcase_add_test(tests, test_word);
    tcase_add_test(tests, test_hash);
    tcase_add_test(tests, test_buf_every_size);
    tcase_add_test(tests, test_buf_escaped);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
