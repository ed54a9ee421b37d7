/* FAT16 with clusters of one sector (Microsoft, FAT32 File System Specification 1.03): the smallest volume has 2 MB,
 * and every driver of UEFI (2.10, section 13.3) reads it. No partition table: firmware asks its file system about the
 * whole disk as well. */
#include "loader_disk.h"

#include <string.h>

enum {
    SECTOR = LOADER_DISK_SECTOR,
    FATS = 2,
    ENTRY = 32,
    ROOT_ENTRIES = SECTOR / ENTRY,
    CLUSTERS_MIN = 4085 + 16, /* fewer are FAT12; and none sits on the border, where programs count differently */
    CLUSTERS_MAX = 65524 - 16,
    FIRST = 2, /* the number of the first cluster */
    EFI = FIRST,
    EFI_BOOT,
    GRUB,
    FILES, /* the first cluster that is a file's */
    DIRECTORY = 0x10,
    ARCHIVE = 0x20,
    JANUARY_1980 = 0x21,
    END = 0xffff,
};

static void put8(struct pxed_buf *out, unsigned v) {
    pxed_buf_byte(out, (char)(unsigned char)v);
}

static void put16(struct pxed_buf *out, unsigned v) {
    put8(out, v & 0xff);
    put8(out, v >> 8 & 0xff);
}

static void put32(struct pxed_buf *out, uint32_t v) {
    put16(out, v & 0xffff);
    put16(out, v >> 16);
}

static void put_zeros_to(struct pxed_buf *out, size_t end) {
    while (out->len < end && !pxed_buf_full(out))
        pxed_buf_byte(out, 0);
}

/* A name in the form of a directory: 8 and 3 bytes, filled with blanks. */
static void put_name(struct pxed_buf *out, const char *name) {
    struct pxed_slice text = pxed_slice_of(name);
    ptrdiff_t dot = text.len > 1 ? pxed_slice_find(text, '.', 1) : -1;
    struct pxed_slice stem = dot > 0 && text.ptr[0] != '.' ? pxed_slice_head(text, (size_t)dot) : text;
    struct pxed_slice type = stem.len < text.len ? pxed_slice_skip(text, stem.len + 1) : PXED_SLICE("");
    for (size_t i = 0; i < 8; i++)
        pxed_buf_byte(out, i < stem.len ? stem.ptr[i] : ' ');
    for (size_t i = 0; i < 3; i++)
        pxed_buf_byte(out, i < type.len ? type.ptr[i] : ' ');
}

static void put_entry(struct pxed_buf *out, const char *name, unsigned kind, unsigned cluster, uint32_t size) {
    put_name(out, name);
    put8(out, kind);
    put_zeros_to(out, out->len + 4);
    put16(out, JANUARY_1980);
    put_zeros_to(out, out->len + 6);
    put16(out, JANUARY_1980);
    put16(out, cluster);
    put32(out, size);
}

static bool fits(const char *name) {
    struct pxed_slice text = pxed_slice_of(name);
    ptrdiff_t dot = pxed_slice_find(text, '.', 0);
    size_t stem = dot < 0 ? text.len : (size_t)dot;
    for (size_t i = 0; i < text.len; i++)
        if (!(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') && !(text.ptr[i] >= '0' && text.ptr[i] <= '9') && i != stem)
            return false;
    return stem >= 1 && stem <= 8 && text.len - stem <= 4;
}

static unsigned folder_of(const struct loader_disk_file *f) {
    return strcmp(f->folder, "EFI/BOOT") == 0 ? EFI_BOOT : strcmp(f->folder, "GRUB") == 0 ? GRUB : 0;
}

static uint64_t clusters_of(const struct loader_disk_file *f) {
    return f->size / SECTOR + (f->size % SECTOR != 0);
}

static void put_boot_sector(struct pxed_buf *out, uint32_t sectors, unsigned fat_sectors) {
    pxed_buf_add(out, pxed_slice("\xeb\x3c\x90"
                                 "PXED    ",
                                 11));
    put16(out, SECTOR);
    put8(out, 1);  /* sectors of a cluster */
    put16(out, 1); /* sectors before the first FAT */
    put8(out, FATS);
    put16(out, ROOT_ENTRIES);
    put16(out, 0); /* the number of sectors stands below */
    put8(out, 0xf8);
    put16(out, fat_sectors);
    put16(out, 32); /* sectors and heads of a disk that has neither */
    put16(out, 64);
    put32(out, 0);
    put32(out, sectors);
    put8(out, 0x80);
    pxed_buf_byte(out, 0);
    put8(out, 0x29); /* what follows is there */
    put32(out, 0x44455850);
    pxed_buf_str(out, "NO NAME    FAT16   ");
    put_zeros_to(out, SECTOR - 2);
    put16(out, 0xaa55);
}

/* The chains: folders of one cluster, and each file's clusters in a row. */
static void put_fat(struct pxed_buf *out, const struct loader_disk_file *files, size_t n, unsigned fat_sectors) {
    size_t end = out->len + (size_t)fat_sectors * SECTOR;
    unsigned cluster = FILES;
    put16(out, 0xfff8);
    put16(out, END);
    for (unsigned i = FIRST; i < FILES; i++)
        put16(out, END);
    for (size_t i = 0; i < n; i++)
        for (uint64_t left = clusters_of(&files[i]); left > 0 && !pxed_buf_full(out); left--, cluster++)
            put16(out, left > 1 ? cluster + 1 : END);
    put_zeros_to(out, end);
}

static void put_folder(struct pxed_buf *out, const struct loader_disk_file *files, size_t n, unsigned folder,
                       unsigned parent) {
    size_t end = out->len + SECTOR;
    unsigned cluster = FILES;
    put_entry(out, ".", DIRECTORY, folder, 0);
    put_entry(out, "..", DIRECTORY, parent, 0);
    if (folder == EFI)
        put_entry(out, "BOOT", DIRECTORY, EFI_BOOT, 0);
    for (size_t i = 0; i < n; i++) {
        unsigned first = files[i].size > 0 ? cluster : 0;
        if (folder_of(&files[i]) == folder)
            put_entry(out, files[i].name, ARCHIVE, first, (uint32_t)files[i].size);
        cluster += (unsigned)clusters_of(&files[i]);
    }
    put_zeros_to(out, end);
}

bool loader_disk(struct loader_disk_file *files, size_t n, struct pxed_buf *head, uint64_t *ret_size) {
    uint64_t clusters = FILES - FIRST, at;
    if (n > LOADER_DISK_FILES)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!fits(files[i].name) || folder_of(&files[i]) == 0 || files[i].size > (uint64_t)CLUSTERS_MAX * SECTOR)
            return false;
        clusters += clusters_of(&files[i]);
    }
    if (clusters > CLUSTERS_MAX)
        return false;
    if (clusters < CLUSTERS_MIN)
        clusters = CLUSTERS_MIN;
    unsigned fat_sectors = (unsigned)((clusters + FIRST) * 2 + SECTOR - 1) / SECTOR;
    uint32_t sectors = (uint32_t)(1 + FATS * fat_sectors + 1 + clusters);
    put_boot_sector(head, sectors, fat_sectors);
    for (unsigned i = 0; i < FATS; i++)
        put_fat(head, files, n, fat_sectors);
    size_t root = head->len;
    put_entry(head, "EFI", DIRECTORY, EFI, 0);
    put_entry(head, "GRUB", DIRECTORY, GRUB, 0);
    put_zeros_to(head, root + SECTOR);
    put_folder(head, files, n, EFI, 0);
    put_folder(head, files, n, EFI_BOOT, EFI);
    put_folder(head, files, n, GRUB, 0);
    at = head->len;
    for (size_t i = 0; i < n; i++) {
        files[i].at = at;
        at += clusters_of(&files[i]) * SECTOR;
    }
    *ret_size = (uint64_t)sectors * SECTOR;
    return !pxed_buf_full(head);
}
