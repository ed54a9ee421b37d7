/* What is private stays so under every name: linked, renamed, replaced, a moment ago. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "catalogue_private.h"
#include "private_set.h"
#include "site.h"
#include "suite.h"

static struct site site;

static void setup(void) {
    site_open(&site);
    tree_write(&site.tree, "key", "secret");
    tree_write(&site.tree, "state/store", "secret");
    tree_write(&site.tree, "root/boot/open", "public");
    site_build(&site, "", "", "08:00:27:4d:4d:aa, none, ssh-key=@key\n");
    ck_assert_ptr_nonnull(site.catalogue);
}

static void teardown(void) {
    site_close(&site);
}

static const char *at(const char *name) {
    return tree_path(&site.tree, name);
}

static bool is_private(const char *name) {
    struct stat st;
    int fd = open(at(name), O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    bool private = catalogue_is_private(site.catalogue, fd, &st);
    close(fd);
    return private;
}

START_TEST(linked) {
    ck_assert(!is_private("root/boot/open"));
    ck_assert_int_eq(link(at("key"), at("root/boot/a")), 0);
    ck_assert_int_eq(link(at("state/store"), at("root/boot/b")), 0);
    ck_assert(is_private("root/boot/a"));
    ck_assert(is_private("root/boot/b"));
    ck_assert(!is_private("root/boot/open"));
}
END_TEST

/* Nothing was asked before: what the generation was built with counts. */
START_TEST(renamed) {
    ck_assert_int_eq(rename(at("key"), at("root/boot/a")), 0);
    ck_assert_int_eq(rename(at("state/store"), at("root/boot/open")), 0);
    ck_assert(is_private("root/boot/a"));
    ck_assert(is_private("root/boot/open"));
}
END_TEST

/* An editor writes a new file and renames it over the old one. */
START_TEST(replaced) {
    ck_assert(!is_private("root/boot/open"));
    tree_write(&site.tree, "key.new", "new secret");
    ck_assert_int_eq(link(at("key.new"), at("root/boot/a")), 0);
    ck_assert(!is_private("root/boot/a"));
    ck_assert_int_eq(rename(at("key.new"), at("key")), 0);
    ck_assert(is_private("root/boot/a"));
    tree_write(&site.tree, "state/later", "secret");
    ck_assert_int_eq(link(at("state/later"), at("root/boot/b")), 0);
    ck_assert(is_private("root/boot/b"));
    ck_assert_int_eq(link(at("root/boot/open"), at("state/open")), 0);
    ck_assert(is_private("root/boot/open"));
}
END_TEST

/* It has left its place, and the list was made anew since. */
START_TEST(left) {
    ck_assert(!is_private("root/boot/open"));
    ck_assert_int_eq(rename(at("key"), at("root/boot/a")), 0);
    private_set_look(site.catalogue->private_set, site.catalogue->private_files, site.catalogue->n_private);
    ck_assert(is_private("root/boot/a"));
}
END_TEST

/* The folder was moved away, and another has its name. */
START_TEST(another_folder) {
    ck_assert(!is_private("root/boot/open"));
    tree_write(&site.tree, "state.new/store", "secret");
    ck_assert_int_eq(link(at("state.new/store"), at("root/boot/a")), 0);
    ck_assert_int_eq(rename(at("state"), at("state.old")), 0);
    ck_assert_int_eq(rename(at("state.new"), at("state")), 0);
    ck_assert(is_private("root/boot/a"));
    tree_write(&site.tree, "state/more", "secret");
    ck_assert_int_eq(link(at("state/more"), at("root/boot/b")), 0);
    ck_assert(is_private("root/boot/b"));
}
END_TEST

/* File systems give a number again as soon as it is free: such a file is served. */
START_TEST(number_used_again) {
    for (int i = 0; i < 50; i++) {
        tree_write(&site.tree, "state/passing", "secret");
        ck_assert(!is_private("root/boot/open"));
        ck_assert(is_private("state/passing"));
        ck_assert_int_eq(unlink(at("state/passing")), 0);
        tree_write(&site.tree, "root/boot/new", "public");
        ck_assert(!is_private("root/boot/new"));
        ck_assert_int_eq(unlink(at("root/boot/new")), 0);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("private");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, linked);
    tcase_add_test(tcase, renamed);
    tcase_add_test(tcase, replaced);
    tcase_add_test(tcase, left);
    tcase_add_test(tcase, another_folder);
    tcase_add_test(tcase, number_used_again);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
