/* What a new generation changes of the hosts. */
#include "changes.h"

#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"debian", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "linux"}, {0}};
static const struct pxed_profile profile = {"test", claims, boots, NULL, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;

static void setup(void) {
    site_open(&site);
    site_fake_os(&site, "os-test", profiles);
}
static void teardown(void) {
    site_close(&site);
}

#define A "02:00:00:00:00:01, debian-12, name=a\n"
#define B "02:00:00:00:00:02, debian-12, name=b\n"

static const struct {
    const char *name, *sections, *before, *after;
    const char *changed, *gone; /* names, in their order */
    size_t kept;
} rows[] = {
    {"nothing", "", A B, A B, "", "", 2},
    {"the order of lines", "", A B, B A, "", "", 2},
    {"what no record follows", "", A B, "# comment\n" A "02:00:00:00:00:02, debian-12, name=b, disk=/dev/sda\n", "", "",
     2},
    {"a new line", "", A, A B, "b", "", 1},
    {"a line that is gone", "", A B, B, "", "a", 1},
    {"another id", "", A, "02:00:00:00:00:01, debian-13, name=a\n", "a", "", 1},
    {"another name", "", A, "02:00:00:00:00:01, debian-12, name=c\n", "c", "", 1},
    {"another MAC", "", A, "02:00:00:00:00:09, debian-12, name=a\n", "a", "a", 0},
    {"protected", "", A, "02:00:00:00:00:01, debian-12, name=a, protect=yes\n", "a", "", 1},
    {"a further port", "", A, "02:00:00:00:00:01, debian-12, name=a, mac=02:00:00:00:00:09\n", "a", "", 1},
    {"its ports in another order", "", "02:00:00:00:00:01, debian-12, name=a, mac=02:00:00:00:00:09\n",
     "02:00:00:00:00:09, debian-12, name=a, mac=02:00:00:00:00:01\n", "a", "a", 1},
    {"protected by its group", "[group g]\nprotect = yes\n", A, "02:00:00:00:00:01, debian-12, name=a, group=g\n", "a",
     "", 1},
    {"all", "", "", A B, "a b", "", 0},
    {"none", "", A B, "", "", "a b", 0},
};

static const char *names_of(const struct catalogue *c, const uint32_t *items, size_t n) {
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = pxed_arena_printf(&site.tree.arena, "%s%s%.*s", text, i ? " " : "", PXED_S(c->hosts[items[i]].pub.name));
    return text;
}

START_TEST(what_counts) {
    struct changes changes;
    site_build(&site, "", rows[_i].sections, rows[_i].before);
    struct catalogue *before = catalogue_ref(site.catalogue);
    site_build(&site, "", rows[_i].sections, rows[_i].after);
    changes_find(&changes, before, site.catalogue);
    const char *changed = names_of(site.catalogue, changes.changed, changes.n_changed);
    const char *gone = names_of(before, changes.gone, changes.n_gone);
    ck_assert_msg(strcmp(changed, rows[_i].changed) == 0, "%s: changed '%s'", rows[_i].name, changed);
    ck_assert_msg(strcmp(gone, rows[_i].gone) == 0, "%s: gone '%s'", rows[_i].name, gone);
    ck_assert_msg(changes.n_kept == rows[_i].kept, "%s: kept %zu", rows[_i].name, changes.n_kept);
    ck_assert_uint_eq(changes_lines(site.catalogue, NULL), site.catalogue->n_hosts);
    ck_assert_uint_eq(changes_lines(site.catalogue, &changes), changes.n_changed);
    changes_free(&changes);
    catalogue_unref(before);
}
END_TEST

int main(void) {
    Suite *s = suite_create("changes");
    TCase *t = tcase_create("changes");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, what_counts, 0, COUNT(rows));
    suite_add_tcase(s, t);
    return suite_run(s);
}
