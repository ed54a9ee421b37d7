/* Words and tables of the live commands. */
#include "table.h"
#include "text.h"

#include <stdio.h>

#include "suite.h"

START_TEST(texts) {
    char s[TEXT_SHORT], line[TEXT_LINE];
    ck_assert_str_eq(text_age(0, 5000, s), "");
    ck_assert_str_eq(text_age(1000, 13500, s), "12s");
    ck_assert_str_eq(text_age(9000, 1000, s), "0s");
    ck_assert_str_eq(text_age(1, 3 * 3600000 + 20 * 60000 + 1, s), "3h 20m");
    ck_assert_str_eq(text_age(1, 5 * 86400000LL + 1, s), "5d");
    ck_assert_str_eq(text_elapsed(-1, s), "+0.0s");
    ck_assert_str_eq(text_elapsed(5249, s), "+5.2s");
    ck_assert_str_eq(text_elapsed(65000, s), "+1m05s");
    ck_assert_str_eq(text_elapsed(7380000, s), "+2h03m");
    ck_assert_str_eq(text_left(1e300, s), "-");
    ck_assert_str_eq(text_bytes(999, s), "999 B");
    ck_assert_str_eq(text_bytes(1000, s), "1.0 kB");
    ck_assert_str_eq(text_bytes(999960, s), "1.0 MB");
    ck_assert_str_eq(text_bytes(18446744073709551615.0, s), "18.4 EB");
    ck_assert_str_eq(text_bar(0, 12, s), "[          ]");
    ck_assert_str_eq(text_bar(0.5, 12, s), "[====>     ]");
    ck_assert_str_eq(text_bar(7, 12, s), "[==========]");
    ck_assert_uint_eq(strlen(text_bar(0.1, 1000, s)), TEXT_SHORT - 1);
    ck_assert_str_eq(text_cure("pxed arm HOST to; HOST", "web01", line), "pxed arm web01 to; web01");
    ck_assert_str_eq(text_clean("a\tb\x1b[31m\xc2\x9b\xff\xc3\xa9", line, sizeof(line)), "a?b?[31m???\xc3\xa9");
    ck_assert_str_eq(text_clean("abcdef", line, 4), "abc");
    ck_assert_str_eq(text_clean("ab\xc3\xa9", line, 4), "ab");
    ck_assert_uint_eq(text_columns("\xc3\xa9\xe2\x82\xac"), 2);
    ck_assert_str_eq(text_tail("/boot/os/initrd.img", 12, line), "..initrd.img");
    ck_assert_str_eq(text_tail("abc", 3, line), "abc");
    ck_assert_str_eq(text_tail("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3, line), "..\xc3\xa9");
    text_cut(strcpy(line, "\xc3\xa9"
                          "bc"),
             2);
    ck_assert_str_eq(line, "\xc3\xa9"
                           "b");
    text_cut(strcpy(line, "abc"), 3);
    ck_assert_str_eq(line, "abc");
}
END_TEST

START_TEST(table) {
    static const char *const heads[] = {"A", "LONG", "LAST", NULL};
    static char output[65536];
    struct table t;
    FILE *out = tmpfile();
    table_begin(&t, heads);
    table_cell(&t, TABLE_GOOD, "%s", "\xc3\xa9\xc3\xa9\xc3\xa9");
    table_cell(&t, TABLE_BAD, "%d", 7);
    table_cell(&t, TABLE_PLAIN, "%s", "x\ny");
    table_cell(&t, TABLE_PLAIN, "%s", "");
    table_cell(&t, TABLE_PLAIN, "%s", "");
    table_cell(&t, TABLE_PLAIN, "%s", "");
    table_end(&t, out);
    rewind(out);
    output[fread(output, 1, sizeof(output) - 1, out)] = '\0';
    fclose(out);
    ck_assert_str_eq(output, "A    LONG  LAST\n"
                             "\xc3\xa9\xc3\xa9\xc3\xa9  7     x?y\n"
                             "           \n");
}
END_TEST

int main(void) {
    Suite *s = suite_create("texts of live commands");
    TCase *t = tcase_create("all");
    tcase_add_test(t, texts);
    tcase_add_test(t, table);
    suite_add_tcase(s, t);
    return suite_run(s);
}
