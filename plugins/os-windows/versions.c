/* The table of Windows versions, and the flags for templates. Pure. */
#include "versions.h"

#include "versions_words.h"

static const struct windows_version versions[] = {
#define ROW(profile, name_, family, version, arch, flags, methods_, pe_, ram_)                                         \
    {.name = (name_),                                                                                                  \
     .claim = {family, version, arch, flags},                                                                          \
     .methods = (methods_),                                                                                            \
     .firmware = FIRMWARE_##profile,                                                                                   \
     .pe = (pe_),                                                                                                      \
     .ram = (ram_)},
#include "versions.def"
#undef ROW
};

const struct windows_version *windows_versions(size_t *ret_n) {
    *ret_n = sizeof(versions) / sizeof(versions[0]);
    return versions;
}

const struct windows_version *windows_version_find(const struct pxed_claim *claim) {
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const struct pxed_claim *own = &versions[i].claim;
        if (claim && claim->version && claim->arch && strcmp(claim->version, own->version) == 0 &&
            strcmp(claim->arch, own->arch) == 0)
            return &versions[i];
    }
    return NULL;
}

bool windows_version_has(const struct windows_version *v, const char *word) {
    struct pxed_slice rest = pxed_slice_of(v->claim.flags), one;
    while ((one = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_is(one, word))
            return true;
    return false;
}

enum windows_answer windows_version_answer(const struct windows_version *v) {
    return windows_version_has(v, "nt5") ? WINDOWS_SYSPREP_INF : WINDOWS_UNATTEND_XML;
}

const char *windows_version_answer_place(const struct windows_version *v) {
    return windows_version_answer(v) == WINDOWS_SYSPREP_INF ? "sysprep\\sysprep.inf" : "Windows\\Panther\\unattend.xml";
}

enum windows_boot_record windows_version_boot_record(const struct windows_version *v) {
    if (windows_version_has(v, "nt5"))
        return WINDOWS_BOOTSECT_NT52;
    return windows_version_has(v, "nt62plus") ? WINDOWS_BCDBOOT_FIRMWARE : WINDOWS_BCDBOOT;
}

const char *windows_version_boot_command(const struct windows_version *v, bool efi) {
    bool boots = efi ? (v->firmware & PXED_FW_EFI) != 0 : (v->firmware & PXED_FW_BIT(PXED_FW_BIOS)) != 0;
    if (!boots)
        return NULL;
    switch (windows_version_boot_record(v)) {
    case WINDOWS_BOOTSECT_NT52:
        return "bootsect /nt52 W: /force /mbr";
    case WINDOWS_BCDBOOT:
        return efi ? "bcdboot W:\\Windows /s S:" : "bcdboot W:\\Windows /s W:";
    default:
        return efi ? "bcdboot W:\\Windows /s S: /f UEFI" : "bcdboot W:\\Windows /s W: /f BIOS";
    }
}

const char *windows_pe_smb(uint64_t pe) {
    static const struct {
        uint64_t pe;
        const char *dialect;
    } rows[] = {
        {WINDOWS_PE(10, 0, 0), "SMB3_11"}, {WINDOWS_PE(6, 3, 0), "SMB3_02"}, {WINDOWS_PE(6, 2, 0), "SMB3_00"},
        {WINDOWS_PE(6, 1, 0), "SMB2_10"},  {WINDOWS_PE(6, 0, 0), "SMB2_02"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pe >= rows[i].pe)
            return rows[i].dialect;
    return NULL;
}
