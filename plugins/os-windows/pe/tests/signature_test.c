/* Signatures that are more than bytes at a place, and the ends of every check. */
#include <stdlib.h>

#include "signature.h"
#include "suite.h"

/* A disk of `bytes` zeros, its ends on the heap; what lies in the middle is written nowhere. */
struct disk {
    struct signature_disk ends;
    uint8_t *head, *tail;
};

static struct disk blank(uint64_t bytes) {
    struct disk d = {.ends.bytes = bytes};
    d.ends.head_len = bytes < SIGNATURE_HEAD ? (size_t)bytes : SIGNATURE_HEAD;
    d.ends.tail_len = bytes < SIGNATURE_TAIL ? (size_t)bytes : SIGNATURE_TAIL;
    d.ends.head = d.head = calloc(1, d.ends.head_len + 1);
    d.ends.tail = d.tail = calloc(1, d.ends.tail_len + 1);
    return d;
}

static void put(struct disk *d, uint64_t at, const char *bytes, size_t n) {
    uint64_t tail = d->ends.bytes - d->ends.tail_len;
    for (size_t i = 0; i < n; i++) {
        if (at + i < d->ends.head_len)
            d->head[at + i] = (uint8_t)bytes[i];
        if (at + i >= tail && at + i < d->ends.bytes)
            d->tail[at + i - tail] = (uint8_t)bytes[i];
    }
}

static size_t look(struct disk *d, const char *name) { /* frees it; 0: not found as `name` */
    const char *names[16];
    size_t n = signature_find(&d->ends, names, 16), hits = 0;
    for (size_t i = 0; i < n && i < 16; i++)
        hits += !name || strcmp(names[i], name) == 0;
    free(d->head);
    free(d->tail);
    return hits;
}

enum { MIB = 1 << 20 };

#define AT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *title;
    uint64_t bytes;
    int64_t at; /* negative: from the end */
    const char *magic;
    size_t len;
    const char *name; /* NULL: blank */
} rows[] = {
    {"MBR", 64 * MIB, 510, AT("\x55\xaa"), "MBR-or-boot-sector"},
    {"MBR entry, signature lost", 64 * MIB, 446, AT("\x80\1\1\0\7\xfe\xff\xff\0\x08\0\0\0\xf0\1\0"), "MBR-partition"},
    {"fourth entry", 64 * MIB, 494, AT("\0\1\1\0\x83\xfe\xff\xff\0\x08\0\0\0\x10\0\0"), "MBR-partition"},
    {"entry with status 7", 64 * MIB, 446, AT("\7\1\1\0\7\xfe\xff\xff\0\x08\0\0\0\xf0\1\0"), NULL},
    {"entry without type", 64 * MIB, 446, AT("\x80\1\1\0\0\xfe\xff\xff\0\x08\0\0\0\xf0\1\0"), NULL},
    {"entry beyond the disk", 64 * MIB, 446, AT("\x80\1\1\0\7\xfe\xff\xff\0\x08\0\0\xff\xff\xff\xff"), NULL},
    {"boot sector without signature", 64 * MIB, 0, AT("\xeb\x3c\x90mkdosfs\0\0\2\4"), "boot-sector"},
    {"no boot sector: sectors of 513", 64 * MIB, 0, AT("\xeb\x3c\x90mkdosfs\0\1\2\4"), NULL},
    {"GPT", 64 * MIB, 512, AT("EFI PART"), "GPT"},
    {"GPT, 4096", 64 * MIB, 4096, AT("EFI PART"), "GPT-4K"},
    {"only the backup GPT", 64 * MIB, -512, AT("EFI PART"), "GPT-backup"},
    {"only the backup GPT, 4096", 64 * MIB, -4096, AT("EFI PART"), "GPT-backup-4K"},
    {"GPT in a place that means nothing", 64 * MIB, 2048, AT("EFI PART"), NULL},
    {"only NTFS' copy of its boot sector", 64 * MIB, -509, AT("NTFS    "), "NTFS-copy"},
    {"BitLocker", 64 * MIB, 3, AT("-FVE-FS-"), "BitLocker"},
    {"ReFS", 64 * MIB, 3, AT("ReFS\0\0\0\0"), "ReFS"},
    {"dynamic disk, MBR", 64 * MIB, 3072, AT("PRIVHEAD"), "Windows-dynamic-disk"},
    {"dynamic disk, the copy in the last sector", 64 * MIB, -512, AT("PRIVHEAD"), "Windows-dynamic-disk"},
    {"dynamic disk, sector 1856 of the database", 64 * MIB, -512 * (2048 - 1856), AT("PRIVHEAD"),
     "Windows-dynamic-disk"},
    {"dynamic disk, table of contents", 64 * MIB, -MIB + 512, AT("TOCBLOCK"), "Windows-dynamic-disk"},
    {"dynamic disk, the database's first sector", 64 * MIB, -MIB, AT("VMDB"), "Windows-dynamic-disk"},
    {"its words between sectors", 64 * MIB, -MIB + 100, AT("TOCBLOCK"), NULL},
    {"Storage Spaces", 64 * MIB, 4096, AT("SPACEDB "), "Storage-Spaces"},
    {"Intel RAID", 64 * MIB, -1024, AT("Intel Raid ISM Cfg Sig. 1.1"), "Intel-RAID"},
    {"DDF", 64 * MIB, -512, AT("\xde\x11\xde\x11"), "DDF"},
    {"LUKS2's last copy", 64 * MIB, 0x400000, AT("SKUL\xba\xbe"), "LUKS2-copy"},
    {"md 1.0", 64 * MIB, -8192, AT("\xfc\x4e\x2b\xa9"), "mdraid-1.0"},
    {"md 1.0, disk of odd sectors", 64 * MIB + 3 * 512, -8192 - 3 * 512, AT("\xfc\x4e\x2b\xa9"), "mdraid-1.0"},
    {"md 0.90", 64 * MIB, -65536, AT("\xfc\x4e\x2b\xa9"), "mdraid-0.90"},
    {"md 0.90, rounded", 64 * MIB + 5 * 512, -65536 - 5 * 512, AT("\xfc\x4e\x2b\xa9"), "mdraid-0.90"},
    {"md 0.90 of a big-endian machine", 64 * MIB, -65536, AT("\xa9\x2b\x4e\xfc"), "mdraid-0.90"},
    {"md 1.1", 64 * MIB, 0, AT("\xfc\x4e\x2b\xa9"), "mdraid-1.1"},
    {"md 1.2", 64 * MIB, 4096, AT("\xfc\x4e\x2b\xa9"), "mdraid-1.2"},
    {"ZFS label", 64 * MIB, 16384 + 40, AT("\0\0\0\x09pool_guid\0\0\0"), "zfs"},
    {"ZFS, second label", 64 * MIB, 256 * 1024 + 16384, AT("\0\0\0\x09vdev_tree\0\0\0"), "zfs"},
    {"ZFS, third label", 64 * MIB, -512 * 1024 + 16384, AT("\0\0\0\x09pool_guid\0\0\0"), "zfs"},
    {"ZFS, last label", 64 * MIB, -256 * 1024 + 16384, AT("\0\0\0\x09pool_guid\0\0\0"), "zfs"},
    {"a longer word", 64 * MIB, 16384, AT("spool_guid\0"), NULL},
    {"a longer word still", 64 * MIB, 16384, AT("pool_guids\0"), NULL},
    {"noise in the middle of nothing", 64 * MIB, 20000, AT("hello, disk"), NULL},
    {"APFS", 64 * MIB, 32, AT("NXSB"), "APFS"},
    {"UFS2", 64 * MIB, 66908, AT("\x19\x01\x54\x19"), "UFS2"},
    {"swap of 64K pages", 64 * MIB, 65526, AT("SWAPSPACE2"), "swap"},
    {"a disk of 3 TiB: GPT at the end", UINT64_C(3) << 40, -512, AT("EFI PART"), "GPT-backup"},
    {"a disk of 16 EiB less a sector", UINT64_MAX - 511, 510, AT("\x55\xaa"), "MBR-or-boot-sector"},
};

START_TEST(finds) {
    struct disk d = blank(rows[_i].bytes);
    uint64_t at = rows[_i].at < 0 ? rows[_i].bytes - (uint64_t)-rows[_i].at : (uint64_t)rows[_i].at;
    put(&d, at, rows[_i].magic, rows[_i].len);
    size_t hits = look(&d, rows[_i].name);
    ck_assert_msg(rows[_i].name ? hits > 0 : hits == 0, "%s: %zu finds", rows[_i].title, hits);
}
END_TEST

START_TEST(blank_of_any_size) { /* down to nothing: no read past either end (the heap knows) */
    static const uint64_t sizes[] = {0,       1,       2,       509,     510,     511,    512,    513,
                                     1024,    4095,    4096,    4097,    8192,    65535,  131072, 262144,
                                     1048575, 1048576, 2097152, 4194304, 4259840, 4259841};
    for (int i = 0; i < COUNT(sizes); i++) {
        struct disk d = blank(sizes[i]);
        ck_assert_uint_eq(look(&d, NULL), 0);
    }
}
END_TEST

START_TEST(names_are_bounded) {
    struct disk d = blank(64 * MIB);
    put(&d, 510, "\x55\xaa", 2);
    put(&d, 512, "EFI PART", 8);
    put(&d, d.ends.bytes - 512, "EFI PART", 8);
    const char *names[2] = {NULL, "untouched"};
    ck_assert_uint_eq(signature_find(&d.ends, names, 1), 3);
    ck_assert_str_eq(names[0], "MBR-or-boot-sector");
    ck_assert_str_eq(names[1], "untouched");
    ck_assert_uint_eq(signature_find(&d.ends, NULL, 0), 3);
    look(&d, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("os-windows-pe-signature");
    TCase *tests = tcase_create("signature");
    tcase_add_loop_test(tests, finds, 0, COUNT(rows));
    tcase_add_test(tests, blank_of_any_size);
    tcase_add_test(tests, names_are_bounded);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
