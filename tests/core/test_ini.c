/* What inih would swallow silently, and what our reader makes of it: each trap is a row. */
#include "inifile.h"

#include "suite.h"
#include "tree.h"

static struct tree tree;
static struct ini ini;
static struct pxed_diags diags;

static void setup(void) {
    tree_open(&tree);
    memset(&diags, 0, sizeof(diags));
    memset(&ini, 0, sizeof(ini));
}
static void teardown(void) {
    ini_free(&ini);
    pxed_diags_clear(&diags);
    tree_close(&tree);
}

/* Every entry as "section|key|value|line\n". */
static const char *entries(void) {
    const char *all = "";
    for (size_t i = 0; i < ini.n; i++)
        all = pxed_arena_printf(&tree.arena, "%s%s|%s|%s|%u\n", all, ini.entries[i].section, ini.entries[i].key,
                                ini.entries[i].value, ini.entries[i].line);
    return all;
}

#define X10 "xxxxxxxxxx"
#define X49 X10 X10 X10 X10 "xxxxxxxxx"
#define X90 X10 X10 X10 X10 X10 X10 X10 X10 X10

static const struct {
    const char *name, *text, *entries, *complaints;
} rows[] = {
    {"plain", "[pxed]\ninterface = eth1\n", "pxed|interface|eth1|2\n", ""},
    {"no blanks, no last line end", "[pxed]\ninterface=eth1", "pxed|interface|eth1|2\n", ""},
    {"CRLF", "[pxed]\r\ninterface = eth1\r\nname = a\r\n", "pxed|interface|eth1|2\npxed|name|a|3\n", ""},
    {"byte order mark", "\xEF\xBB\xBF[pxed]\ninterface = eth1\n", "pxed|interface|eth1|2\n", ""},
    {"empty value", "[pxed]\nname =\n", "pxed|name||2\n", ""},
    {"empty file", "", "", ""},
    {"comments", "; a\n# b\n[pxed]\n; name = x\n# name = y\nname = z\n", "pxed|name|z|6\n", ""},
    {"comment behind a value", "[pxed]\nname = z ; the name\n", "pxed|name|z|2\n", ""},
    {"a semicolon without a blank stays", "[pxed]\nname = a;b\n", "pxed|name|a;b|2\n", ""},
    {"a quoted semicolon stays", "[d]\nargs = \"a ; b\" ; said\n", "d|args|a ; b|2\n", ""},
    {"# is no comment behind a value", "[d]\nargs = a # b\n", "d|args|a # b|2\n", ""},
    {"inner quotes stay", "[d]\nargs = x=\"a b\" y\n", "d|args|x=\"a b\" y|2\n", ""},
    {"two quoted words stay", "[d]\nargs = \"a\" \"b\"\n", "d|args|\"a\" \"b\"|2\n", ""},
    {"= inside a value", "[d]\nargs = a=b c=d\n", "d|args|a=b c=d|2\n", ""},
    {": inside a value", "[http]\nproxy = http://p:3128/\n", "http|proxy|http://p:3128/|2\n", ""},
    {"an indented line continues", "[pxed]\nplugins = api\n    dhcp\n\ttftp\nname = a\n",
     "pxed|plugins|api dhcp tftp|2\npxed|name|a|5\n", ""},
    {"a continuation may hold =", "[d]\nargs = a=b\n    c=d\n", "d|args|a=b c=d|2\n", ""},
    {"a continuation may hold a comment", "[d]\nargs = a\n    b ; not c\n", "d|args|a b|2\n", ""},
    {"a continuation of nothing", "[d]\nargs =\n    b\n", "d|args|b|2\n", ""},
    {"a repeated key is another item", "[pxed]\nhosts = a\nhosts = b\n", "pxed|hosts|a|2\npxed|hosts|b|3\n", ""},
    {"an empty line ends nothing", "[pxed]\nhosts = a\n\n    b\n", "pxed|hosts|a b|2\n", ""},
    {"an indented comment is a comment", "[pxed]\nhosts = a\n    ; b\nname = c\n", "pxed|hosts|a|2\npxed|name|c|4\n",
     ""},
    {"an indented first key", "[pxed]\n  name = a\n", "pxed|name|a|2\n", ""},
    {"a section again", "[pxed]\nname = a\n[x]\nk = v\n[pxed]\nroot = /\n", "pxed|name|a|2\nx|k|v|4\npxed|root|/|6\n",
     ""},
    {"k : v is no pair", "[pxed]\nname : a\n", "", "error x.ini:2: expected `key = value`\n"},
    {"no =", "[pxed]\nname\nroot = /\n", "pxed|root|/|3\n", "error x.ini:2: expected `key = value`\n"},
    {"no key", "[pxed]\n= a\n", "", "error x.ini:2: expected `key = value`\n"},
    {"blanks in a section's name", "[ os  debian-12\t]\nk = v\n[os debian-12]\nl = w\n",
     "os debian-12|k|v|2\nos debian-12|l|w|4\n", ""},
    {"section not closed", "[pxed]\nname = a\n[dhcp\n", "pxed|name|a|2\n",
     "error x.ini:3: section lacks its closing `]`\n"},
    {"49 characters of section", "[" X49 "]\nk = v\n", X49 "|k|v|2\n", ""},
    {"50 characters of section", "[" X49 "y]\n", "", "error x.ini:1: section name is longer than 49 bytes\n"},
    {"198 bytes of line", "[d]\nkey3= " X90 X90 "xxxxxxxxxxxx\n", "d|key3|" X90 X90 "xxxxxxxxxxxx|2\n", ""},
    {"a longer line", "[d]\nkey3= " X90 X90 "xxxxxxxxxxxxx\nl = 1\n", "d|l|1|3\n",
     "error x.ini:2: line is longer than 198 bytes; continue it on an indented line, or use @FILE\n"},
    {"a comment may be long", "[d]\n; " X90 X90 X90 "\nl = 1\n", "d|l|1|3\n", ""},
    {"before any section", "name = a\n[pxed]\n", "",
     "error x.ini:1: key `name` is before the first [section]: move it below one\n"},
    {"all at once", "[pxed]\na\n: b\n[x\n" X90 X90 X90 "\nname = z\n", "pxed|name|z|6\n",
     "error x.ini:2: expected `key = value`\nerror x.ini:3: expected `key = value`\n"
     "error x.ini:4: section lacks its closing `]`\n"
     "error x.ini:5: line is longer than 198 bytes; continue it on an indented line, or use @FILE\n"},
};

START_TEST(traps) {
    ck_assert_int_eq(ini_load(&ini, tree_write(&tree, "x.ini", rows[_i].text), &diags), 0);
    const char *complaints = diags_text(&tree, &diags);
    ck_assert_msg(strcmp(entries(), rows[_i].entries) == 0, "%s:\n%s", rows[_i].name, entries());
    ck_assert_msg(strcmp(complaints, rows[_i].complaints) == 0, "%s:\n%s", rows[_i].name, complaints);
}
END_TEST

START_TEST(a_nul_byte) {
    static const char text[] = "[pxed]\nname = a\0b\nroot = /\n";
    ini_load(&ini, tree_write_bytes(&tree, "x.ini", text, sizeof(text) - 1), &diags);
    ck_assert_str_eq(diags_text(&tree, &diags), "error x.ini:2: line holds a NUL byte\n");
    ck_assert_str_eq(entries(), "pxed|root|/|3\n");
}
END_TEST

START_TEST(no_file) {
    ck_assert_int_eq(ini_load(&ini, tree_path(&tree, "none.ini"), &diags), -1);
    ck_assert_str_eq(diags_text(&tree, &diags), "error none.ini:0: cannot read: No such file or directory\n");
}
END_TEST

START_TEST(sections_at_their_first_place) {
    ini_load(&ini, tree_write(&tree, "x.ini", "[a]\nk = 1\n[b]\nk = 2\n[a]\nl = 3\n"), &diags);
    ck_assert_uint_eq(ini.n_sections, 2);
    ck_assert_str_eq(ini.sections[0].name, "a");
    ck_assert_str_eq(ini.sections[1].name, "b");
    ck_assert_str_eq(ini_get(&ini, "a", "l")->value, "3");
    ck_assert_ptr_null(ini_get(&ini, "b", "l"));
}
END_TEST

START_TEST(include_files) {
    tree_write(&tree, "conf.d/20-b.ini", "[http]\nport = 2\n");
    tree_write(&tree, "conf.d/10-a.ini", "[http]\ncgi = .php x\n");
    tree_write(&tree, "conf.d/30-c.txt", "[http]\nport = 3\n");
    tree_write(&tree, "one.ini", "[dhcp]\nmode = server\n");
    ini_load(&ini,
             tree_write(&tree, "x.ini", "[pxed]\nname = a\ninclude = conf.d/*.ini\ninclude = one.ini\nroot = /\n"),
             &diags);
    ck_assert_str_eq(entries(), "pxed|name|a|2\nhttp|cgi|.php x|2\nhttp|port|2|2\ndhcp|mode|server|2\npxed|root|/|5\n");
    ck_assert_uint_eq(diags.n, 0);
    ck_assert_str_eq(strrchr(ini.entries[1].file, '/'), "/10-a.ini");
}
END_TEST

START_TEST(include_continues) {
    tree_write(&tree, "a.ini", "[http]\nport = 1\n");
    tree_write(&tree, "b.ini", "[dhcp]\nmode = proxy\n");
    ini_load(&ini, tree_write(&tree, "x.ini", "[pxed]\ninclude = a.ini\n    b.ini\nname = z\n"), &diags);
    ck_assert_str_eq(entries(), "http|port|1|2\ndhcp|mode|proxy|2\npxed|name|z|4\n");
    ck_assert_uint_eq(diags.n, 0);
}
END_TEST

START_TEST(include_of_nothing) {
    ini_load(&ini, tree_write(&tree, "x.ini", "[pxed]\ninclude = none.d/*.ini\ninclude = none.ini\n"), &diags);
    ck_assert_uint_eq(diags.errors, 1); /* an empty pattern is no fault, a missing file is */
    ck_assert_ptr_nonnull(diags_find(&diags, "none.ini"));
    ck_assert_uint_eq(diags.items[0].line, 3);
}
END_TEST

START_TEST(include_of_itself) {
    ini_load(&ini, tree_write(&tree, "x.ini", "[pxed]\nname = a\ninclude = x.ini\n"), &diags);
    ck_assert_ptr_nonnull(diags_find(&diags, "include nested deeper than"));
}
END_TEST

START_TEST(include_elsewhere_is_a_key) {
    ini_load(&ini, tree_write(&tree, "x.ini", "[dhcp]\ninclude = one.ini\n"), &diags);
    ck_assert_str_eq(entries(), "dhcp|include|one.ini|2\n");
}
END_TEST

START_TEST(relative_paths) {
    ck_assert_str_eq(ini_path(&tree.arena, "/etc/pxed/pxed.ini", "host-os.conf"), "/etc/pxed/host-os.conf");
    ck_assert_str_eq(ini_path(&tree.arena, "/etc/pxed/pxed.ini", "/srv/x"), "/srv/x");
    ck_assert_str_eq(ini_path(&tree.arena, "pxed.ini", "x"), "x");
    ck_assert_str_eq(ini_path(&tree.arena, NULL, "x"), "x");
    ck_assert_str_eq(ini_path(&tree.arena, "/pxed.ini", "x"), "/x");
}
END_TEST

START_TEST(any_bytes) { /* a picture instead of a configuration */
    char junk[3000];
    uint32_t dice = 1;
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < sizeof(junk); i++) {
            dice = dice * 1664525 + 1013904223;
            junk[i] = "[]=;:#\"\n\n \t\\abc\x80\x01"[(dice >> 16) % 17];
        }
        ini_load(&ini, tree_write_bytes(&tree, "x.ini", junk, sizeof(junk)), &diags);
        for (size_t i = 0; i < ini.n; i++)
            ck_assert(ini.entries[i].key && ini.entries[i].value && ini.entries[i].line > 0);
        ini_free(&ini);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("ini");
    TCase *t = tcase_create("ini");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, traps, 0, COUNT(rows));
    tcase_add_test(t, a_nul_byte);
    tcase_add_test(t, no_file);
    tcase_add_test(t, sections_at_their_first_place);
    tcase_add_test(t, include_files);
    tcase_add_test(t, include_continues);
    tcase_add_test(t, include_of_nothing);
    tcase_add_test(t, include_of_itself);
    tcase_add_test(t, include_elsewhere_is_a_key);
    tcase_add_test(t, relative_paths);
    tcase_add_test(t, any_bytes);
    suite_add_tcase(s, t);
    return suite_run(s);
}
