/* What is on a disk, from the bytes at its beginning and its end. Pure. */
#include "signature.h"

#include <string.h>

struct rule {
    const char *name;
    uint32_t at; /* bytes from the disk's begin, or from its end back to the first byte of the magic */
    uint32_t len;
    const char *magic;
};
#define R(name, at, magic)                                                                                             \
    { name, at, sizeof(magic) - 1, magic }

/* Partition maps: UEFI specification 5 (GPT at the second sector of 512 or 4096 bytes), Apple's Inside Macintosh
 * "Devices" 3, the kernels' disk labels. Windows: PRIVHEAD is the private header of a dynamic disk, in sector 6. */
static const struct rule heads[] = {
    R("MBR-or-boot-sector", 510, "\125\252"),
    R("GPT", 512, "EFI PART"),
    R("GPT-4K", 4096, "EFI PART"),
    R("Apple-driver-map", 0, "ER\2\0"),
    R("Apple-partitions", 512, "PM\0"),
    R("BSD-label", 512, "WEV\202"),
    R("BSD-label", 64, "WEV\202"),
    R("Sun-label", 508, "\332\276"),
    R("SGI-label", 0, "\013\345\251A"),
    R("AIX-label", 0, "\311\302\324\301"),
    R("Windows-dynamic-disk", 3072, "PRIVHEAD"),
    R("Storage-Spaces", 0, "SPACEDB "),
    R("Storage-Spaces", 4096, "SPACEDB "),
    R("BitLocker", 3, "-FVE-FS-"),

    /* Windows' file systems: a boot sector's name at 3; FAT's own field at 54 or 82 (ECMA-107, fatgen103). The copies
     * of the boot sector: FAT32's in sector 6, exFAT's in sector 12. */
    R("NTFS", 3, "NTFS  "),
    R("exFAT", 3, "EXFAT "),
    R("exFAT-copy", 6147, "EXFAT "),
    R("exFAT-copy", 49155, "EXFAT "),
    R("ReFS", 3, "ReFS\0"),
    R("FAT", 54, "FAT1"),
    R("FAT", 54, "FAT "),
    R("FAT32", 82, "FAT32"),
    R("FAT32-copy", 3154, "FAT32"),
    R("FAT32-copy", 24658, "FAT32"),
    R("boot-sector", 3, "MSDOS"),
    R("boot-sector", 3, "MSWIN4"),

    /* Volume managers, encryption, RAID: libblkid's superblocks of the same names. */
    R("LVM2", 24, "LVM2 001"),
    R("LVM2", 0, "LABELONE"),
    R("LVM2", 512, "LABELONE"),
    R("LVM2", 1024, "LABELONE"),
    R("LVM2", 1536, "LABELONE"),
    R("LVM1", 0, "HM\1\0"),
    R("LVM1", 0, "HM\2\0"),
    R("mdraid-1.1", 0, "\374N+\251"),
    R("mdraid-1.2", 4096, "\374N+\251"),
    R("LUKS", 0, "LUKS\272\276"),
    R("LUKS2-copy", 0x4000, "SKUL\272\276"),
    R("LUKS2-copy", 0x8000, "SKUL\272\276"),
    R("LUKS2-copy", 0x10000, "SKUL\272\276"),
    R("LUKS2-copy", 0x20000, "SKUL\272\276"),
    R("LUKS2-copy", 0x40000, "SKUL\272\276"),
    R("LUKS2-copy", 0x80000, "SKUL\272\276"),
    R("LUKS2-copy", 0x100000, "SKUL\272\276"),
    R("LUKS2-copy", 0x200000, "SKUL\272\276"),
    R("LUKS2-copy", 0x400000, "SKUL\272\276"),
    R("bcache", 4120, "\306\205s\366N\032E\312"),
    R("bcachefs", 4120, "\306\205s\366f\316\220\251"),
    R("stratis", 516, "!Stra0tis"),
    R("stratis", 4612, "!Stra0tis"),
    R("vdo", 0, "dmvdo001"),
    R("oracle-asm", 32, "ORCLDISK"),
    R("bluestore", 0, "bluestore block device"),
    R("Highpoint-RAID", 4640, "\360\026xZ"),
    R("Highpoint-RAID", 4640, "\375\026xZ"),
    R("vmfs", 0x100000, "\015\320\001\300"),
    R("vmfs", 0x200000, "\015\320\001\300"),
    R("vmfs", 0x100000, "\136\361\253\057"),
    R("vmfs", 0x200000, "\136\361\253\057"),

    /* File systems of others: libblkid again. */
    R("ext", 1080, "S\357"),
    R("xfs", 0, "XFSB"),
    R("btrfs", 65600, "_BHRfS_M"),
    R("reiserfs", 65588, "ReIsEr"),
    R("reiserfs", 8244, "ReIsEr"),
    R("reiser4", 65536, "ReIsEr4"),
    R("jfs", 32768, "JFS1"),
    R("f2fs", 1024, "\020\040\365\362"),
    R("f2fs", 5120, "\020\040\365\362"),
    R("nilfs2", 1030, "44"),
    R("ocfs2", 8192, "OCFSV2"),
    R("gfs2", 65536, "\001\026\031p"),
    R("HFS", 1024, "BD"),
    R("HFS+", 1024, "H+"),
    R("HFS+", 1024, "HX"),
    R("APFS", 32, "NXSB"),
    R("minix", 1040, "\177\023"),
    R("minix", 1040, "\217\023"),
    R("minix", 1040, "h$"),
    R("minix", 1040, "x$"),
    R("minix", 1048, "ZM"),
    R("UFS1", 9564, "T\031\001\000"),
    R("UFS1", 9564, "\000\001\031T"),
    R("UFS2", 66908, "\031\001T\031"),
    R("UFS2", 66908, "\031T\001\031"),
    R("UFS2", 263516, "\031\001T\031"),
    R("UFS2", 263516, "\031T\001\031"),
    R("VxFS", 1024, "\365\374\001\245"),
    R("befs", 32, "1SFB"),
    R("befs", 544, "1SFB"),
    R("iso9660", 32769, "CD001"),
    R("HighSierra", 32777, "CDROM"),
    R("udf", 32769, "BEA01"),
    R("udf", 32769, "NSR0"),
    R("udf", 34817, "NSR0"),
    R("udf", 36865, "NSR0"),
    R("squashfs", 0, "hsqs"),
    R("erofs", 1024, "\342\341\365\340"),
    R("cramfs", 0, "\105\075\315\050"),
    R("romfs", 0, "-rom1fs-"),

    /* Swap ends its first page with its name: pages of 4, 8, 16, 32 and 64 KiB. */
    R("swap", 4086, "SWAPSPACE2"),
    R("swap", 4086, "SWAP-SPACE"),
    R("swap", 8182, "SWAPSPACE2"),
    R("swap", 16374, "SWAPSPACE2"),
    R("swap", 32758, "SWAPSPACE2"),
    R("swap", 65526, "SWAPSPACE2"),
    R("swap-hibernated", 4086, "S1SUSPEND"),
    R("swap-hibernated", 4086, "S2SUSPEND"),
    R("swap-hibernated", 4086, "ULSUSPEND"),
    R("swap-hibernated", 4086, "LINHIB0001"),
    R("swap-hibernated", 4086, "\355\303\002\351\230\126\345\014"),
};

/* From the end. GPT's second header is the last sector; firmware RAID keeps its record in the last ones (libblkid,
 * SNIA's DDF 2.0: the anchor is the last block); NTFS copies its boot sector behind its last cluster. */
static const struct rule tails[] = {
    R("GPT-backup", 512, "EFI PART"),
    R("GPT-backup-4K", 4096, "EFI PART"),
    R("NTFS-copy", 509, "NTFS  "),
    R("NTFS-copy", 4093, "NTFS  "),
    R("DDF", 512, "\336\021\336\021"),
    R("DDF", 4096, "\336\021\336\021"),
    R("DDF-secondary", 131584, "\336\021\336\021"),
    R("DDF-swapped", 512, "\021\336\021\336"),
    R("Intel-RAID", 1024, "Intel Raid"),
    R("Intel-RAID-4K", 8192, "Intel Raid"),
    R("LSI-RAID", 512, "$XIDE$"),
    R("NVIDIA-RAID", 1024, "NVIDIA"),
    R("Promise-RAID", 32256, "Promise Technology"),
    R("Promise-RAID", 130560, "Promise Technology"),
    R("Promise-RAID", 131072, "Promise Technology"),
    R("Promise-RAID", 8192, "Promise Technology"),
    R("Promise-RAID", 204288, "Promise Technology"),
    R("VIA-RAID", 512, "\125\252"),
    R("JMicron-RAID", 512, "JM"),
    R("Silicon-RAID", 416, "\000\000\000\057"),
    R("Highpoint-RAID", 5600, "\363\026xZ"),
    R("Highpoint-RAID", 5600, "\375\026xZ"),
    R("Adaptec-RAID", 512, "DPTM"),
};

/* At the begin of any sector of the last MiB: a dynamic disk's database (its places moved between versions). */
static const struct rule dynamics[] = {
    R("Windows-dynamic-disk", 0, "PRIVHEAD"),
    R("Windows-dynamic-disk", 0, "TOCBLOCK"),
    R("Windows-dynamic-disk", 0, "VMDB"),
    R("Windows-dynamic-disk", 0, "VBLK"),
};

struct finds {
    const char **names;
    size_t cap, count;
};

static void signature_found(struct finds *f, const char *name) {
    if (f->count < f->cap)
        f->names[f->count] = name;
    f->count++;
}

static bool signature_at(const uint8_t *bytes, size_t len, size_t offset, const struct rule *rule) {
    return offset <= len && rule->len <= len - offset && memcmp(bytes + offset, rule->magic, rule->len) == 0;
}

static uint32_t signature_le32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A plausible entry counts even if the sector's signature was lost: status 0 or 80h, a type, a place. */
static bool is_partition(const uint8_t *entry, uint64_t sectors) {
    uint64_t start = signature_le32(entry + 8), count = signature_le32(entry + 12);
    return (entry[0] & 0x7f) == 0 && entry[4] != 0 && start > 0 && count > 0 && start < sectors &&
           count <= sectors - start;
}

/* A jump and a BIOS parameter block with a valid sector size: FAT of old formatters, OS/2 and some other tools. */
static bool is_boot_sector(const uint8_t *s) {
    unsigned size = (unsigned)s[11] | (unsigned)s[12] << 8;
    bool jump = (s[0] == 0xeb && s[2] == 0x90) || s[0] == 0xe9;
    return jump && (size == 512 || size == 1024 || size == 2048 || size == 4096) && s[13] != 0 &&
           (s[13] & (s[13] - 1)) == 0;
}

static void find_first_sector(struct finds *f, const struct signature_disk *d) {
    if (d->head_len < 512)
        return;
    for (size_t i = 0; i < 4; i++)
        if (is_partition(d->head + 446 + 16 * i, d->bytes / 512)) {
            signature_found(f, "MBR-partition");
            break;
        }
    if (is_boot_sector(d->head))
        signature_found(f, "boot-sector");
}

/* Linux md writes 1.0 at 8 KiB before the end and 0.90 at 64 KiB, each rounded down; nilfs2 its second superblock in
 * the last whole 4 KiB. `offset` is the disk's. */
static bool at_disk(const struct signature_disk *d, uint64_t offset, const struct rule *rule) {
    return offset <= d->bytes && d->bytes - offset <= d->tail_len &&
           signature_at(d->tail, d->tail_len, d->tail_len - (size_t)(d->bytes - offset), rule);
}

static void find_rounded(struct finds *f, const struct signature_disk *d) {
    static const struct rule md10 = R("mdraid-1.0", 0, "\374N+\251"), md09 = R("mdraid-0.90", 0, "\374N+\251"),
                             md09_be = R("mdraid-0.90", 0, "\251+N\374"), nilfs = R("nilfs2", 0, "44");
    uint64_t sectors = d->bytes / 512;
    if (sectors >= 24 && at_disk(d, (sectors - 16) / 8 * 8 * 512, &md10))
        signature_found(f, md10.name);
    if (sectors >= 256) {
        uint64_t offset = (sectors / 128 * 128 - 128) * 512;
        if (at_disk(d, offset, &md09) || at_disk(d, offset, &md09_be))
            signature_found(f, md09.name);
    }
    if (sectors >= 16 && at_disk(d, (d->bytes / 4096 - 1) * 4096 + 6, &nilfs))
        signature_found(f, nilfs.name);
}

static bool in_name(uint8_t c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

/* A ZFS label is a list of names and values somewhere in its 256 KiB; two labels at each end. */
static bool signature_has_word(const uint8_t *bytes, size_t len, const char *text) {
    size_t n = strlen(text);
    for (const uint8_t *p = bytes; len >= n;) {
        const uint8_t *hit = memchr(p, text[0], len - n + 1);
        if (!hit)
            return false;
        len -= (size_t)(hit - p);
        bool begins = hit == bytes || !in_name(hit[-1]);
        if (begins && memcmp(hit, text, n) == 0 && (len == n || !in_name(hit[n])))
            return true;
        p = hit + 1;
        len--;
    }
    return false;
}

static void find_zfs(struct finds *f, const uint8_t *bytes, size_t len) {
    if (signature_has_word(bytes, len, "pool_guid") || signature_has_word(bytes, len, "vdev_tree"))
        signature_found(f, "zfs");
}

static void find_dynamic(struct finds *f, const struct signature_disk *d) {
    size_t area = d->tail_len < (1u << 20) ? d->tail_len : 1u << 20;
    for (size_t back = 512; back <= area; back += 512)
        for (size_t i = 0; i < sizeof(dynamics) / sizeof(*dynamics); i++)
            if (signature_at(d->tail, d->tail_len, d->tail_len - back, &dynamics[i])) {
                signature_found(f, dynamics[i].name);
                return;
            }
}

size_t signature_find(const struct signature_disk *d, const char **ret_names, size_t cap) {
    struct finds f = {ret_names, cap, 0};
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
        if (signature_at(d->head, d->head_len, heads[i].at, &heads[i]))
            signature_found(&f, heads[i].name);
    find_first_sector(&f, d);
    find_zfs(&f, d->head, d->head_len < (512u << 10) ? d->head_len : 512u << 10);
    for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++)
        if (tails[i].at <= d->tail_len && signature_at(d->tail, d->tail_len, d->tail_len - tails[i].at, &tails[i]))
            signature_found(&f, tails[i].name);
    find_rounded(&f, d);
    find_dynamic(&f, d);
    size_t labels = d->tail_len < (768u << 10) ? d->tail_len : 768u << 10;
    find_zfs(&f, d->tail + (d->tail_len - labels), labels);
    return f.count;
}
