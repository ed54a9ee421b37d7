/* Files inside ISOs: real media of every kind, files of several extents, the life of an index. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#include "isomake.h"
#include "suite.h"

static struct tree tree;
static char why[ISO_WHY_MAX];

static void setup(void) {
    tree_open(&tree);
}
static void teardown(void) {
    tree_close(&tree);
}

static struct iso *open_iso(const char *name, int *ret_fd) {
    *ret_fd = open(tree_path(&tree, name), O_RDWR | O_CLOEXEC);
    ck_assert_msg(*ret_fd >= 0, "%s: %s", name, strerror(errno));
    return isomake_open(*ret_fd, why);
}

/* Are the bytes at that name those of the file in the tree? */
static void same(const struct iso *iso, int fd, const char *asked, const char *original) {
    static char a[1 << 16], b[1 << 16];
    const struct iso_file *f = iso_find(iso, pxed_slice_of(asked));
    ck_assert_msg(f != NULL, "%s: %s is missing", iso->names, asked);
    int from = open(tree_path(&tree, original), O_RDONLY | O_CLOEXEC);
    ssize_t n = read(from, a, sizeof(a));
    close(from);
    ck_assert_msg((uint64_t)n == f->size, "%s: %s has %llu bytes", iso->names, asked, (unsigned long long)f->size);
    if (f->bytes)
        memcpy(b, f->bytes, (size_t)n);
    else
        ck_assert_int_eq(pread(fd, b, (size_t)n, (off_t)f->offset), n);
    ck_assert_msg(memcmp(a, b, (size_t)n) == 0, "%s: %s has other bytes", iso->names, asked);
}

/* --- real media --- */

#define LONG                                                                                                           \
    "a-name-that-does-not-fit-Joliet-"                                                                                 \
    "0123456789012345678901234567890123456789"
#define LONGER LONG LONG LONG

static const struct {
    const char *tool, *names;
    bool long_names;
} media[] = {
    {"genisoimage -o i.iso d", "ISO 9660", false},
    {"genisoimage -R -o i.iso d", "Rock Ridge", true},
    {"genisoimage -J -joliet-long -D -o i.iso d", "Joliet", true},
    {"genisoimage -R -J -o i.iso d", "Rock Ridge", true},
    {"genisoimage -udf -D -o i.iso d", "UDF", true},
    {"genisoimage -udf -R -J -allow-limited-size -iso-level 3 -o i.iso d", "UDF", true},
    {"xorriso -as mkisofs -R -J -o i.iso d", "Rock Ridge", true},
    {"xorriso -as mkisofs -R -iso-level 3 -partition_offset 16 -o i.iso d", "Rock Ridge", true},
};

START_TEST(real_media) {
    int fd;
    isomake_files(&tree);
    if (media[_i].long_names)
        isomake_long_files(&tree);
    isomake_run(tree.path, media[_i].tool);
    struct iso *iso = open_iso("i.iso", &fd);
    ck_assert_msg(iso != NULL, "%s: %s", media[_i].tool, why);
    ck_assert_str_eq(iso->names, media[_i].names);
    ck_assert_msg(iso->n_notes == 0, "%s: %s", media[_i].tool, iso->notes[0]);
    same(iso, fd, "README.TXT", "d/README.TXT");
    same(iso, fd, "readme.txt", "d/README.TXT");
    same(iso, fd, "EMPTY", "d/EMPTY");
    same(iso, fd, "sources/boot.wim", "d/SOURCES/BOOT.WIM");
    same(iso, fd, "Sources/Block", "d/SOURCES/BLOCK");
    same(iso, fd, "SOURCES/BLOCK1", "d/SOURCES/BLOCK1");
    static const char *const missing[] = {"README", "README.TX", "README.TXT/x", "SOURCES", "", "sources/", "."};
    for (int i = 0; i < COUNT(missing); i++)
        ck_assert_msg(!iso_find(iso, pxed_slice_of(missing[i])), "%s is no file", missing[i]);
    if (media[_i].long_names) {
        same(iso, fd, "install.amd/vmlinuz", "d/install.amd/vmlinuz");
        same(iso, fd, "A b+c.d e", "d/A b+c.d e");
        same(iso, fd, "gr\xc3\xbc\xc3\x9f.TXT", "d/gr\xc3\xbc\xc3\x9f.txt");
        same(iso, fd, "1/2/3/4/5/6/7/8/9/10/deep", "d/1/2/3/4/5/6/7/8/9/10/deep");
        ck_assert_uint_eq(iso->n, 5 + 4 + 200);
        for (unsigned i = 0; i < 200; i++)
            same(iso, fd, pxed_arena_printf(&tree.arena, "many/file-%u", i),
                 pxed_arena_printf(&tree.arena, "d/many/file-%u", i));
    }
    iso_unref(iso);
    close(fd);
}
END_TEST

/* Names that need continuation areas, two that differ in case alone, and links of every kind. */
START_TEST(rock_ridge) {
    int fd;
    isomake_files(&tree);
    tree_write(&tree, "d/" LONGER, "long\n");
    tree_write(&tree, "d/case", "lower\n");
    tree_write(&tree, "d/CASE", "upper\n");
    isomake_run(tree.path,
                "cd d && ln -s SOURCES media && ln -s media/BOOT.WIM wim && ln -s ../README.TXT SOURCES/up && "
                "ln -s /SOURCES/BLOCK abs && ln -s loop2 loop1 && ln -s loop1 loop2 && ln -s ../../../x out && "
                "ln -s . self && ln -s nowhere dangling && ln -s " LONGER " to-long");
    isomake_run(tree.path, "xorriso -as mkisofs -R -o i.iso d");
    struct iso *iso = open_iso("i.iso", &fd);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_uint_eq(iso->n_notes, 0);
    same(iso, fd, LONGER, "d/" LONGER);
    same(iso, fd, "to-long", "d/" LONGER);
    same(iso, fd, "case", "d/case");
    same(iso, fd, "CASE", "d/CASE");
    ck_assert_ptr_nonnull(iso_find(iso, PXED_SLICE("Case")));
    same(iso, fd, "media/boot.wim", "d/SOURCES/BOOT.WIM");
    same(iso, fd, "wim", "d/SOURCES/BOOT.WIM");
    same(iso, fd, "MEDIA/UP", "d/README.TXT");
    same(iso, fd, "abs", "d/SOURCES/BLOCK");
    same(iso, fd, "self/self/media/block", "d/SOURCES/BLOCK");
    static const char *const nowhere[] = {"loop1", "loop2/x", "out", "self", "dangling", "dangling/x", "media"};
    for (int i = 0; i < COUNT(nowhere); i++)
        ck_assert_msg(!iso_find(iso, pxed_slice_of(nowhere[i])), "%s is no file", nowhere[i]);
    iso_unref(iso);
    close(fd);
}
END_TEST

/* genisoimage writes a link into UDF as an empty file: the link itself is in Rock Ridge. */
START_TEST(links_of_a_bridge) {
    int fd;
    isomake_files(&tree);
    tree_write(&tree, "d/truly-empty", "");
    isomake_run(tree.path,
                "cd d && ln -s SOURCES media && ln -s media/BOOT.WIM wim && ln -s ../README.TXT SOURCES/up && "
                "ln -s nowhere dangling");
    isomake_run(tree.path, "genisoimage -udf -R -o i.iso d");
    struct iso *iso = open_iso("i.iso", &fd);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_str_eq(iso->names, "UDF");
    same(iso, fd, "wim", "d/SOURCES/BOOT.WIM");
    same(iso, fd, "media/boot.wim", "d/SOURCES/BOOT.WIM");
    same(iso, fd, "sources/up", "d/README.TXT");
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("dangling")));
    same(iso, fd, "truly-empty", "d/truly-empty");
    iso_unref(iso);
    close(fd);
}
END_TEST

/* Changes the entries of that name in UDF's folders: each byte at `offset` of the entry becomes `byte`. Their number.
 */
static unsigned patch_entries(int fd, const char *name, size_t offset, uint8_t byte) {
    struct stat st;
    size_t n = strlen(name);
    unsigned found = 0;
    ck_assert_int_eq(fstat(fd, &st), 0);
    uint8_t *all = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(all, MAP_FAILED);
    for (size_t at = 38; at + 1 + n <= (size_t)st.st_size; at++) {
        uint8_t *entry = all + at - 38;
        if (all[at] == 8 && memcmp(all + at + 1, name, n) == 0 && entry[0] == 1 && entry[1] == 1 &&
            entry[19] == n + 1) {
            entry[offset] = byte;
            found++;
        }
    }
    munmap(all, (size_t)st.st_size);
    return found;
}

/* ECMA-167 4/14.4.3, bit 2: a deleted file's entry stays in its folder. Folders of several blocks, too. */
START_TEST(deleted_in_udf) {
    isomake_files(&tree);
    for (unsigned i = 0; i < 200; i++)
        tree_write(&tree, pxed_arena_printf(&tree.arena, "d/many/a-name-of-some-length-%u", i), "x");
    isomake_run(tree.path, "genisoimage -udf -D -o i.iso d");
    int fd = open(tree_path(&tree, "i.iso"), O_RDWR | O_CLOEXEC);
    ck_assert_uint_eq(patch_entries(fd, "README.TXT", 18, 4), 1);
    ck_assert_uint_eq(patch_entries(fd, "a-name-of-some-length-150", 18, 4), 1);
    ck_assert_uint_eq(patch_entries(fd, "a-name-of-some-length-7", 18, 4), 1);
    struct iso *iso = isomake_open(fd, why);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("readme.txt")));
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("many/a-name-of-some-length-150")));
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("many/a-name-of-some-length-7")));
    for (unsigned i = 0; i < 200; i++)
        if (i != 150 && i != 7)
            ck_assert_ptr_nonnull(
                iso_find(iso, pxed_slice_of(pxed_arena_printf(&tree.arena, "many/a-name-of-some-length-%u", i))));
    same(iso, fd, "sources/boot.wim", "d/SOURCES/BOOT.WIM");
    iso_unref(iso);
    close(fd);
}
END_TEST

/* The last entry of a folder says that its name lies 64 KiB further: libudfread would look for it there. */
START_TEST(a_name_beyond_its_folder) {
    isomake_files(&tree);
    tree_write(&tree, "d/zz/zzlast", "x");
    isomake_run(tree.path, "genisoimage -udf -D -o i.iso d");
    int fd = open(tree_path(&tree, "i.iso"), O_RDWR | O_CLOEXEC);
    ck_assert_uint_eq(patch_entries(fd, "zzlast", 37, 0xff), 1);
    struct iso *iso = isomake_open(fd, why);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_uint_eq(iso->n_notes, 1);
    ck_assert_msg(strstr(iso->notes[0], "zz: this folder cannot be read"), "%s", iso->notes[0]);
    same(iso, fd, "sources/boot.wim", "d/SOURCES/BOOT.WIM");
    iso_unref(iso);
    close(fd);
}
END_TEST

/* ECMA-167 4/14.6.8: a file may lie in its own entry, where its extents would be named. */
START_TEST(udf_inside_its_entry) {
    static const uint8_t sizes[] = {1, 8, 200};
    struct stat st;
    isomake_files(&tree);
    isomake_run(tree.path, "genisoimage -udf -D -o i.iso d");
    int fd = open(tree_path(&tree, "i.iso"), O_RDWR | O_CLOEXEC), n_found = 0;
    ck_assert_int_eq(fstat(fd, &st), 0);
    for (int i = 0; i < COUNT(sizes); i++) {
        char expected[200];
        memset(expected, 'a' + i, sizeof(expected));
        for (off_t at = 256 * 2048; at < st.st_size; at += 2048) {
            uint8_t block[2048];
            ck_assert_int_eq(pread(fd, block, sizeof(block), at), sizeof(block));
            bool readme = block[56] == (i ? sizes[i - 1] : 8) && !block[57];
            if (block[0] != 5 || block[1] != 1 || block[16 + 11] != 5 || !readme) /* a file entry, of a file */
                continue;
            block[16 + 18] = (uint8_t)((block[16 + 18] & ~7) | 3);
            block[56] = block[172] = sizes[i];
            memcpy(block + 176 + block[168], expected, sizes[i]);
            ck_assert_int_eq(pwrite(fd, block, sizeof(block), at), sizeof(block));
            n_found++;
            break;
        }
        struct iso *iso = isomake_open(fd, why);
        ck_assert_msg(iso != NULL, "%s", why);
        const struct iso_file *f = iso_find(iso, PXED_SLICE("readme.txt"));
        ck_assert_ptr_nonnull(f);
        ck_assert_uint_eq(f->size, sizes[i]);
        ck_assert_ptr_nonnull(f->bytes);
        ck_assert_int_eq(memcmp(f->bytes, expected, sizes[i]), 0);
        same(iso, fd, "sources/boot.wim", "d/SOURCES/BOOT.WIM");
        iso_unref(iso);
    }
    ck_assert_int_eq(n_found, COUNT(sizes));
    close(fd);
}
END_TEST

/* --- files of several extents --- */

static const uint64_t large = (4ULL << 30) + (10 << 20) + 5;

/* 4 GiB and more, sparse: the tools write through a pipe, holes are made again behind it. */
static const struct {
    const char *tool, *names;
} large_media[] = {
    {"genisoimage -quiet -udf -iso-level 3 -allow-limited-size d | cp --sparse=always /dev/stdin i.iso", "UDF"},
    {"xorriso -as mkisofs -R -iso-level 3 -o - d | cp --sparse=always /dev/stdin i.iso", "Rock Ridge"},
};

START_TEST(beyond_four_gigabytes) {
    static const struct {
        uint64_t at;
        const char *text;
    } marks[] = {{0, "begin"},
                 {(1ULL << 30) - 2, "one"},
                 {(4ULL << 30) - 2048 - 3, "extent"},
                 {(4ULL << 30) - 3, "border"},
                 {(4ULL << 30) + (10 << 20), "end.."}};
    char got[8];
    int fd, from = open(tree_write(&tree, "d/sources/install.wim", ""), O_RDWR | O_CLOEXEC);
    for (int i = 0; i < COUNT(marks); i++)
        ck_assert_int_gt(pwrite(from, marks[i].text, strlen(marks[i].text), (off_t)marks[i].at), 0);
    close(from);
    tree_write(&tree, "d/after", "after it\n");
    isomake_run(tree.path, large_media[_i].tool);
    struct iso *iso = open_iso("i.iso", &fd);
    ck_assert_msg(iso != NULL, "%s: %s", large_media[_i].tool, why);
    ck_assert_str_eq(iso->names, large_media[_i].names);
    ck_assert_msg(iso->n_notes == 0, "%s: %s", large_media[_i].tool, iso->notes[0]);
    const struct iso_file *f = iso_find(iso, PXED_SLICE("sources/install.wim"));
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(f->size, large);
    for (int i = 0; i < COUNT(marks); i++) {
        size_t n = strlen(marks[i].text);
        ck_assert_int_eq(pread(fd, got, n, (off_t)(f->offset + marks[i].at)), (ssize_t)n);
        ck_assert_msg(memcmp(got, marks[i].text, n) == 0, "%s: %s", large_media[_i].tool, marks[i].text);
    }
    same(iso, fd, "after", "d/after");
    iso_unref(iso);
    close(fd);
}
END_TEST

/* --- life of an index --- */

START_TEST(shared_while_unchanged) {
    int fd, other;
    isomake_files(&tree);
    isomake_run(tree.path, "genisoimage -R -o i.iso d && cp i.iso j.iso");
    struct iso *a = open_iso("i.iso", &fd), *b = isomake_open(fd, why), *c = open_iso("j.iso", &other);
    struct stat st;
    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    fstat(fd, &st);
    ck_assert(iso_is(a, &st));
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
    ck_assert_int_eq(futimens(fd, times), 0);
    fstat(fd, &st);
    ck_assert(!iso_is(a, &st));
    struct iso *d = isomake_open(fd, why);
    ck_assert_ptr_ne(a, d);
    iso_unref(a);
    ck_assert_uint_eq(b->n, d->n); /* b still holds it */
    iso_unref(b);
    iso_unref(c);
    iso_unref(d);
    close(fd);
    close(other);
}
END_TEST

static void *take_often(void *arg) {
    for (unsigned i = 0; i < 200; i++) {
        enum iso_error error;
        char text[ISO_WHY_MAX];
        struct iso *iso = iso_get(*(int *)arg, &error, text);
        if (!iso || !iso_find(iso, PXED_SLICE("README.TXT")))
            return NULL;
        iso_unref(iso);
    }
    return arg;
}

START_TEST(from_many_threads) {
    pthread_t threads[8];
    void *end;
    int fd;
    isomake_files(&tree);
    isomake_run(tree.path, "genisoimage -udf -o i.iso d");
    fd = open(tree_path(&tree, "i.iso"), O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_often, &fd), 0);
    for (int i = 0; i < COUNT(threads); i++) {
        ck_assert_int_eq(pthread_join(threads[i], &end), 0);
        ck_assert_ptr_eq(end, &fd);
    }
    close(fd);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("iso");
    TCase *real = tcase_create("real"), *life = tcase_create("life"), *cases[] = {real, life};
    for (int i = 0; i < COUNT(cases); i++) {
        tcase_add_checked_fixture(cases[i], setup, teardown);
        tcase_set_timeout(cases[i], 0);
        suite_add_tcase(suite, cases[i]);
    }
    tcase_add_loop_test(real, real_media, 0, COUNT(media));
    tcase_add_test(real, rock_ridge);
    tcase_add_test(real, udf_inside_its_entry);
    tcase_add_test(real, links_of_a_bridge);
    tcase_add_test(real, deleted_in_udf);
    tcase_add_test(real, a_name_beyond_its_folder);
    tcase_add_loop_test(real, beyond_four_gigabytes, 0, COUNT(large_media));
    tcase_add_test(life, shared_while_unchanged);
    tcase_add_test(life, from_many_threads);
    return suite_run(suite);
}
