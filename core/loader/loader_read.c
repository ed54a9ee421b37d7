/* Tells the forms of loaders apart, and reads each. */
#include "loader.h"

enum { HEAD = 4096, SBAT_TEXT_MAX = 4096 };

const char *const loader_machine_names[LOADER_MACHINE_COUNT + 1] = {
    "none", "bios", "ia32", "x64", "arm", "arm64", "riscv64", "loongarch64", "other", NULL,
};
const char *const loader_program_names[LOADER_PROGRAM_COUNT + 1] = {
    "unknown",      "iPXE",         "gPXE", "GRUB", "shim",  "MokManager", "fallback", "PXELINUX", "lpxelinux",
    "syslinux-efi", "systemd-boot", "stub", "UKI",  "Linux", "wimboot",    "bootmgr",  "WDSNBP",   NULL,
};

static struct pxed_slice read_section(const struct loader_file *file, struct loader_section s, char *buf, size_t size) {
    size_t n = s.size < size ? s.size : size;
    return n > 0 && loader_at(file, s.at, buf, n) ? pxed_slice(buf, n) : PXED_NO_SLICE;
}

/* "#### LoaderInfo: systemd-boot 252.39-1~deb12u2 ####" */
static void read_sdmagic(struct pxed_slice text, struct loader *ret) {
    struct pxed_slice mark = PXED_SLICE("#### LoaderInfo: ");
    if (!pxed_slice_starts(text, mark))
        return;
    text = pxed_slice_skip(text, mark.len);
    struct pxed_slice name = pxed_slice_word(&text, " "), version = pxed_slice_word(&text, " ");
    ret->program = pxed_slice_is(name, "systemd-boot") ? LOADER_SYSTEMD_BOOT : LOADER_SYSTEMD_STUB;
    loader_copy(ret->version, sizeof(ret->version), version);
}

static bool has_kernel_header(const struct loader_file *file) {
    char mark[4];
    return loader_at(file, 0x202, mark, sizeof(mark)) && memcmp(mark, "HdrS", sizeof(mark)) == 0;
}

/* The version that a kernel names in its header (boot protocol 2.00: kernel_version, from 0x200 on). */
static void read_kernel_version(const struct loader_file *file, struct loader *ret) {
    uint8_t place[2];
    char text[sizeof(ret->version)];
    if (!loader_at(file, 0x20e, place, sizeof(place)))
        return;
    uint64_t at = 0x200 + ((unsigned)place[0] | (unsigned)place[1] << 8);
    size_t n = at < file->size && file->size - at < sizeof(text) ? (size_t)(file->size - at) : sizeof(text);
    if (!loader_at(file, at, text, n))
        return;
    struct pxed_slice rest = pxed_slice(text, n);
    loader_copy(ret->version, sizeof(ret->version), pxed_slice_word(&rest, " "));
}

static bool read_efi(const struct loader_file *file, struct loader *ret) {
    struct loader_pe pe;
    char text[SBAT_TEXT_MAX];
    if (!loader_read_pe(file, ret, &pe) || !pe.application)
        return false;
    if (pe.sbat.size > 0)
        loader_read_sbat(read_section(file, pe.sbat, text, sizeof(text)), ret);
    if (pe.sbatlevel.size > 0)
        loader_read_level(read_section(file, pe.sbatlevel, text, sizeof(text)), ret);
    if (pe.sdmagic.size > 0)
        read_sdmagic(read_section(file, pe.sdmagic, text, sizeof(text)), ret);
    if (pe.kernel.size > 0)
        ret->program = LOADER_UKI;
    else if (ret->program == LOADER_UNKNOWN && pe.mods.size > 0)
        ret->program = LOADER_GRUB; /* its own builds have no SBAT */
    else if (ret->program == LOADER_UNKNOWN && has_kernel_header(file))
        ret->program = LOADER_LINUX;
    if (ret->program == LOADER_GRUB)
        ret->boots_net = loader_has_module(file, pe.mods, "efinet") && loader_has_module(file, pe.mods, "tftp");
    if (ret->program == LOADER_LINUX)
        read_kernel_version(file, ret);
    if (ret->program == LOADER_UNKNOWN || ret->program == LOADER_SHIM)
        loader_read_words(file, ret);
    return true;
}

/* Files that a PC's BIOS can start by PXE begin with code; these beginnings are known. */
static bool read_bios(const struct loader_file *file, struct loader *ret) {
    static const char grub[] = "\xb2\x7f\xea\x00\x82\x00"; /* pxeboot.img: mov $0x7f,%dl; ljmp $0,$0x8200 */
    char head[sizeof(grub) - 1];
    if (file->size > 8 << 20 || !loader_at(file, 0, head, sizeof(head)))
        return false;
    ret->machine = LOADER_BIOS;
    if (memcmp(head, grub, sizeof(head)) == 0)
        ret->program = LOADER_GRUB;
    else
        loader_read_words(file, ret);
    if (has_kernel_header(file)) {
        ret->program = ret->program == LOADER_UNKNOWN ? LOADER_LINUX : ret->program;
        read_kernel_version(file, ret);
    }
    return ret->program != LOADER_UNKNOWN;
}

bool loader_read(const struct loader_file *file, struct loader *ret) {
    struct loader l = {0};
    char magic[2] = "";
    bool pe = loader_at(file, 0, magic, sizeof(magic)) && magic[0] == 'M' && magic[1] == 'Z';
    if (!(pe ? read_efi(file, &l) : read_bios(file, &l)))
        return false;
    *ret = l;
    return true;
}
