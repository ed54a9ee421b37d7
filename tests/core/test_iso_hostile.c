/* ISOs that are damaged or lie: no crash, no endless reading, no file outside the ISO, and what is left out is said. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "iso_reader.h"
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

/* --- made by hand: records that no tool writes --- */

struct hand {
    uint8_t sectors[64][2048];
    size_t at; /* in the root folder, sector 18 */
};

static void put32(uint8_t *p, uint32_t v) {
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
        p[7 - i] = p[i];
    }
}

static size_t put_record(uint8_t *p, const void *name, size_t len, uint32_t block, uint32_t size, uint8_t flags) {
    size_t n = 33 + len + (len % 2 == 0);
    memset(p, 0, n);
    p[0] = (uint8_t)n;
    put32(p + 2, block);
    put32(p + 10, size);
    p[25] = flags;
    p[32] = (uint8_t)len;
    memcpy(p + 33, name, len);
    return n;
}

static struct hand *hand_new(void) {
    struct hand *h = pxed_xalloc(sizeof(*h));
    uint8_t *pvd = h->sectors[16], *end = h->sectors[17];
    memcpy(pvd, "\1CD001\1", 7);
    memcpy(end, "\377CD001\1", 7);
    pvd[129] = 8; /* 2048 */
    put_record(pvd + 156, "", 1, 18, 2048, 2);
    h->at = put_record(h->sectors[18], "", 1, 18, 2048, 2);
    h->at += put_record(h->sectors[18] + h->at, "\1", 1, 18, 2048, 2);
    for (unsigned i = 20; i < 64; i++)
        memset(h->sectors[i], (int)i, 2048);
    return h;
}

static void hand_add(struct hand *h, const char *name, uint32_t block, uint32_t size, uint8_t flags) {
    h->at += put_record(h->sectors[18] + h->at, name, strlen(name), block, size, flags);
}

static struct iso *hand_open(struct hand *h) {
    int fd = isomake_memory(h->sectors, sizeof(h->sectors));
    struct iso *iso = isomake_open(fd, why);
    close(fd);
    free(h);
    return iso;
}

static bool noted(const struct iso *iso, const char *text) {
    for (size_t i = 0; i < iso->n_notes && i < ISO_NOTES_MAX; i++)
        if (strstr(iso->notes[i], text))
            return true;
    return false;
}

enum { FOLDER = 2, ASSOCIATED = 4, MORE = 0x80 };

START_TEST(several_extents) {
    struct hand *h = hand_new();
    hand_add(h, "A.;1", 20, 4096, MORE);
    hand_add(h, "A.;1", 22, 2048, MORE);
    hand_add(h, "A.;1", 23, 100, 0);
    hand_add(h, "APART.TXT;1", 30, 2048, MORE);
    hand_add(h, "APART.TXT;1", 32, 100, 0);
    hand_add(h, "BACK.TXT;1", 40, 2048, MORE);
    hand_add(h, "BACK.TXT;1", 39, 100, 0);
    hand_add(h, "GAP.TXT;1", 44, 100, MORE); /* the first part does not fill its block */
    hand_add(h, "GAP.TXT;1", 45, 100, 0);
    hand_add(h, "HALF.TXT;1", 46, 2048, MORE); /* its end is missing */
    hand_add(h, "FORK.TXT;1", 50, 10, ASSOCIATED);
    hand_add(h, "LAST.TXT;12", 50, 10, 0);
    struct iso *iso = hand_open(h);
    ck_assert_msg(iso != NULL, "%s", why);
    const struct iso_file *f = iso_find(iso, PXED_SLICE("a"));
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(f->offset, 20 * 2048);
    ck_assert_uint_eq(f->size, 4096 + 2048 + 100);
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("apart.txt")));
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("back.txt")));
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("gap.txt")));
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("fork.txt")));
    ck_assert_ptr_nonnull(iso_find(iso, PXED_SLICE("last.txt")));
    ck_assert(noted(iso, "APART.TXT: its parts") && noted(iso, "BACK.TXT: ") && noted(iso, "GAP.TXT: "));
    iso_unref(iso);
}
END_TEST

static const struct {
    const char *name;
    uint32_t block, size;
    uint8_t flags;
    const char *note;
} lies[] = {
    {"FAR.TXT;1", 63, 2049, 0, "beyond the end"},      {"FAR.TXT;1", 0xffffffff, 1, 0, "beyond the end"},
    {"FAR.TXT;1", 1, 0xffffffff, 0, "beyond the end"}, {"SELF", 18, 2048, FOLDER, "contains itself"},
    {"FAR", 63, 4096, FOLDER, "reaches beyond"},       {"HUGE", 20, 0xffffffff, FOLDER, "reaches beyond"},
    {"A/B;1", 20, 1, 0, "a name in this folder"},      {"..", 20, 1, 0, "a name in this folder"},
    {"NEW\nLINE", 20, 1, 0, "a name in this folder"},
};

START_TEST(lying_records) {
    struct hand *h = hand_new();
    hand_add(h, lies[_i].name, lies[_i].block, lies[_i].size, lies[_i].flags);
    hand_add(h, "GOOD.TXT;1", 20, 5, 0);
    struct iso *iso = hand_open(h);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_uint_eq(iso->n, 1);
    ck_assert_ptr_nonnull(iso_find(iso, PXED_SLICE("good.txt")));
    ck_assert_msg(noted(iso, lies[_i].note), "%s: %s", lies[_i].name, iso->n_notes ? iso->notes[0] : "no note");
    iso_unref(iso);
}
END_TEST

/* Folders that share one another's records: each is good for its own, the tree has no end. */
START_TEST(endless_tree) {
    struct hand *h = hand_new();
    char name[2] = {'A', '\0'};
    for (unsigned i = 0; i < 20; i++, name[0]++)
        hand_add(h, name, 20 + i, 2048, FOLDER);
    for (unsigned i = 0; i < 20; i++) {
        size_t at = 0;
        memset(h->sectors[20 + i], 0, 2048);
        for (unsigned k = 0; k < 20; k++) {
            name[0] = (char)('A' + k);
            at += put_record(h->sectors[20 + i] + at, name, 1, 20 + k, 2048, FOLDER);
        }
    }
    ck_assert_ptr_null(hand_open(h));
    ck_assert_msg(strstr(why, "more than") || strstr(why, "larger"), "%s", why);
}
END_TEST

START_TEST(foreign_files) {
    static const char *const texts[] = {"", "no ISO", NULL};
    char zeros[64 * 2048] = {0};
    enum iso_error error;
    for (int i = 0; i < COUNT(texts); i++) {
        int fd = texts[i] ? isomake_memory(texts[i], strlen(texts[i])) : isomake_memory(zeros, sizeof(zeros));
        ck_assert_ptr_null(iso_get(fd, &error, why));
        ck_assert_int_eq(error, ISO_FOREIGN);
        ck_assert_str_eq(why, "it holds neither ISO 9660 nor UDF");
        close(fd);
    }
    ck_assert_ptr_null(iso_get(-1, &error, why));
    ck_assert_int_eq(error, ISO_UNREADABLE);
}
END_TEST

/* All are counted, the first ones kept. */
START_TEST(notes_are_bounded) {
    struct hand *h = hand_new();
    for (unsigned i = 0; i < 20; i++)
        hand_add(h, pxed_arena_printf(&tree.arena, "FAR%u.TXT;1", i), 60, 1 << 20, 0);
    hand_add(h, "GOOD.TXT;1", 20, 5, 0);
    struct iso *iso = hand_open(h);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_uint_eq(iso->n_notes, 20);
    iso_unref(iso);
}
END_TEST

/* --- damaged media --- */

static const char *const damaged_media[] = {
    "genisoimage -o i.iso d",         "genisoimage -R -o i.iso d",         "genisoimage -J -D -o i.iso d",
    "genisoimage -udf -D -o i.iso d", "xorriso -as mkisofs -R -o i.iso d",
};

static uint32_t dice = 1;

static uint32_t roll(void) {
    dice ^= dice << 13;
    dice ^= dice >> 17;
    return dice ^= dice << 5;
}

static void damage(uint8_t block[2048], unsigned way) {
    if (way < 2) {
        memset(block, way ? 0xff : 0, 2048);
    } else if (way == 2) {
        for (size_t i = 0; i < 2048; i++)
            block[i] = (uint8_t)roll();
    } else if (way < 6) { /* some bytes only, the tag among them */
        for (unsigned n = 1 + roll() % 6; n > 0; n--)
            block[roll() % 2048] = (uint8_t)roll();
        isomake_tag(block);
    } else { /* what stands in the first 256 bytes, where lengths and places are */
        for (unsigned n = 1 + roll() % 4; n > 0; n--)
            block[roll() % 256] = (uint8_t)(roll() % 3 ? 0xff : roll());
        isomake_tag(block);
    }
}

static uint8_t *read_all(const char *name, size_t *ret_n) {
    int fd = open(tree_path(&tree, name), O_RDONLY | O_CLOEXEC);
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    uint8_t *bytes = pxed_xalloc((size_t)st.st_size);
    ck_assert_int_eq(read(fd, bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    *ret_n = (size_t)st.st_size;
    return bytes;
}

/* libudfread speaks its mind on stderr about every block; the tests' log need not hold it all. */
static int hush(void) {
    int kept = dup(2), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, 2);
    close(null);
    return kept;
}

static void unhush(int kept) {
    dup2(kept, 2);
    close(kept);
}

START_TEST(damaged_blocks) {
    size_t n, before = 0, after = 0;
    isomake_files(&tree);
    isomake_long_files(&tree);
    isomake_run(tree.path, damaged_media[_i]);
    uint8_t *bytes = read_all("i.iso", &n), kept[2048];
    int fd = isomake_memory(bytes, n);
    struct iso *iso = isomake_open(fd, why);
    ck_assert_msg(iso != NULL, "%s", why);
    before = iso->n;
    iso_unref(iso);
    int err = hush();
    for (size_t block = 0; block < n / 2048; block++)
        for (unsigned way = 0; way < 8; way++) {
            memcpy(kept, bytes + block * 2048, sizeof(kept));
            damage(kept, way);
            ck_assert_int_eq(pwrite(fd, kept, sizeof(kept), (off_t)(block * 2048)), sizeof(kept));
            iso = isomake_open(fd, why);
            after += iso != NULL && iso->n == before;
            iso_unref(iso);
            ck_assert_int_eq(pwrite(fd, bytes + block * 2048, 2048, (off_t)(block * 2048)), 2048);
        }
    unhush(err);
    ck_assert_uint_gt(after, 0); /* most blocks are no metadata */
    close(fd);
    free(bytes);
}
END_TEST

START_TEST(truncated) {
    size_t n;
    isomake_files(&tree);
    isomake_long_files(&tree);
    isomake_run(tree.path, damaged_media[_i]);
    uint8_t *bytes = read_all("i.iso", &n);
    int fd = isomake_memory(bytes, n), err = hush();
    size_t whole = 0, last = SIZE_MAX;
    for (size_t size = n; size > 0; size = size > 2048 ? (size - 1) / 2048 * 2048 : 0) {
        ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
        struct iso *iso = isomake_open(fd, why);
        if (size == n)
            whole = iso->n;
        ck_assert_msg(!iso || iso->n <= last, "fewer bytes, more files");
        last = iso ? iso->n : 0;
        if (iso && iso->n < whole)
            ck_assert_uint_gt(iso->n_notes, 0); /* what is missing is said */
        iso_unref(iso);
    }
    unhush(err);
    ck_assert_uint_gt(whole, 0);
    close(fd);
    free(bytes);
}
END_TEST

/* Entries of libudfread's that name themselves: it must come back. */
START_TEST(udf_in_circles) {
    size_t n;
    isomake_files(&tree);
    isomake_run(tree.path, "genisoimage -udf -o i.iso d");
    uint8_t *bytes = read_all("i.iso", &n), *block;
    int err = hush();
    for (size_t i = 16; i < n / 2048; i++) {
        uint8_t kept[2048];
        block = bytes + i * 2048;
        memcpy(kept, block, sizeof(kept));
        unsigned tag = (unsigned)block[0] | (unsigned)block[1] << 8;
        if (tag >= 1 && tag <= 6) { /* volume descriptor sequence: go on here */
            block[0] = 3;
            memset(block + 20, 0xff, 4);
            put32(block + 24, (uint32_t)i);
        } else if (tag == 261 || tag == 266) { /* a file entry: its extents go on in this very block */
            size_t at = tag == 261 ? 176 : 216;
            memset(block + at, 0xff, 4);
        } else if (tag == 256) {
            memset(block + 400, 0xff, 16);
        } else {
            continue;
        }
        isomake_tag(block);
        int fd = isomake_memory(bytes, n);
        iso_unref(isomake_open(fd, why));
        close(fd);
        memcpy(block, kept, sizeof(kept));
    }
    /* the file set descriptor's extent ends at the very last block number */
    for (size_t i = 16; i < n / 2048; i++) {
        block = bytes + i * 2048;
        if (block[0] != 6 || block[1] != 0)
            continue;
        uint8_t kept[2048];
        memcpy(kept, block, sizeof(kept));
        put32(block + 248, 0x3fffffff);
        put32(block + 252, 0xffffffff - 0x3ffffffe / 2048);
        isomake_tag(block);
        int fd = isomake_memory(bytes, n);
        iso_unref(isomake_open(fd, why));
        close(fd);
        memcpy(block, kept, sizeof(kept));
    }
    unhush(err);
    free(bytes);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("iso-hostile");
    iso_use_reader(NULL); /* what dies in a process of its own would not be noticed here */
    TCase *hand = tcase_create("by hand"), *bad = tcase_create("damaged"), *cases[] = {hand, bad};
    for (int i = 0; i < COUNT(cases); i++) {
        tcase_add_checked_fixture(cases[i], setup, teardown);
        tcase_set_timeout(cases[i], 0);
        suite_add_tcase(suite, cases[i]);
    }
    tcase_add_test(hand, several_extents);
    tcase_add_loop_test(hand, lying_records, 0, COUNT(lies));
    tcase_add_test(hand, endless_tree);
    tcase_add_test(hand, foreign_files);
    tcase_add_test(hand, notes_are_bounded);
    tcase_add_loop_test(bad, damaged_blocks, 0, COUNT(damaged_media));
    tcase_add_loop_test(bad, truncated, 0, COUNT(damaged_media));
    tcase_add_test(bad, udf_in_circles);
    return suite_run(suite);
}
