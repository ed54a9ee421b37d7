/* PE/COFF headers ("PE Format", Microsoft Learn): machine, sections, certificate table. Every offset is hostile. */
#include "loader.h"

enum {
    PE_OFFSET_AT = 0x3c,
    COFF_SIZE = 24, /* with the signature */
    OPTIONAL_32 = 0x10b,
    OPTIONAL_64 = 0x20b,
    DIRECTORIES_32 = 96,
    DIRECTORIES_64 = 112,
    DIRECTORY_CERTIFICATES = 4,
    SECTION_SIZE = 40,
    SECTIONS_MAX = 96, /* what Windows' own loader takes */
    SUBSYSTEM_AT = 68,
    CERTIFICATE_HEADER = 8,
    CERTIFICATE_PKCS7 = 2,
    CERTIFICATES_MAX = 64,
    SYMBOL_SIZE = 18,
    NAME_LONG = 11, /* the longest that is looked for, with its NUL */
};

static unsigned le16(const uint8_t *p) {
    return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static uint32_t le32(const uint8_t *p) {
    return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static enum loader_machine machine_of(unsigned code) {
    switch (code) {
    case 0x014c:
        return LOADER_IA32;
    case 0x8664:
        return LOADER_X64;
    case 0x01c0:
    case 0x01c2:
    case 0x01c4:
        return LOADER_ARM;
    case 0xaa64:
        return LOADER_ARM64;
    case 0x5064:
        return LOADER_RISCV64;
    case 0x6264:
        return LOADER_LOONGARCH64;
    default:
        return LOADER_MACHINE_OTHER;
    }
}

/* A name above 8 bytes is "/N": the place in the string table, which follows the symbols. `strings` 0: there is none.
 */
static void section_name(const uint8_t *head, const struct loader_file *file, uint64_t strings,
                         char ret[static NAME_LONG + 1]) {
    char digits[8] = "";
    uint64_t at;
    memset(ret, 0, NAME_LONG + 1);
    memcpy(ret, head, 8);
    if (head[0] != '/' || strings == 0)
        return;
    memcpy(digits, head + 1, 7);
    if (!pxed_slice_u64(pxed_slice_of(digits), UINT32_MAX, &at) || !loader_at(file, strings + at, ret, NAME_LONG))
        memset(ret, 0, NAME_LONG);
}

static void take_section(const uint8_t *head, const struct loader_file *file, uint64_t strings, struct loader_pe *pe,
                         struct loader *ret) {
    struct loader_section s = {le32(head + 20), le32(head + 16)};
    uint32_t virtual_size = le32(head + 8);
    const struct {
        const char *name;
        struct loader_section *to;
    } known[] = {{".sbat", &pe->sbat},
                 {".sbatlevel", &pe->sbatlevel},
                 {".sdmagic", &pe->sdmagic},
                 {".linux", &pe->kernel},
                 {"mods", &pe->mods}};
    char name[NAME_LONG + 1];
    if (s.at > file->size || s.size > file->size - s.at) {
        ret->damaged = true;
        return;
    }
    if (virtual_size > 0 && virtual_size < s.size) /* the rest is padding */
        s.size = virtual_size;
    section_name(head, file, strings, name);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(name, known[i].name) == 0)
            *known[i].to = s;
}

/* WIN_CERTIFICATE entries, each on a multiple of 8: a file may be signed by several keys. */
static void take_certificates(const struct loader_file *file, uint64_t at, uint32_t size, struct loader *ret) {
    if (at > file->size || size > file->size - at) {
        ret->damaged = true;
        return;
    }
    uint8_t head[CERTIFICATE_HEADER];
    uint64_t end = at + size;
    for (int i = 0; i < CERTIFICATES_MAX && end - at >= CERTIFICATE_HEADER; i++) {
        if (!loader_at(file, at, head, sizeof(head)))
            return;
        uint32_t len = le32(head);
        if (len < CERTIFICATE_HEADER || len > end - at) {
            ret->damaged |= len != 0;
            return;
        }
        if (le16(head + 6) == CERTIFICATE_PKCS7 && ret->n_signatures < LOADER_SIGNATURES_MAX)
            ret->signatures[ret->n_signatures++] =
                (struct loader_signature){at + CERTIFICATE_HEADER, len - CERTIFICATE_HEADER};
        uint64_t padded = ((uint64_t)len + 7) & ~(uint64_t)7;
        if (padded > end - at)
            return;
        at += padded;
    }
}

/* The optional header: `size` bytes from `at`. */
static void read_optional(const struct loader_file *file, uint64_t at, unsigned size, struct loader *ret,
                          struct loader_pe *pe) {
    uint8_t head[DIRECTORIES_64], entry[8];
    if (size < DIRECTORIES_32 || !loader_at(file, at, head, DIRECTORIES_32))
        return;
    unsigned magic = le16(head), before = magic == OPTIONAL_64 ? DIRECTORIES_64 : DIRECTORIES_32;
    if ((magic != OPTIONAL_64 && magic != OPTIONAL_32) || size < before || !loader_at(file, at, head, before))
        return;
    unsigned subsystem = le16(head + SUBSYSTEM_AT);
    pe->application = subsystem >= 10 && subsystem <= 13; /* EFI; Windows' own boot files have 16 */
    pe->application |= subsystem == 16;
    unsigned place = before + 8 * DIRECTORY_CERTIFICATES;
    if (le32(head + before - 4) <= DIRECTORY_CERTIFICATES || size < place + sizeof(entry) ||
        !loader_at(file, at + place, entry, sizeof(entry)))
        return;
    if (le32(entry + 4) > 0)
        take_certificates(file, le32(entry), le32(entry + 4), ret);
}

bool loader_read_pe(const struct loader_file *file, struct loader *ret, struct loader_pe *pe) {
    uint8_t head[PE_OFFSET_AT + 4], coff[COFF_SIZE], section[SECTION_SIZE];
    *pe = (struct loader_pe){0};
    if (!loader_at(file, 0, head, sizeof(head)) || head[0] != 'M' || head[1] != 'Z')
        return false;
    uint64_t at = le32(head + PE_OFFSET_AT);
    if (!loader_at(file, at, coff, sizeof(coff)) || memcmp(coff, "PE\0", 4) != 0)
        return false;
    unsigned sections = le16(coff + 6), optional = le16(coff + 20);
    uint64_t strings = le32(coff + 12) > 0 ? le32(coff + 12) + (uint64_t)le32(coff + 16) * SYMBOL_SIZE : 0;
    ret->machine = machine_of(le16(coff + 4));
    at += COFF_SIZE;
    read_optional(file, at, optional, ret, pe);
    at += optional;
    for (unsigned i = 0; i < sections && i < SECTIONS_MAX; i++, at += SECTION_SIZE) {
        if (!loader_at(file, at, section, sizeof(section))) {
            ret->damaged = true;
            break;
        }
        take_section(section, file, strings, pe, ret);
    }
    return true;
}
