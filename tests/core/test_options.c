/* Option rows: each type, its limits, its default, and what is said about a wrong value. */
#include "options.h"

#include <stdio.h>

#include "settings.h"
#include "suite.h"
#include "tree.h"

struct config {
    const char *str, *path, *secret, *required;
    struct pxed_list list, paths, lines;
    bool flag;
    uint64_t number, time, size;
    unsigned word;
    struct pxed_addr addr;
    struct pxed_addrs addrs;
    struct pxed_ranges ranges;
};

static const struct pxed_option options[] = {
    PXED_OPTION(struct config, str, STR, "str", .fallback = "default", .help = "a text"),
    PXED_OPTION(struct config, path, PATH, "path", .fallback = "/srv"),
    PXED_OPTION(struct config, secret, STR, "secret", .flags = PXED_OPT_SECRET),
    PXED_OPTION(struct config, required, STR, "required", .flags = PXED_OPT_REQUIRED | PXED_OPT_RESTART),
    PXED_OPTION(struct config, list, LIST, "list", .fallback = "a b"),
    PXED_OPTION(struct config, paths, PATHS, "paths", .fallback = "/usr/lib/a /usr/lib/b"),
    PXED_OPTION(struct config, lines, LINES, "lines"),
    PXED_OPTION(struct config, flag, BOOL, "flag", .fallback = "yes"),
    PXED_OPTION(struct config, number, UINT, "number", .fallback = "80", .min = 1, .max = 65535),
    PXED_OPTION(struct config, time, DURATION, "time", .fallback = "10s", .min = 1000, .max = 3600000),
    PXED_OPTION(struct config, size, SIZE, "size", .fallback = "64K"),
    PXED_OPTION(struct config, word, ENUM, "word", .fallback = "proxy", .words = "proxy server off"),
    PXED_OPTION(struct config, addr, ADDR, "addr"),
    PXED_OPTION(struct config, addrs, ADDRS, "addrs"),
    PXED_OPTION(struct config, ranges, RANGES, "ranges"),
    {0},
};

static struct tree tree;
static struct ini ini;
static struct pxed_diags diags;
static struct config config;

static void setup(void) {
    tree_open(&tree);
}
static void unbind(void) {
    ini_free(&ini);
    pxed_diags_clear(&diags);
}
static void teardown(void) {
    unbind();
    tree_close(&tree);
}

/* Binds `[x]` with these lines; returns the complaints. */
static const char *bind(const char *text) {
    unbind();
    ini_load(&ini, tree_write(&tree, "x.ini", pxed_arena_printf(&tree.arena, "[x]\n%s", text)), &diags);
    memset(&config, 0, sizeof(config));
    options_bind(options, "x", false, &ini, &config, &tree.arena, &diags);
    return diags_text(&tree, &diags);
}

static const char *joined(const struct pxed_list *l) {
    const char *all = "";
    for (size_t i = 0; i < l->n; i++)
        all = pxed_arena_printf(&tree.arena, "%s%s%s", all, i ? "|" : "", l->items[i]);
    return all;
}

START_TEST(defaults) {
    ck_assert_str_eq(bind("required = x\n"), "");
    ck_assert_str_eq(config.str, "default");
    ck_assert_str_eq(config.path, "/srv");
    ck_assert_ptr_null(config.secret);
    ck_assert_str_eq(joined(&config.list), "a|b");
    ck_assert_str_eq(joined(&config.paths), "/usr/lib/a|/usr/lib/b");
    ck_assert(config.flag && config.lines.n == 0);
    ck_assert_uint_eq(config.number, 80);
    ck_assert_uint_eq(config.time, 10000);
    ck_assert_uint_eq(config.size, 65536);
    ck_assert_uint_eq(config.word, 0);
    ck_assert(config.addr.family == 0 && config.addrs.n == 0 && config.ranges.n == 0);
}
END_TEST

/* Quotes hold a path with blanks together, alone or among others; a quote that never ends is a letter. */
START_TEST(paths_with_blanks) {
    static const struct {
        const char *text, *paths;
    } rows[] = {{"\"/my  images\"", "/my  images"},
                {"/a \"/my images\", /b", "/a|/my images|/b"},
                {"\"/a b\" \"/c d\"", "/a b|/c d"},
                {"/a\n    \"/c  d\"", "/a|/c  d"},
                {"\"/a b\"\n    /c", "/a b|/c"},
                {"/a \"/b ; c\" ; said", "/a|/b ; c"},
                {"/a b\"c", "/a|b\"c"}};
    for (int i = 0; i < COUNT(rows); i++) {
        ck_assert_str_eq(bind(pxed_arena_printf(&tree.arena, "required = x\npaths = %s\n", rows[i].text)), "");
        const char *want = rows[i].paths;
        for (size_t k = 0; k < config.paths.n; k++) {
            struct pxed_slice rest = pxed_slice_of(want), one = pxed_slice_word(&rest, "|");
            const char *path = one.ptr[0] == '/' ? pxed_arena_dup(&tree.arena, one).ptr
                                                 : tree_path(&tree, pxed_arena_dup(&tree.arena, one).ptr);
            ck_assert_msg(strcmp(config.paths.items[k], path) == 0, "%d: %s", i, config.paths.items[k]);
            want = rest.ptr + strspn(rest.ptr, "|");
        }
        ck_assert_msg(*want == '\0', "%d: %s", i, want);
    }
}
END_TEST

START_TEST(each_type) {
    char text[PXED_ADDR_TEXT];
    ck_assert_str_eq(bind("required = x\nstr = two words\npath = sub/dir\nsecret = s\nlist = a, b  c,d\npaths = p /q\n"
                          "lines = .php /usr/bin/php-cgi\nlines = .py /usr/bin/python3 -u\nflag = no\nnumber = 65535\n"
                          "time = 1h\nsize = 2M\nword = off\naddr = 10.77.0.1\naddrs = 10.77.0.1, fe80::1\n"
                          "ranges = 10.77.0.50 - 10.77.0.99\nranges = 10.77.1.1-10.77.1.2, 10.77.2.1 - 10.77.2.2\n"),
                     "");
    ck_assert_str_eq(config.str, "two words");
    ck_assert_str_eq(config.path, tree_path(&tree, "sub/dir"));
    ck_assert_str_eq(joined(&config.list), "a|b|c|d");
    ck_assert_str_eq(config.paths.items[0], tree_path(&tree, "p"));
    ck_assert_str_eq(config.paths.items[1], "/q");
    ck_assert_str_eq(joined(&config.lines), ".php /usr/bin/php-cgi|.py /usr/bin/python3 -u");
    ck_assert_uint_eq(config.lines.lines[0], 8);
    ck_assert_uint_eq(config.lines.lines[1], 9);
    ck_assert(!config.flag && config.word == 2);
    ck_assert_uint_eq(config.number, 65535);
    ck_assert_uint_eq(config.time, 3600000);
    ck_assert_uint_eq(config.size, 2 << 20);
    ck_assert_str_eq(pxed_addr_text(&config.addr, text), "10.77.0.1");
    ck_assert_uint_eq(config.addrs.n, 2);
    ck_assert_str_eq(pxed_addr_text(&config.addrs.items[1], text), "fe80::1");
    ck_assert_uint_eq(config.ranges.n, 3);
    ck_assert_str_eq(pxed_addr_text(&config.ranges.items[2].last, text), "10.77.2.2");
}
END_TEST

START_TEST(lists_by_blank_comma_repetition_continuation) {
    static const char *const same[] = {"list = x y z\n",           "list = x,y,z\n",
                                       "list = x , y\tz\n",        "list = x\nlist = y\nlist = z\n",
                                       "list = x\n    y\n    z\n", "list = x y\nlist = z,\n"};
    for (int i = 0; i < COUNT(same); i++) {
        bind(pxed_arena_printf(&tree.arena, "required = 1\n%s", same[i]));
        ck_assert_msg(strcmp(joined(&config.list), "x|y|z") == 0, "%s", same[i]);
    }
    bind("required = 1\nlist =\n"); /* written and empty: not the default */
    ck_assert_uint_eq(config.list.n, 0);
}
END_TEST

static const struct {
    const char *line, *complaint;
} wrong[] = {
    {"strr = a", "unknown key 'strr', did you mean 'str'?"},
    {"colour = red", "unknown key 'colour'"},
    {"flag = maybe", "`maybe` is no value for 'flag': expected yes or no"},
    {"flag =", "`` is no value for 'flag': expected yes or no"},
    {"number = 0", "`0` is no value for 'number': expected a number from 1 to 65535"},
    {"number = 65536", "`65536` is no value for 'number': expected a number from 1 to 65535"},
    {"number = -1", "`-1` is no value for 'number': expected a number from 1 to 65535"},
    {"number = 0x50", "`0x50` is no value for 'number': expected a number from 1 to 65535"},
    {"number = 18446744073709551616",
     "`18446744073709551616` is no value for 'number': expected a number from 1 to 65535"},
    {"time = 1500ms", NULL},
    {"time = 0s", "`0s` is no value for 'time': expected a duration such as 30s 15m 2h 7d from 1s to 3600s"},
    {"time = 2h", "`2h` is no value for 'time': expected a duration such as 30s 15m 2h 7d from 1s to 3600s"},
    {"time = soon", "`soon` is no value for 'time': expected a duration such as 30s 15m 2h 7d from 1s to 3600s"},
    {"size = 1T", "`1T` is no value for 'size': expected a size such as 64K 1M"},
    {"size = 99999999999G", "`99999999999G` is no value for 'size': expected a size such as 64K 1M"},
    {"word = sever", "`sever` is no value for 'word': expected one of proxy server off, did you mean 'server'?"},
    {"word = Proxy", "`Proxy` is no value for 'word': expected one of proxy server off, did you mean 'proxy'?"},
    {"addr = 10.77.0", "`10.77.0` is no value for 'addr': expected an address"},
    {"addr = pxe-server", "`pxe-server` is no value for 'addr': expected an address"},
    {"addr =", NULL},
    {"addrs = 10.77.0.1 x", "`10.77.0.1 x` is no value for 'addrs': expected addresses"},
    {"ranges = 10.77.0.1", "`10.77.0.1` is no value for 'ranges': expected a range `A - B`"},
    {"ranges = 10.77.0.1 - fe80::1", "`10.77.0.1 - fe80::1` is no value for 'ranges': expected a range `A - B`"},
    {"path =", "`` is no value for 'path': expected a path"},
    {"str = a\nstr = b", "'str' is given twice, first at line 3"},
    {"flag = no\nflag = no", "'flag' is given twice, first at line 3"},
};

START_TEST(complaints) {
    const char *said = bind(pxed_arena_printf(&tree.arena, "required = x\n%s\n", wrong[_i].line));
    const char *want = !wrong[_i].complaint
                           ? ""
                           : pxed_arena_printf(&tree.arena, "error x.ini:%d: %s\n",
                                               strchr(wrong[_i].line, '\n') ? 4 : 3, wrong[_i].complaint);
    ck_assert_msg(strcmp(said, want) == 0, "%s:\n%s", wrong[_i].line, said);
}
END_TEST

START_TEST(what_is_wrong_keeps_its_default) {
    bind("required = x\nnumber = 70000\ntime = 5d\nword = x\nflag = x\nsize = x\n");
    ck_assert_uint_eq(config.number, 80);
    ck_assert_uint_eq(config.time, 10000);
    ck_assert_uint_eq(config.word, 0);
    ck_assert_uint_eq(config.size, 65536);
    ck_assert(config.flag);
}
END_TEST

START_TEST(a_missing_key) {
    ck_assert_str_eq(bind("str = a\n"), "error x.ini:0: [x] lacks the required key 'required'\n");
}
END_TEST

START_TEST(all_at_once) {
    bind("strr = a\nnumber = x\nflag = x\nword = x\n");
    ck_assert_uint_eq(diags.errors, 5);
}
END_TEST

START_TEST(a_secret_is_not_told) {
    static const struct pxed_option rows[] = {
        PXED_OPTION(struct config, number, UINT, "pin", .flags = PXED_OPT_SECRET, .max = 9999), {0}};
    ini_load(&ini, tree_write(&tree, "x.ini", "[x]\npin = hunter2\n"), &diags);
    options_bind(rows, "x", false, &ini, &config, &tree.arena, &diags);
    ck_assert_ptr_null(strstr(diags_text(&tree, &diags), "hunter2"));
    ck_assert_ptr_nonnull(diags_find(&diags, "`***` is no value for 'pin'"));
}
END_TEST

START_TEST(other_sections_are_left_alone) {
    ini_load(&ini, tree_write(&tree, "x.ini", "[x]\nrequired = a\n[y]\nnumber = 7\n"), &diags);
    options_bind(options, "x", false, &ini, &config, &tree.arena, &diags);
    ck_assert_uint_eq(diags.n, 0);
    ck_assert(ini.entries[0].used && !ini.entries[1].used);
}
END_TEST

static const struct {
    const char *text;
    bool good;
    uint64_t value;
} durations[] = {
    {"30s", true, 30000},    {"15m", true, 900000}, {"2h", true, 7200000},
    {"7d", true, 604800000}, {"500ms", true, 500},  {"30", true, 30000},
    {"0", true, 0},          {"", false, 0},        {"s", false, 0},
    {"ms", false, 0},        {"1.5h", false, 0},    {"1h30m", false, 0},
    {"2 h", false, 0},       {"-1s", false, 0},     {"213503982335d", false, 0},
};

START_TEST(parse_durations) {
    uint64_t ms = 0;
    bool good = options_parse_duration(pxed_slice_of(durations[_i].text), &ms);
    ck_assert_msg(good == durations[_i].good && (!good || ms == durations[_i].value), "`%s` %llu", durations[_i].text,
                  (unsigned long long)ms);
}
END_TEST

START_TEST(parse_sizes_and_flags) {
    uint64_t n = 0;
    bool b = false;
    ck_assert(options_parse_size(PXED_SLICE("64K"), &n) && n == 65536);
    ck_assert(options_parse_size(PXED_SLICE("1G"), &n) && n == 1u << 30);
    ck_assert(options_parse_size(PXED_SLICE("17"), &n) && n == 17);
    ck_assert(!options_parse_size(PXED_SLICE("17179869184G"), &n) && !options_parse_size(PXED_SLICE("K"), &n));
    ck_assert(options_parse_bool(PXED_SLICE("yes"), &b) && b);
    ck_assert(options_parse_bool(PXED_SLICE("No"), &b) && !b);
    ck_assert(!options_parse_bool(PXED_SLICE(""), &b) && !options_parse_bool(PXED_SLICE("y"), &b));
}
END_TEST

START_TEST(the_manual) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    options_print(f, "x", "a summary", options);
    fclose(f);
    for (const struct pxed_option *o = options; o->key; o++)
        ck_assert_msg(
            strstr(text, pxed_arena_printf(&tree.arena, "  %s = %s", o->key, o->fallback ? o->fallback : "")) != NULL,
            "%s", o->key);
    ck_assert_ptr_nonnull(strstr(text, "one of: proxy server off"));
    ck_assert_ptr_nonnull(strstr(text, "a number, 1 to 65535"));
    ck_assert_ptr_nonnull(strstr(text, "required, a change needs a restart"));
    free(text);
}
END_TEST

START_TEST(the_core_rows) { /* names and defaults of the outside contract, section 4 */
    static const struct {
        const char *key, *fallback;
    } rows[] = {
        {"interface", NULL},
        {"plugins", NULL},
        {"address", NULL},
        {"name", NULL},
        {"root", "/srv/pxed"},
        {"state", "/var/lib/pxed"},
        {"hosts", "host-os.conf"},
        {"user", NULL},
        {"arm", "new"},
        {"arm-limit", "100"},
        {"install-timeout", "2h"},
        {"arm-for", "24h"},
        {"arm-any-limit", "25/1h"},
        {"believe", "wire"},
        {"tokens", "auto"},
        {"drain", "30s"},
        {"unknown", "ignore"},
        {"screen-wait", "0s"},
        {"idle", "auto"},
        {"sandbox", "yes"},
        {"image-path", NULL},
        {"loader-path",
         "/usr/lib/ipxe /usr/lib/PXELINUX /usr/lib/syslinux/modules/bios /usr/lib/syslinux /usr/lib/shim "
         "/usr/lib/grub/x86_64-efi-signed /usr/lib/grub/arm64-efi-signed /usr/lib/grub/i386-efi/monolithic "
         "/usr/local/lib/pxed/loaders"},
        {"include", NULL},
    };
    int n = 0;
    for (const struct pxed_option *o = settings_options; o->key; o++, n++) {
        const char *fallback = "no row";
        for (int i = 0; i < COUNT(rows); i++)
            if (strcmp(rows[i].key, o->key) == 0)
                fallback = rows[i].fallback;
        ck_assert_msg(fallback ? o->fallback && strcmp(fallback, o->fallback) == 0 : !o->fallback, "%s", o->key);
        ck_assert_msg(((o->flags & PXED_OPT_REQUIRED) != 0) == (strcmp(o->key, "interface") == 0), "%s", o->key);
        ck_assert_msg(o->help && *o->help, "%s", o->key);
    }
    ck_assert_int_eq(n, COUNT(rows));
}
END_TEST

int main(void) {
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, defaults);
    tcase_add_test(t, each_type);
    tcase_add_test(t, paths_with_blanks);
    tcase_add_test(t, lists_by_blank_comma_repetition_continuation);
    tcase_add_loop_test(t, complaints, 0, COUNT(wrong));
    tcase_add_test(t, what_is_wrong_keeps_its_default);
    tcase_add_test(t, a_missing_key);
    tcase_add_test(t, all_at_once);
    tcase_add_test(t, a_secret_is_not_told);
    tcase_add_test(t, other_sections_are_left_alone);
    tcase_add_loop_test(t, parse_durations, 0, COUNT(durations));
    tcase_add_test(t, parse_sizes_and_flags);
    tcase_add_test(t, the_manual);
    tcase_add_test(t, the_core_rows);
    suite_add_tcase(s, t);
    return suite_run(s);
}
