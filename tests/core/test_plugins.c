/* The loader: what it refuses, in one sentence that names both sides; and the order of what it takes. */
#include "plugins.h"

#include <stdio.h>

#include "suite.h"
#include "tree.h"

static struct tree tree;
static struct plugins plugins;
static struct pxed_diags diags;

static void setup(void) {
    tree_open(&tree);
    memset(&plugins, 0, sizeof(plugins));
    setenv("PXED_PLUGIN_DIR", PXED_BROKEN, 1);
}
static void teardown(void) {
    pxed_diags_clear(&diags);
    plugins_free(&plugins);
    tree_close(&tree);
}

static void load(const char *names) {
    const char *items[8];
    unsigned lines[8];
    struct pxed_list list = {items, lines, 0};
    struct pxed_slice rest = pxed_slice_of(names), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0) {
        items[list.n] = pxed_arena_dup(&tree.arena, word).ptr;
        lines[list.n++] = 7;
    }
    plugins_load(&plugins, &list, &(struct ini){.path = "pxed.ini"}, &diags);
}

static const struct {
    const char *name, *sentence; /* behind the file's path and ": " */
} refused[] = {
    {"no-symbol", "no pxed plugin: it lacks the symbol pxed_plugin_query"},
    {"no-descriptor", "not a pxed plugin (magic 0, expected 0x70786564)"},
    {"wrong-magic", "not a pxed plugin (magic 0x12345678, expected 0x70786564)"},
    {"newer-major", "built for plugin ABI 2.0, this pxed has 1.8"},
    {"older-major", "built for plugin ABI 0.9, this pxed has 1.8"},
    {"newer-minor", "built for plugin ABI 1.99, this pxed has 1.8"},
    {"wrong-name", "calls itself 'another-name', its file name says 'wrong-name'"},
    {"bad-option", "its option 'number' lies outside its configuration"},
    {"bad-option-end", "its option 'number' lies outside its configuration"},
    {"bad-type", "its option 'number' has a type that this pxed does not know"},
    {"bad-kind", "its kind 77 is none that pxed knows"},
    {"os-no-profiles", "an OS plugin without profiles"},
};

START_TEST(refusals) {
    load(refused[_i].name);
    ck_assert_uint_eq(plugins.n, 0);
    ck_assert_uint_eq(diags.n, 1);
    const char *want =
        pxed_arena_printf(&tree.arena, "%s/%s.so: %s", PXED_BROKEN, refused[_i].name, refused[_i].sentence);
    ck_assert_msg(strcmp(diags.items[0].text, want) == 0, "%s: %s", refused[_i].name, diags.items[0].text);
    ck_assert(diags.items[0].severity == PXED_ERROR && diags.items[0].line == 7);
    ck_assert_str_eq(diags.items[0].file, "pxed.ini");
}
END_TEST

START_TEST(a_short_descriptor) {
    load("short-size");
    const struct pxed_diag *d =
        diags_find(&diags, "short-size.so: its descriptor has 40 bytes, the shortest of ABI 1 has ");
    ck_assert_msg(d && plugins.n == 0, "%s", diags_text(&tree, &diags));
}
END_TEST

START_TEST(no_library) {
    const char *folder = tree.path;
    tree_write(&tree, "text.so", "this is no ELF file\n");
    setenv("PXED_PLUGIN_DIR", folder, 1);
    load("text");
    ck_assert_ptr_nonnull(diags_find(&diags, "/text.so: cannot be loaded: "));
}
END_TEST

START_TEST(not_installed_or_twice) {
    load("good nonesuch good");
    ck_assert_uint_eq(plugins.n, 1);
    ck_assert_ptr_nonnull(diags_find(&diags, "plugin 'nonesuch' is not installed: no nonesuch.so in "));
    ck_assert_ptr_nonnull(diags_find(&diags, "plugin 'good' is named twice"));
    ck_assert_uint_eq(diags.errors, 2);
}
END_TEST

START_TEST(all_refusals_at_once) {
    load("wrong-magic newer-major good newer-minor");
    ck_assert_uint_eq(diags.errors, 3);
    ck_assert_uint_eq(plugins.n, 1);
    ck_assert_str_eq(plugins.items[0]->desc.name, "good");
    ck_assert(plugins_installed("wrong-magic") && !plugins_installed("nonesuch"));
}
END_TEST

START_TEST(a_later_descriptor_is_cut) { /* a plugin of our ABI whose struct grew at the end */
    load("longer");
    ck_assert_uint_eq(diags.n, 0);
    ck_assert_str_eq(plugins.items[0]->desc.name, "longer");
}
END_TEST

START_TEST(a_missing_service) {
    static const char *const core[] = {"control/1", NULL};
    load("needs-nothing good needs-core");
    plugins_order(&plugins, core, &diags);
    ck_assert_str_eq(
        diags_text(&tree, &diags),
        "error -:0: plugin 'needs-nothing' needs the service nothing/1, and no loaded plugin provides it\n");
}
END_TEST

START_TEST(a_cycle) {
    static const char *const core[] = {NULL};
    load("cycle-a good cycle-b");
    plugins_order(&plugins, core, &diags);
    ck_assert_uint_eq(diags.errors, 1);
    const char *said = diags.items[0].text;
    ck_assert_msg(strstr(said, "'cycle-a'") && strstr(said, "'cycle-b'") && strstr(said, "need each other"), "%s",
                  said);
    ck_assert_uint_eq(plugins.n, 3);
}
END_TEST

START_TEST(two_providers) {
    static const char *const core[] = {NULL};
    load("store-one store-two");
    plugins_order(&plugins, core, &diags);
    ck_assert_str_eq(diags_text(&tree, &diags),
                     "error -:0: plugins 'store-one' and 'store-two' both provide store/1\n");
}
END_TEST

START_TEST(providers_come_first) {
    static const char *const core[] = {NULL}, *const given[] = {"top middle bottom", "bottom top middle",
                                                                "middle top bottom"};
    for (int i = 0; i < COUNT(given); i++) {
        load(given[i]);
        plugins_order(&plugins, core, &diags);
        ck_assert_uint_eq(diags.n, 0);
        ck_assert_str_eq(plugins.items[0]->desc.name, "bottom");
        ck_assert_str_eq(plugins.items[1]->desc.name, "middle");
        ck_assert_str_eq(plugins.items[2]->desc.name, "top");
        plugins_free(&plugins);
    }
}
END_TEST

START_TEST(what_may_be_missing) {
    static const char *const core[] = {NULL};
    for (int with = 0; with < 2; with++) {
        load(with ? "wishes bottom" : "wishes");
        plugins_order(&plugins, core, &diags);
        ck_assert_msg(diags.n == 0, "%s", diags_text(&tree, &diags));
        ck_assert_str_eq(plugins.items[0]->desc.name, with ? "bottom" : "wishes");
        plugins_free(&plugins);
    }
}
END_TEST

START_TEST(binding) {
    struct ini ini;
    load("good");
    ini_load(&ini, tree_write(&tree, "pxed.ini", "[good]\nnumber = 42\nnmber = 1\n"), &diags);
    plugins_bind(&plugins, &ini, &diags);
    ck_assert_uint_eq(*(uint64_t *)plugins.items[0]->config, 42);
    ck_assert_ptr_eq(plugins.items[0]->ctx.config, plugins.items[0]->config);
    ck_assert_ptr_nonnull(diags_find(&diags, "unknown key 'nmber', did you mean 'number'?"));
    ini_free(&ini);
}
END_TEST

START_TEST(every_one_that_is_there) { /* what `pxed options` shows */
    plugins_load_all(&plugins, &diags);
    ck_assert_ptr_nonnull(plugins_find(&plugins, "good"));
    ck_assert_ptr_nonnull(plugins_find(&plugins, "os-tie-one"));
    ck_assert_ptr_null(plugins_find(&plugins, "wrong-magic"));
    for (size_t i = 0; i < plugins.n; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(plugins.items[i]->desc.name, plugins.items[k]->desc.name);
}
END_TEST

START_TEST(folders_in_order) {
    setenv("PXED_PLUGIN_DIR", pxed_arena_printf(&tree.arena, "%s:%s", tree.path, PXED_BROKEN), 1);
    load("good");
    ck_assert_str_eq(plugins.items[0]->from, PXED_BROKEN "/good.so");
}
END_TEST

int main(void) {
    Suite *s = suite_create("plugins");
    TCase *t = tcase_create("plugins");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, refusals, 0, COUNT(refused));
    tcase_add_test(t, a_short_descriptor);
    tcase_add_test(t, no_library);
    tcase_add_test(t, not_installed_or_twice);
    tcase_add_test(t, all_refusals_at_once);
    tcase_add_test(t, a_later_descriptor_is_cut);
    tcase_add_test(t, a_missing_service);
    tcase_add_test(t, a_cycle);
    tcase_add_test(t, two_providers);
    tcase_add_test(t, providers_come_first);
    tcase_add_test(t, what_may_be_missing);
    tcase_add_test(t, binding);
    tcase_add_test(t, every_one_that_is_there);
    tcase_add_test(t, folders_in_order);
    suite_add_tcase(s, t);
    return suite_run(s);
}
