/* A host's files on disk: what is ours is kept up to date, what is an operator's is never touched. */
#define _GNU_SOURCE
#include "stage_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "tree.h"

static struct tree tree;
static struct stage_job job;
static struct stage_known known[64];
static size_t n_known;
static struct stage_file files[16];
static size_t n_files;

static void setup(void) {
    tree_open(&tree);
    n_known = n_files = 0;
}

static void teardown(void) {
    pxed_arena_clear(&job.arena);
    tree_close(&tree);
}

static const char *path_of(const char *name) {
    return pxed_arena_printf(&tree.arena, "%s/%s", tree.path, name);
}

static const char *text_of(const char *name) {
    static char text[4096];
    int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    return n < 0 ? "(missing)" : text;
}

static int hard_link(void *arg, const char *source, int dir_fd, const char *name) {
    (void)arg;
    return linkat(AT_FDCWD, source, dir_fd, name, 0) < 0 ? -errno : 0;
}

static void want(const char *name, const char *text, bool gate) {
    files[n_files++] = (struct stage_file){.place = STAGE_SHARE,
                                           .name = name,
                                           .text = pxed_slice_of(text),
                                           .gate = gate,
                                           .hash = stage_hash_text(pxed_slice_of(text))};
}

static void want_link(const char *name, const char *source) {
    struct stage_file f = {.place = STAGE_SHARE, .name = name, .link = path_of(source)};
    ck_assert(stage_hash_link(f.link, &f.hash));
    files[n_files++] = f;
}

static void apply(bool opens, bool leaves) {
    pxed_arena_clear(&job.arena);
    job = (struct stage_job){.folders = {path_of("host"), NULL},
                             .mode = 0755,
                             .opens = opens,
                             .leaves = leaves,
                             .files = files,
                             .n_files = n_files,
                             .known = known,
                             .n_known = n_known,
                             .gate = "autorun.bat",
                             .alias = job.alias,
                             .hard_link = hard_link};
    stage_files_apply(&job);
    ck_assert_msg(!job.error, "%s", job.error);
    n_known = 0;
    for (size_t i = 0; i < job.n_now; i++)
        known[n_known++] = (struct stage_known){
            job.now[i].place, pxed_arena_dup(&tree.arena, pxed_slice_of(job.now[i].name)).ptr, job.now[i].hash};
    n_files = 0;
    job.alias.name = NULL;
}

START_TEST(opens_and_closes) {
    tree_write(&tree, "install.wim", "a system");
    want("autorun.bat", "install", true);
    want("unattend.xml", "<unattend/>", false);
    want_link("install.wim", "install.wim");
    apply(true, false);
    ck_assert_uint_eq(job.written, 3);
    ck_assert_str_eq(text_of("host/autorun.bat"), "install");
    ck_assert_str_eq(text_of("host/unattend.xml"), "<unattend/>");
    struct stat a, b;
    ck_assert(stat(path_of("host/install.wim"), &a) == 0 && stat(path_of("install.wim"), &b) == 0);
    ck_assert_uint_eq(a.st_ino, b.st_ino);
    want("autorun.bat", "refuse", true);
    apply(false, false);
    ck_assert_str_eq(text_of("host/autorun.bat"), "refuse");
    ck_assert_str_eq(text_of("host/unattend.xml"), "(missing)");
    ck_assert_str_eq(text_of("host/install.wim"), "(missing)");
    ck_assert_str_eq(text_of("install.wim"), "a system");
}
END_TEST

START_TEST(twice_is_once) {
    want("autorun.bat", "install", true);
    apply(true, false);
    want("autorun.bat", "install", true);
    apply(true, false);
    ck_assert_uint_eq(job.written, 0);
    ck_assert_uint_eq(n_known, 1);
    want("autorun.bat", "anew", true);
    apply(true, false);
    ck_assert_uint_eq(job.written, 1);
    ck_assert_str_eq(text_of("host/autorun.bat"), "anew");
}
END_TEST

START_TEST(an_operators_file_stays) {
    tree_write(&tree, "host/autorun.bat", "classic");
    want("autorun.bat", "install", true);
    want("diskpart.txt", "clean", false);
    apply(true, false);
    ck_assert_uint_eq(job.kept, 1);
    ck_assert_str_eq(text_of("host/autorun.bat"), "classic");
    ck_assert_str_eq(text_of("host/diskpart.txt"), "clean");
    tree_write(&tree, "host/diskpart.txt", "edited by hand"); /* ours until it was changed */
    apply(true, true);
    ck_assert_str_eq(text_of("host/autorun.bat"), "classic");
    ck_assert_str_eq(text_of("host/diskpart.txt"), "edited by hand");
}
END_TEST

START_TEST(the_alias_is_for_an_own_script) {
    tree_write(&tree, "install.wim", "a system");
    for (int own = 0; own < 2; own++) {
        if (own)
            tree_write(&tree, "host/autorun.bat", "imagex /apply boot.wim");
        want("autorun.bat", "install", true);
        want_link("install.wim", "install.wim");
        job.alias = files[n_files - 1];
        job.alias.name = "boot.wim";
        apply(true, false);
        ck_assert_str_eq(text_of("host/boot.wim"), own ? "a system" : "(missing)");
    }
    apply(true, true);
    ck_assert_str_eq(text_of("host/boot.wim"), "(missing)");
    ck_assert_str_eq(text_of("host/autorun.bat"), "imagex /apply boot.wim");
}
END_TEST

START_TEST(leaves_nothing_behind) {
    want("autorun.bat", "install", true);
    apply(true, false);
    apply(false, true);
    struct stat st;
    ck_assert_int_lt(stat(path_of("host"), &st), 0);
    apply(false, true); /* and again, when there is nothing */
}
END_TEST

/* [os-windows] write-pxelinux-cfg = no: root/tftp is an operator's, and nothing is tried there. */
START_TEST(an_untouched_place_is_no_error) {
    pxed_arena_clear(&job.arena);
    known[n_known++] = (struct stage_known){STAGE_SHARE, "autorun.bat", stage_hash_text(PXED_SLICE("old"))};
    tree_write(&tree, "host/autorun.bat", "old");
    want("autorun.bat", "new", true);
    job = (struct stage_job){.folders = {path_of("host"), path_of("no/tftp/pxelinux.cfg")},
                             .opens = true,
                             .files = files,
                             .n_files = n_files,
                             .known = known,
                             .n_known = n_known};
    stage_files_apply(&job);
    ck_assert_msg(!job.error, "%s", job.error);
    ck_assert_str_eq(text_of("host/autorun.bat"), "new");
}
END_TEST

START_TEST(what_is_not_looked_at_stays_known) { /* a removed line's folder, while its machine is being installed */
    want("autorun.bat", "install", true);
    apply(true, false);
    pxed_arena_clear(&job.arena);
    job = (struct stage_job){.leaves = true, .known = known, .n_known = n_known};
    stage_files_apply(&job);
    ck_assert_uint_eq(job.n_now, 1);
    ck_assert_str_eq(job.now[0].name, "autorun.bat");
    ck_assert_str_eq(text_of("host/autorun.bat"), "install");
}
END_TEST

START_TEST(half_done_is_known) { /* the store was told of a text that was never written */
    want("autorun.bat", "old", true);
    apply(true, false);
    known[n_known++] = (struct stage_known){STAGE_SHARE, "autorun.bat", stage_hash_text(PXED_SLICE("never written"))};
    want("autorun.bat", "new", true);
    apply(true, false);
    ck_assert_str_eq(text_of("host/autorun.bat"), "new");
    known[n_known++] = (struct stage_known){STAGE_SHARE, "autorun.bat", stage_hash_text(PXED_SLICE("newest"))};
    tree_write(&tree, "host/autorun.bat", "newest"); /* written, but the store heard no more */
    want("autorun.bat", "after", true);
    apply(true, false);
    ck_assert_str_eq(text_of("host/autorun.bat"), "after");
}
END_TEST

START_TEST(a_lost_state_leaves_no_strangers) { /* what the store no longer knows is told by what lies beside it */
    want("autorun.bat", "of yesterday", true);
    want("mine.txt", "ours", false);
    apply(true, false);
    n_known = 0; /* state is gone */
    tree_write(&tree, "host/mine.txt", "the operator's by now");
    want("autorun.bat", "of today", true);
    want("mine.txt", "ours again", false);
    apply(true, false);
    ck_assert_str_eq(text_of("host/autorun.bat"), "of today");
    ck_assert_str_eq(text_of("host/mine.txt"), "the operator's by now");
}
END_TEST

START_TEST(a_changed_image_is_linked_anew) {
    tree_write(&tree, "install.wim", "one");
    want_link("install.wim", "install.wim");
    apply(true, false);
    unlink(path_of("install.wim"));
    tree_write(&tree, "install.wim", "two");
    want_link("install.wim", "install.wim");
    apply(true, false);
    ck_assert_str_eq(text_of("host/install.wim"), "two");
}
END_TEST

START_TEST(never_through_a_link) { /* a symbolic link in place of the folder or a file leads nowhere */
    tree_write(&tree, "victim/file", "precious");
    ck_assert_int_eq(symlink(path_of("victim"), path_of("host")), 0);
    want("file", "ours", false);
    job.alias.name = NULL;
    pxed_arena_clear(&job.arena);
    job = (struct stage_job){.folders = {path_of("host"), NULL}, .opens = true, .files = files, .n_files = n_files};
    stage_files_apply(&job);
    ck_assert_ptr_nonnull(job.error);
    ck_assert_str_eq(text_of("victim/file"), "precious");
    unlink(path_of("host"));
    n_files = 0;
    ck_assert_int_eq(mkdir(path_of("host"), 0755), 0);
    ck_assert_int_eq(symlink(path_of("victim/file"), path_of("host/file")), 0);
    want("file", "ours", false);
    apply(true, false);
    ck_assert_str_eq(text_of("victim/file"), "precious");
}
END_TEST

int main(void) {
    Suite *s = suite_create("stage");
    TCase *t = tcase_create("stage");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, opens_and_closes);
    tcase_add_test(t, twice_is_once);
    tcase_add_test(t, an_operators_file_stays);
    tcase_add_test(t, the_alias_is_for_an_own_script);
    tcase_add_test(t, leaves_nothing_behind);
    tcase_add_test(t, an_untouched_place_is_no_error);
    tcase_add_test(t, what_is_not_looked_at_stays_known);
    tcase_add_test(t, half_done_is_known);
    tcase_add_test(t, a_lost_state_leaves_no_strangers);
    tcase_add_test(t, a_changed_image_is_linked_anew);
    tcase_add_test(t, never_through_a_link);
    suite_add_tcase(s, t);
    return suite_run(s);
}
