/* ISOs as part of a generation: which are found, what wins, what is said about them. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "catalogue.h"
#include "catalogue_iso.h"
#include "image_files.h"
#include "isomake.h"
#include "site.h"
#include "suite.h"

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX, .kernel = "boot/vmlinuz", .initrd = {"boot/initrd"}, .args = "quiet"}, {0}};
static const struct pxed_profile profile = {"test", claims, boots, NULL, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;

#define MAC "08:00:27:4d:4d:aa"

static void make(const char *name, const char *kernel) {
    tree_write(&site.tree, "d/boot/vmlinuz", kernel);
    tree_write(&site.tree, "d/boot/initrd", "initrd");
    tree_write(&site.tree, pxed_arena_printf(&site.tree.arena, "d/only-%s", kernel), kernel);
    tree_write(&site.tree, pxed_arena_printf(&site.tree.arena, "root/boot/os/%s", name), "");
    isomake_run(site.tree.path,
                pxed_arena_printf(&site.tree.arena, "genisoimage -R -o root/boot/os/%s d && rm -r d", name));
}

static void setup(void) {
    site_open(&site);
    site_fake_os(&site, "os-test", profiles);
}
static void teardown(void) {
    site_close(&site);
}

static bool has(const char *id, const char *file) {
    struct catalogue_image image = {site.catalogue, pxed_slice_of(id)};
    return catalogue_image_has(&image, file);
}

static const char *iso_of(const char *id) {
    struct catalogue_os nobody = {.id = {.text = pxed_slice_of(id)}};
    const struct catalogue_os *os = catalogue_os(site.catalogue, pxed_slice_of(id));
    struct pxed_slice name = catalogue_iso(site.catalogue, os ? os : &nobody, &site.tree.arena);
    return name.ptr ? name.ptr : "(none)";
}

/* The file's text, through the opener of plugins. */
static const char *text_of(const char *id, const char *file) {
    static char text[64];
    struct catalogue_os nobody = {.id = {.text = pxed_slice_of(id)}};
    uint64_t offset, size;
    int fd = catalogue_image_open(site.catalogue, &nobody, file, &offset, &size);
    if (fd < 0 || size >= sizeof(text))
        return "(none)";
    ck_assert_int_eq(pread(fd, text, (size_t)size, (off_t)offset), (ssize_t)size);
    text[size] = '\0';
    close(fd);
    return text;
}

START_TEST(dropped_into_a_folder) {
    make("testos-1/b.iso", "second");
    make("testos-1/A.ISO", "first");
    make("testos-2/x.iso", "unnamed");
    const char *said = site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_msg(site.catalogue != NULL && !strstr(said, "image"), "%s", said);
    ck_assert(has("testos-1", "boot/vmlinuz") && has("testos-1", "BOOT/Initrd") && has("testos-1", "*.iso"));
    ck_assert(!has("testos-1", "boot") && !has("testos-1", "boot/nothing") && !has("testos-3", "boot/vmlinuz"));
    ck_assert_str_eq(iso_of("testos-1"), "os/testos-1/A.ISO");
    ck_assert_str_eq(catalogue_iso_glob(site.catalogue, PXED_SLICE("testos-1"), "boot/vm*"), "boot/vmlinuz");
    ck_assert_ptr_null(catalogue_iso_glob(site.catalogue, PXED_SLICE("testos-1"), "vm*"));
    ck_assert_ptr_null(catalogue_iso_glob(site.catalogue, PXED_SLICE("testos-9"), "boot/vm*"));
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "first"); /* in the order of names */
    ck_assert_str_eq(text_of("testos-1", "only-second"), "second");
    ck_assert_str_eq(text_of("testos-2", "boot/vmlinuz"), "unnamed"); /* `pxed arm --os` may want it */
    site_image(&site, "testos-1/boot/vmlinuz");
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "x"); /* the folder's own wins, at once */
    ck_assert_str_eq(text_of("testos-1", "boot/nothing"), "(none)");
}
END_TEST

START_TEST(named_by_a_section) {
    make("testos-1/a.iso", "first");
    make("testos-1/b.iso", "second");
    make("common.iso", "common");
    site_build(&site, "", "[os testos-1]\niso = b.iso\n[os testos-2]\niso = common.iso\n[os testos-3]\niso = no.iso\n",
               MAC ", testos-1\n");
    ck_assert_str_eq(iso_of("testos-1"), "os/testos-1/b.iso");
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "second");
    ck_assert_str_eq(text_of("testos-1", "only-first"), "(none)");
    ck_assert_str_eq(iso_of("testos-2"), "os/common.iso");
    ck_assert_str_eq(text_of("testos-2", "boot/vmlinuz"), "common");
    ck_assert_str_eq(iso_of("testos-3"), "(none)");
    ck_assert(!has("testos-3", "*.iso"));
}
END_TEST

START_TEST(what_is_said) {
    tree_write(&site.tree, "root/boot/os/testos-1/bad.iso", "no ISO at all");
    const char *said = site_build(&site, "", "", "# hosts\n" MAC ", testos-1\n");
    const struct pxed_diag *d = diags_find(&site.diags, "bad.iso");
    ck_assert_msg(d && d->line == 2 && strstr(d->text, "neither ISO 9660 nor UDF"), "%s", said);
    ck_assert_msg(strstr(said, "host-os.conf:2: no file inside"), "%s", said);
    ck_assert_ptr_nonnull(diags_find(&site.diags, "no image for 'testos-1'"));
    said = site_build(&site, "", "[os testos-1]\niso = bad.iso\n", NULL); /* what memdisk gets may be anything */
    ck_assert_msg(!diags_find(&site.diags, "no file inside"), "%s", said);
    ck_assert_ptr_nonnull(
        diags_find(&site.diags, "bad.iso is neither an ISO (it holds neither ISO 9660 nor UDF) nor a"));
    char floppy[1024] = {0};
    memcpy(floppy + 510, "\x55\xaa", 2);
    FILE *f = fopen(tree_path(&site.tree, "root/boot/os/testos-1/bad.iso"), "w");
    ck_assert(f && fwrite(floppy, 1, sizeof(floppy), f) == sizeof(floppy) && fclose(f) == 0);
    said = site_build(&site, "", "[os testos-1]\niso = bad.iso\n", NULL);
    ck_assert_msg(!diags_find(&site.diags, "bad.iso"), "%s", said);
    for (unsigned i = 0; i < 17; i++)
        tree_write(&site.tree, pxed_arena_printf(&site.tree.arena, "root/boot/os/testos-2/%u.iso", i), "");
    site_build(&site, "", "", MAC ", testos-2\n");
    ck_assert_ptr_nonnull(diags_find(&site.diags, "the last 1 are not looked into"));
}
END_TEST

START_TEST(replaced_while_in_force) {
    make("testos-1/a.iso", "first");
    site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "first");
    make("testos-1/new", "second, and longer");
    isomake_run(site.tree.path, "mv root/boot/os/testos-1/new root/boot/os/testos-1/a.iso");
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "(none)"); /* not what happens to lie there now */
    site_build(&site, "", "", MAC ", testos-1\n");
    ck_assert_str_eq(text_of("testos-1", "boot/vmlinuz"), "second, and longer");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("catalogue-iso");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, dropped_into_a_folder);
    tcase_add_test(tcase, named_by_a_section);
    tcase_add_test(tcase, what_is_said);
    tcase_add_test(tcase, replaced_while_in_force);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
