/* GRUB's modules (include/grub/kernel.h of GRUB 2.06): ELF files of 64 bits in a row, each with its name in a section.
 */
#include "loader.h"

enum {
    INFO_SIZE = 24, /* magic, padding, offset, size */
    INFO_MAGIC = 0x676d696d,
    HEADER_SIZE = 8, /* type, size with the header */
    TYPE_ELF = 0,
    MODULES_MAX = 1000, /* GRUB has some 300 */
    ELF_HEADER = 64,
    ELF_SECTION = 64,
    ELF_SECTIONS_MAX = 40,
    NAME_MAX = 32,
};

static uint64_t le(const uint8_t *p, int n) {
    uint64_t v = 0;
    for (int i = n - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* A part of a file. Reads if the bytes lie inside it. */
static bool part_at(const struct loader_file *file, struct loader_section part, uint64_t from, void *to, size_t n) {
    return from <= part.size && n <= part.size - from && loader_at(file, part.at + from, to, n);
}

/* Is this text there, with its NUL? */
static bool is_text(const struct loader_file *file, struct loader_section part, uint64_t from, const char *text) {
    char found[NAME_MAX];
    size_t n = strlen(text) + 1;
    return n <= sizeof(found) && part_at(file, part, from, found, n) && memcmp(found, text, n) == 0;
}

/* Is it the module of this name? What the ELF's headers say is hostile. */
static bool is_module(const struct loader_file *file, struct loader_section elf, const char *name) {
    uint8_t head[ELF_HEADER], section[ELF_SECTION];
    if (!part_at(file, elf, 0, head, sizeof(head)) || memcmp(head, "\177ELF\2", 5) != 0)
        return false;
    uint64_t table = le(head + 40, 8), n = le(head + 60, 2), names_at = le(head + 62, 2);
    if (table > elf.size || n > ELF_SECTIONS_MAX || names_at >= n ||
        !part_at(file, elf, table + names_at * ELF_SECTION, section, sizeof(section)))
        return false;
    uint64_t names = le(section + 24, 8);
    for (uint64_t i = 0; names <= elf.size && i < n; i++) {
        if (!part_at(file, elf, table + i * ELF_SECTION, section, sizeof(section)))
            return false;
        if (is_text(file, elf, names + le(section, 4), ".modname"))
            return is_text(file, elf, le(section + 24, 8), name);
    }
    return false;
}

bool loader_has_module(const struct loader_file *file, struct loader_section mods, const char *name) {
    uint8_t info[INFO_SIZE], head[HEADER_SIZE];
    if (!part_at(file, mods, 0, info, sizeof(info)) || le(info, 4) != INFO_MAGIC)
        return false;
    uint64_t at = le(info + 8, 8), all = le(info + 16, 8);
    for (int i = 0; i < MODULES_MAX && at <= mods.size && at < all && part_at(file, mods, at, head, sizeof(head));
         i++) {
        uint64_t type = le(head, 4), size = le(head + 4, 4);
        if (size < HEADER_SIZE || size > mods.size - at)
            return false;
        struct loader_section module = {mods.at + at + HEADER_SIZE, (uint32_t)(size - HEADER_SIZE)};
        if (type == TYPE_ELF && is_module(file, module, name))
            return true;
        at += size;
    }
    return false;
}
