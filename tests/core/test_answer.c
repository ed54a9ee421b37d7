/* An operator's own answer file: found under any of its names, opened as serving does, and never replaced by ours. */
#include "answer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site.h"
#include "suite.h"

#define MAC "08:00:27:4d:4d:aa"
#define ME  "08-00-27-4d-4d-aa"

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "linux", .args = "ks={{file.ks_cfg}}"}, {0}};
static const struct pxed_file files[] = {
    {"ks.cfg", "linux-ks/<mac>.txt", "ks.cfg", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, NULL},
    {"early.sh", NULL, "early.sh", PXED_ESCAPE_SHELL, 0, NULL},
    {0}};
static const struct pxed_profile profile = {"test", claims, boots, files, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;
static struct answer_found found;

static void setup(void) {
    site_open(&site);
    chmod(site.tree.path, 0755);
    site_part(&site, "os-answer", "disk-guard", "guard\n");
    site_fake_os(&site, "os-answer", profiles);
    site_image(&site, "testos-1/linux");
}
static void teardown(void) {
    site_close(&site);
}

static const char *own(const char *name) {
    return pxed_arena_printf(&site.tree.arena, "root/boot/%s", name);
}

static const char *build(const char *line, const char *sections) {
    return site_build(&site, "arm = any\n", sections,
                      pxed_arena_printf(&site.tree.arena, MAC ", testos-1%s\n08:00:27:00:00:02, testos-1\n", line));
}

/* With the eyes of an account that is not root's. */
static enum pxed_reason find(const struct pxed_file *row) {
    bool root = geteuid() == 0;
    if (root)
        ck_assert_int_eq(seteuid(65534), 0);
    enum pxed_reason why =
        answer_find(site.catalogue, site_host(&site, NULL), row, site.catalogue->root_fd, &site.tree.arena, &found);
    if (root)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_msg((why == PXED_WHY_OK) == (found.why == NULL), "%s", found.why);
    return why;
}

static const char *text(void) {
    static char bytes[256];
    ssize_t n = found.fd >= 0 ? pread(found.fd, bytes, sizeof(bytes) - 1, 0) : 0;
    bytes[n > 0 ? n : 0] = '\0';
    ck_assert_uint_eq(found.size, (uint64_t)n);
    close(found.fd);
    return bytes;
}

/* --- whichever name it has, it is one file */

static const struct {
    const char *name, *first, *second; /* the texts of hosts/<mac>/ks.cfg and linux-ks/<mac>.txt */
    const char *answer;                /* of answer=, NULL: none */
    const char *in;                    /* where answer= stands: "line" or "[defaults]" */
    enum pxed_reason why;
    const char *got; /* NULL: none; "answer=": the template */
} rows[] = {
    {"none", NULL, NULL, NULL, NULL, PXED_WHY_OK, NULL},
    {"hosts/<mac>/ks.cfg", "one\n", NULL, NULL, NULL, PXED_WHY_OK, "one\n"},
    {"linux-ks/<mac>.txt", NULL, "two\n", NULL, NULL, PXED_WHY_OK, "two\n"},
    {"both, the same", "one\n", "one\n", NULL, NULL, PXED_WHY_OK, "one\n"},
    {"both, and they differ", "one\n", "two\n", NULL, NULL, PXED_WHY_ANSWER_BROKEN, NULL},
    {"one is longer", "one\n", "one\nmore\n", NULL, NULL, PXED_WHY_ANSWER_BROKEN, NULL},
    {"one is empty", "", "one\n", NULL, NULL, PXED_WHY_ANSWER_BROKEN, NULL},
    {"answer= of the line", NULL, NULL, "a {{host.name}}\n", "line", PXED_WHY_OK, "answer="},
    {"answer= of a section", NULL, NULL, "a\n", "[defaults]", PXED_WHY_OK, "answer="},
    {"a file wins over a section's answer=", "one\n", NULL, "a\n", "[defaults]", PXED_WHY_OK, "one\n"},
    {"so does its other name", NULL, "two\n", "a\n", "[defaults]", PXED_WHY_OK, "two\n"},
    {"the line's answer= and another file", "one\n", NULL, "a\n", "line", PXED_WHY_ANSWER_BROKEN, NULL},
    {"the line's answer= and its copy", "a\n", NULL, "a\n", "line", PXED_WHY_OK, "a\n"},
    {"an unknown part", NULL, NULL, "{{> disk-gard}}\n", "line", PXED_WHY_ANSWER_BROKEN, NULL},
    {"a section that is not closed", NULL, NULL, "{{#host.ip}}\n", "line", PXED_WHY_ANSWER_BROKEN, NULL},
};

START_TEST(names) {
    if (rows[_i].first)
        tree_write(&site.tree, own("hosts/" ME "/ks.cfg"), rows[_i].first);
    if (rows[_i].second)
        tree_write(&site.tree, own("linux-ks/" ME ".txt"), rows[_i].second);
    if (rows[_i].answer)
        tree_write(&site.tree, "own.ks", rows[_i].answer);
    bool line = rows[_i].in && strcmp(rows[_i].in, "line") == 0;
    const char *said =
        build(line ? ", answer=own.ks" : "", rows[_i].in && !line ? "[defaults]\nanswer = own.ks\n" : "");
    ck_assert_msg(site.catalogue != NULL, "%s: %s", rows[_i].name, said); /* the others are in force */
    ck_assert_msg(find(&files[0]) == rows[_i].why, "%s: %s", rows[_i].name, found.why);
    ck_assert_int_eq(site_host(&site, NULL)->rare->trouble, rows[_i].why);
    if (rows[_i].why != PXED_WHY_OK) {
        ck_assert(found.operators && found.fd < 0);
        if (rows[_i].first)
            ck_assert_msg(strstr(found.why, "hosts/" ME "/ks.cfg") &&
                              strstr(found.why, rows[_i].answer ? "own.ks" : "linux-ks/" ME ".txt"),
                          "both are named: %s", found.why);
        return;
    }
    ck_assert_int_eq(found.operators, rows[_i].got != NULL);
    bool template = rows[_i].got && strcmp(rows[_i].got, "answer=") == 0;
    ck_assert_int_eq(found.rendered, template);
    if (rows[_i].got && !template)
        ck_assert_str_eq(text(), rows[_i].got);
}
END_TEST

START_TEST(another_host_has_its_own) {
    tree_write(&site.tree, own("hosts/" ME "/ks.cfg"), "one\n");
    tree_write(&site.tree, own("linux-ks/" ME ".txt"), "two\n");
    build("", "");
    ck_assert_int_eq(site_host(&site, "08:00:27:00:00:02")->rare->trouble, PXED_WHY_OK);
}
END_TEST

START_TEST(other_files_have_no_answer) {
    tree_write(&site.tree, "own.ks", "a\n");
    build(", answer=own.ks", "");
    ck_assert_int_eq(find(&files[1]), PXED_WHY_OK);
    ck_assert(!found.operators);
    tree_write(&site.tree, own("hosts/" ME "/early.sh"), "mine\n");
    ck_assert_int_eq(find(&files[1]), PXED_WHY_OK); /* also what came after the load */
    ck_assert_str_eq(text(), "mine\n");
}
END_TEST

/* --- what cannot be delivered */

START_TEST(not_readable) {
    tree_write(&site.tree, own("hosts/" ME "/ks.cfg"), "mine\n");
    build("", "");
    chmod(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE);
    ck_assert_ptr_nonnull(strstr(found.why, "hosts/" ME "/ks.cfg cannot be delivered: Permission denied"));
    chmod(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")), 0644);
    chmod(tree_path(&site.tree, own("hosts/" ME)), 0700); /* what lies in there cannot be known */
    ck_assert_int_eq(find(&files[0]), geteuid() == 0 ? PXED_WHY_ANSWER_UNREADABLE : PXED_WHY_OK);
}
END_TEST

START_TEST(no_file) {
    mkdir(tree_path(&site.tree, own("hosts")), 0755);
    mkdir(tree_path(&site.tree, own("hosts/" ME)), 0755);
    mkdir(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")), 0755);
    build("", "");
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE);
    ck_assert_int_eq(site_host(&site, NULL)->rare->trouble, PXED_WHY_ANSWER_UNREADABLE);
}
END_TEST

START_TEST(too_large) {
    tree_write(&site.tree, own("hosts/" ME "/ks.cfg"), "x");
    build("", "");
    ck_assert_int_eq(truncate(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")), ANSWER_MAX), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_OK);
    close(found.fd);
    ck_assert_int_eq(truncate(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")), ANSWER_MAX + 1), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE);
    tree_write(&site.tree, "own.ks", "x");
    ck_assert_int_eq(truncate(tree_path(&site.tree, "own.ks"), ANSWER_MAX + 1), 0);
    unlink(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")));
    build(", answer=own.ks", "");
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE);
    ck_assert_ptr_nonnull(strstr(found.why, "8 MiB"));
}
END_TEST

START_TEST(links) {
    tree_write(&site.tree, "outside.ks", "mine\n");
    tree_write(&site.tree, own("hosts/" ME "/x"), "");
    build("", "");
    ck_assert_int_eq(symlink(tree_path(&site.tree, "outside.ks"), tree_path(&site.tree, own("hosts/" ME "/ks.cfg"))),
                     0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE);
    ck_assert_ptr_nonnull(strstr(found.why, "a link that leads out of root"));
    unlink(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")));
    ck_assert_int_eq(symlink("x", tree_path(&site.tree, own("hosts/" ME "/ks.cfg"))), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_OK);
    ck_assert_str_eq(text(), "");
    unlink(tree_path(&site.tree, own("hosts/" ME "/ks.cfg")));
    ck_assert_int_eq(symlink("missing", tree_path(&site.tree, own("hosts/" ME "/ks.cfg"))), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_ANSWER_UNREADABLE); /* the operator meant something */
}
END_TEST

START_TEST(private_by_another_name) {
    tree_write(&site.tree, own("hosts/" ME "/x"), "");
    build("", "");
    ck_assert_int_eq(link(tree_path(&site.tree, "host-os.conf"), tree_path(&site.tree, own("hosts/" ME "/ks.cfg"))), 0);
    ck_assert_int_eq(find(&files[0]), PXED_WHY_PRIVATE_FILE);
}
END_TEST

int main(void) {
    Suite *s = suite_create("answer");
    TCase *t = tcase_create("answer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, names, 0, COUNT(rows));
    tcase_add_test(t, another_host_has_its_own);
    tcase_add_test(t, other_files_have_no_answer);
    tcase_add_test(t, not_readable);
    tcase_add_test(t, no_file);
    tcase_add_test(t, too_large);
    tcase_add_test(t, links);
    tcase_add_test(t, private_by_another_name);
    suite_add_tcase(s, t);
    return suite_run(s);
}
