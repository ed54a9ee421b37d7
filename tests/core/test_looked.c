/* What was found is found again without a look until the loop waits, and never in another generation. */
#include "looked.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_files.h"
#include "site.h"
#include "suite.h"

static struct site site;

static void setup(void) {
    site_open(&site);
    site_build(&site, "", "", "08:00:27:4d:4d:aa, testos-1\n");
}
static void teardown(void) {
    site_close(&site);
}

static bool has(const char *file) {
    struct catalogue_image image = {site.catalogue, PXED_SLICE("testos-1")};
    return catalogue_image_has(&image, file);
}

static void take_away(const char *name) {
    ck_assert_int_eq(unlink(tree_path(&site.tree, pxed_arena_printf(&site.tree.arena, "root/boot/%s", name))), 0);
}

static void put_image(const char *name) {
    site_image(&site, pxed_arena_printf(&site.tree.arena, "testos-1/%s", name));
}

START_TEST(no_turns_no_memory) {
    ck_assert(!has("linux"));
    put_image("linux");
    ck_assert(has("linux"));
    take_away("os/testos-1/linux");
    ck_assert(!has("linux"));
}
END_TEST

START_TEST(for_one_turn) {
    looked_turn();
    ck_assert(!has("linux"));
    put_image("linux");
    put_image("initrd");
    ck_assert(!has("linux"));
    ck_assert(has("initrd")); /* another name is a look of its own */
    looked_turn();
    ck_assert(has("linux"));
    take_away("os/testos-1/linux");
    ck_assert(has("linux"));
    looked_turn();
    ck_assert(!has("linux"));
}
END_TEST

START_TEST(of_one_generation) {
    looked_turn();
    ck_assert(!has("linux"));
    put_image("linux");
    site_build(&site, "", "", "08:00:27:4d:4d:aa, testos-1\n");
    ck_assert(has("linux"));
}
END_TEST

START_TEST(long_names) {
    char name[200];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    looked_turn();
    ck_assert(!has(name));
    put_image(name);
    ck_assert(has(name));
}
END_TEST

static bool absent(const char *path) {
    return looked_absent(site.catalogue, site.catalogue->root_fd, path);
}

START_TEST(absence) {
    looked_turn();
    ck_assert(absent("boot/hosts"));
    ck_assert(!absent("boot"));
    int other = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert(looked_absent(site.catalogue, other, "boot/hosts")); /* a look of its own */
    ck_assert(!looked_absent(site.catalogue, other, "tmp"));
    ck_assert(absent("tmp"));
    close(other);
    tree_write(&site.tree, "root/boot/hosts/x", "");
    ck_assert(absent("boot/hosts"));
    looked_turn();
    ck_assert(!absent("boot/hosts"));
    ck_assert(!absent("boot/hosts/x/y")); /* no folder: not looked at as absence */
    ck_assert_int_eq(symlink("/tmp", tree_path(&site.tree, "root/boot/out")), 0);
    ck_assert(!absent("boot/out")); /* it leads out of root: said where it is opened */
}
END_TEST

int main(void) {
    Suite *s = suite_create("looked");
    TCase *t = tcase_create("looked");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, no_turns_no_memory);
    tcase_add_test(t, for_one_turn);
    tcase_add_test(t, of_one_generation);
    tcase_add_test(t, long_names);
    tcase_add_test(t, absence);
    suite_add_tcase(s, t);
    return suite_run(s);
}
