/* Where files of images are found: the folders of image-path, links, names in another case, and what is said of a
 * missing one. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "catalogue_iso.h"
#include "image_files.h"
#include "image_find.h"
#include "image_missing.h"
#include "image_names.h"
#include "isomake.h"
#include "render_plan.h"
#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "images/pxeboot/vmlinuz", .initrd = {"images/pxeboot/initrd.img"}, .args = "a"},
    {0}};
static const struct pxed_profile profile = {"test", claims, boots, NULL, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;

#define MAC "08:00:27:4d:4d:aa"

static void setup(void) {
    site_open(&site);
    site_fake_os(&site, "os-test", profiles);
    tree_write(&site.tree, "more/keep", "");
    tree_write(&site.tree, "third/keep", "");
}
static void teardown(void) {
    site_close(&site);
}

static void put(const char *name, const char *text) {
    tree_write(&site.tree, name, text);
}

static const char *build(const char *sections) {
    return site_build(&site, "image-path = more third\n", sections, MAC ", testos-1\n");
}

/* The file's text, or the errno. */
static const char *text_of(const char *name) {
    static char text[64];
    struct stat st;
    int fd = catalogue_open_image(site.catalogue, pxed_slice_of(name), &st);
    if (fd < 0)
        return errno == ENOENT ? "(none)" : errno == EXDEV ? "(leads out)" : strerror(errno);
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    ck_assert_int_eq(n, st.st_size);
    text[n] = '\0';
    close(fd);
    return text;
}

static const char *missing(void) {
    return catalogue_missing(site.catalogue, site_host(&site, NULL)->os, &site.tree.arena);
}

static const char *plan_kernel(void) {
    struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
    struct pxed_plan plan;
    enum pxed_reason why = render_plan(&r, PXED_FW_BIOS, PXED_LOADER_IPXE, &plan);
    return why == PXED_WHY_OK ? pxed_arena_dup(&site.tree.arena, plan.kernel).ptr : pxed_reason_name(why);
}

static void link_to(const char *target, const char *name) {
    put(pxed_arena_printf(&site.tree.arena, "%.*s.beside", (int)(strrchr(name, '/') + 1 - name), name), "");
    ck_assert_int_eq(symlink(tree_path(&site.tree, target), tree_path(&site.tree, name)), 0);
}

START_TEST(order_of_folders) {
    put("more/testos-1/images/pxeboot/vmlinuz", "more");
    put("more/testos-1/images/pxeboot/initrd.img", "more");
    put("third/testos-1/images/pxeboot/vmlinuz", "third");
    put("third/testos-1/only", "third");
    put("third/Testos-2/x", "third");
    const char *said = build("");
    ck_assert_msg(site.diags.n == 0, "%s", said);
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "more");
    ck_assert_str_eq(text_of("os/testos-1/only"), "third");
    ck_assert_str_eq(text_of("os/testos-2/x"), "third");
    ck_assert_str_eq(plan_kernel(), "os/testos-1/images/pxeboot/vmlinuz");
    put("root/boot/os/testos-1/images/pxeboot/vmlinuz", "root"); /* one that arrives later, too */
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "root");
    ck_assert_str_eq(catalogue_image_path(site.catalogue, PXED_SLICE("testos-2"), "x", &site.tree.arena),
                     tree_path(&site.tree, "third/Testos-2/x"));
}
END_TEST

START_TEST(only_what_is_meant) {
    put("more/notes.txt", "private");
    put("more/.ssh/id", "private");
    put("more/my folder/x", "private");
    put("more/cd.iso", "an ISO");
    put("outside", "private");
    build("[os testos-2]\niso = cd.iso\n");
    ck_assert_str_eq(text_of("os/notes.txt"), "(none)");
    ck_assert_str_eq(text_of("os/.ssh/id"), "(none)");
    ck_assert_str_eq(text_of("os/my folder/x"), "(none)");
    ck_assert_str_eq(text_of("os/cd.iso"), "an ISO");
    ck_assert_str_ne(text_of("os/testos-1/../../outside"), "private");
    ck_assert_str_eq(text_of("os/../outside"), "(none)");
}
END_TEST

START_TEST(isos) {
    put("d/images/pxeboot/vmlinuz", "inside");
    put("d/images/pxeboot/initrd.img", "inside");
    put("third/testos-1/a.iso", "");
    isomake_run(site.tree.path, "genisoimage -R -o third/testos-1/a.iso d && cp third/testos-1/a.iso more/b.iso");
    const char *said = build("[os testos-2]\niso = b.iso\n");
    ck_assert_msg(site.diags.n == 0, "%s", said);
    ck_assert_str_eq(plan_kernel(), "os/testos-1/images/pxeboot/vmlinuz");
    const struct catalogue_os *two = catalogue_os(site.catalogue, PXED_SLICE("testos-2"));
    ck_assert_str_eq(catalogue_iso(site.catalogue, two, &site.tree.arena).ptr, "os/b.iso");
    const struct catalogue_iso_item *item;
    ck_assert_ptr_nonnull(
        catalogue_iso_file(site.catalogue, PXED_SLICE("testos-2"), PXED_SLICE("images/pxeboot/vmlinuz"), &item));
    ck_assert_str_eq(item->path, tree_path(&site.tree, "more/b.iso"));
    uint64_t offset, size;
    int fd = catalogue_image_open(site.catalogue, site_host(&site, NULL)->os, "images/pxeboot/vmlinuz", &offset, &size);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(size, 6);
    close(fd);
}
END_TEST

static const struct {
    const char *name, *target, *link, *asked, *text;
} links[] = {
    {"an image into image-path", "more/x", "root/boot/os/testos-1", "os/testos-1/images/vmlinuz", "of x"},
    {"into image-path itself", "more", "root/boot/os/testos-1", "os/testos-1/x/images/vmlinuz", "of x"},
    {"from one folder into the next", "third/y", "more/testos-1", "os/testos-1/vmlinuz", "of y"},
    {"absolute, inside root", "root/boot/os/real", "root/boot/os/testos-1", "os/testos-1/f", "of root"},
    {"a file of an image", "more/x/images/vmlinuz", "root/boot/os/real/link", "os/real/link", "of x"},
    {"a folder of an image, in another case", "more/x/images", "root/boot/os/real/sub", "os/real/SUB/VMLINUZ", "of x"},
    {"elsewhere", "outside", "root/boot/os/testos-1", "os/testos-1/vmlinuz", "(leads out)"},
    {"a file elsewhere", "outside/vmlinuz", "root/boot/os/real/link", "os/real/link", "(leads out)"},
    {"out of image-path", "outside", "more/testos-1", "os/testos-1/vmlinuz", "(leads out)"},
    {"a folder whose name only begins alike", "more-secrets", "root/boot/os/testos-1", "os/testos-1/s", "(leads out)"},
    {"to nothing", "more/nothing", "root/boot/os/testos-1", "os/testos-1/vmlinuz", "(none)"},
};

START_TEST(links_are_followed) {
    put("more/x/images/vmlinuz", "of x");
    put("third/y/vmlinuz", "of y");
    put("outside/vmlinuz", "private");
    put("more-secrets/s", "private");
    put("root/boot/os/real/f", "of root");
    link_to(links[_i].target, links[_i].link);
    build("");
    ck_assert_msg(strcmp(text_of(links[_i].asked), links[_i].text) == 0, "%s: %s", links[_i].name,
                  text_of(links[_i].asked));
    site_build(&site, "", "", NULL); /* without image-path */
    bool own = strcmp(links[_i].text, "of root") == 0;
    ck_assert_msg(own || strcmp(text_of(links[_i].asked), "of x") != 0, "%s", links[_i].name);
}
END_TEST

START_TEST(a_link_changed_in_force) {
    put("more/x/vmlinuz", "of x");
    put("outside/vmlinuz", "private");
    link_to("more/x", "root/boot/os/testos-1");
    build("");
    ck_assert_str_eq(text_of("os/testos-1/vmlinuz"), "of x");
    unlink(tree_path(&site.tree, "root/boot/os/testos-1"));
    link_to("outside", "root/boot/os/testos-1");
    ck_assert_str_eq(text_of("os/testos-1/vmlinuz"), "(leads out)");
}
END_TEST

START_TEST(any_case) {
    put("root/boot/os/testos-1/IMAGES/PXEBOOT/VMLINUZ", "upper");
    put("root/boot/os/testos-1/IMAGES/PXEBOOT/Initrd.img", "mixed");
    put("root/boot/os/testos-1/two/File", "File");
    put("root/boot/os/testos-1/two/FILE", "FILE");
    put("root/boot/os/testos-1/Two/other", "other");
    put("root/boot/os/loader.EFI", "shared");
    const char *said = build("");
    ck_assert_msg(site.diags.n == 0, "%s", said);
    ck_assert_str_eq(plan_kernel(), "os/testos-1/images/pxeboot/vmlinuz");
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "upper");
    ck_assert_str_eq(text_of("os/TESTOS-1/Images/PXEboot/initrd.IMG"), "mixed");
    ck_assert_str_eq(text_of("os/testos-1/two/File"), "File");
    ck_assert_str_eq(text_of("os/testos-1/two/file"), "(none)");  /* either could be meant */
    ck_assert_str_eq(text_of("os/testos-1/two/other"), "(none)"); /* the folder of exactly this name */
    ck_assert_str_eq(text_of("os/testos-1/TWO/other"), "(none)"); /* `two` or `Two` */
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot"), "(none)");
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz/x"), "(none)");
    ck_assert_str_eq(text_of("os/loader.efi"), "(none)"); /* not below an image's folder */
}
END_TEST

/* Which one is meant cannot be known: check names both. */
START_TEST(pairs) {
    put("root/boot/os/testos-1/images/pxeboot/VMLINUZ", "one");
    put("root/boot/os/testos-1/images/pxeboot/Vmlinuz", "another");
    put("root/boot/os/testos-1/images/pxeboot/initrd.img", "i");
    const char *said = build("");
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "(none)");
    ck_assert_msg(strstr(said, "boot/os/testos-1/images/pxeboot/VMLINUZ and Vmlinuz differ only in case") != NULL, "%s",
                  said);
    ck_assert_msg(strstr(said, "(NO_IMAGE)") != NULL, "%s", said);
    put("root/boot/os/testos-1/images/pxeboot/vmlinuz", "exact");
    said = build("");
    ck_assert_msg(site.diags.n == 0, "%s", said);
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "exact");
}
END_TEST

START_TEST(pairs_of_folders) {
    put("root/boot/os/TestOS-1/images/pxeboot/vmlinuz", "one");
    put("root/boot/os/TESTOS-1/images/pxeboot/vmlinuz", "another");
    const char *said = build("");
    ck_assert_str_eq(text_of("os/testos-1/images/pxeboot/vmlinuz"), "(none)");
    ck_assert_msg(strstr(said, "differ only in case, and neither is 'testos-1': none is used; rename one") != NULL,
                  "%s", said);
}
END_TEST

/* A folder that is too large is read once, and then only as far as the limit. */
START_TEST(large_folders) {
    char name[64];
    for (unsigned i = 0; i <= IMAGE_NAMES_FOLDER_MAX; i++) {
        snprintf(name, sizeof(name), "root/boot/os/testos-1/large/F%05u", i);
        if (i == 0)
            put(name, "x");
        else
            ck_assert_int_eq(
                link(tree_path(&site.tree, "root/boot/os/testos-1/large/F00000"), tree_path(&site.tree, name)), 0);
        if (i == 100)
            isomake_run(site.tree.path, "cp -l -r root/boot/os/testos-1/large root/boot/os/testos-1/Small");
    }
    build("");
    ck_assert_str_eq(text_of("os/testos-1/large/F00007"), "x");
    ck_assert_str_eq(text_of("os/testos-1/large/f00007"), "(none)");
    ck_assert_str_eq(text_of("os/testos-1/small/f00007"), "x");
}
END_TEST

START_TEST(what_is_missing) {
    put("third/testos-1/images/pxeboot/vmlinux", "x");
    put("third/testos-1/images/pxeboot/initrd.img.part", "x");
    put("more/testos_1/x", "x");
    put("more/testos-2/x", "x");
    const char *said = build("");
    const char *folders =
        pxed_arena_printf(&site.tree.arena, "images/pxeboot/vmlinuz + images/pxeboot/initrd.img in %s, %s, %s",
                          tree_path(&site.tree, "root/boot/os/testos-1"), tree_path(&site.tree, "more/testos-1"),
                          tree_path(&site.tree, "third/testos-1"));
    ck_assert_msg(strstr(said, folders) && strstr(missing(), folders), "%s", said);
    const char *near[] = {"more/testos_1", "third/testos-1/images/pxeboot/vmlinux",
                          "third/testos-1/images/pxeboot/initrd.img.part"};
    for (size_t i = 0; i < 3; i++) {
        const char *want = pxed_arena_printf(&site.tree.arena, "there is %s", tree_path(&site.tree, near[i]));
        ck_assert_msg(strstr(missing(), want) != NULL, "%s", missing());
    }
    ck_assert_ptr_null(strstr(missing(), "testos-2"));
    link_to("outside", "root/boot/os/testos-1");
    ck_assert_ptr_nonnull(strstr(missing(), "is a link to nothing"));
    put("outside/x", "");
    const char *cure =
        pxed_arena_printf(&site.tree.arena, "image-path = %s in [pxed]", tree_path(&site.tree, "outside"));
    ck_assert_msg(strstr(missing(), cure) != NULL, "%s", missing());
    ck_assert_str_eq(plan_kernel(), "NO_IMAGE"); /* as serving, which refuses */
}
END_TEST

START_TEST(secrets_in_a_folder) {
    put("more/testos-1/secret.ini", "k=v");
    put("more/testos-1/hash", "x");
    site_build(&site, "image-path = more\n", "[defaults]\nroot-password-hash = @more/testos-1/hash\n",
               MAC ", testos-1\n");
    ck_assert(site.catalogue->private_inside);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("images");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, order_of_folders);
    tcase_add_test(tcase, only_what_is_meant);
    tcase_add_test(tcase, isos);
    tcase_add_loop_test(tcase, links_are_followed, 0, sizeof(links) / sizeof(links[0]));
    tcase_add_test(tcase, a_link_changed_in_force);
    tcase_add_test(tcase, any_case);
    tcase_add_test(tcase, pairs);
    tcase_add_test(tcase, pairs_of_folders);
    tcase_add_test(tcase, large_folders);
    tcase_add_test(tcase, what_is_missing);
    tcase_add_test(tcase, secrets_in_a_folder);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
