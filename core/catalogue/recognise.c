/* Each family has a file that says what the medium is: .treeinfo, .disk/info, media.1/products. */
#include "recognise.h"

#include <string.h>

#include "pxed/model.h"

enum { READ_MAX = 64 << 10 };

/* How media call themselves, and the family that OS ids know them by. The longest that fits is taken. */
static const struct {
    const char *said, *family;
} families[] = {
    {"red hat enterprise linux", "rhel"},
    {"centos stream", "centos-stream"},
    {"centos", "centos"},
    {"rocky", "rocky"},
    {"almalinux", "almalinux"},
    {"oracle linux", "oracle"},
    {"scientific linux", "scientific"},
    {"fedora", "fedora"},
    {"debian", "debian"},
    {"devuan", "devuan"},
    {"kali", "kali"},
    {"ubuntu", "ubuntu"},
    {"linux mint", "mint"},
    {"opensuse leap", "opensuse-leap"},
    {"sles", "sles"},
    {"alpine", "alpine"},
};

static const char *lower(struct pxed_slice text, struct pxed_arena *arena) {
    char *copy = (char *)(uintptr_t)pxed_arena_dup(arena, text.len > 0 ? text : PXED_SLICE("")).ptr;
    for (char *c = copy; *c; c++)
        *c = pxed_lower(*c);
    return copy;
}

static const char *family_of(struct pxed_slice said, struct pxed_arena *arena) {
    const char *text = lower(said, arena), *found = NULL;
    size_t best = 0;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        size_t n = strlen(families[i].said);
        if (n > best && strncmp(text, families[i].said, n) == 0) {
            best = n;
            found = families[i].family;
        }
    }
    return found;
}

static struct pxed_slice first_line(struct pxed_slice text) {
    return pxed_slice_trim(pxed_slice_word(&text, "\r\n"));
}

/* FAMILY-VERSION[-ARCH], or NULL if one of the first two is missing. */
static const char *make_id(const char *family, struct pxed_slice version, struct pxed_slice arch,
                           struct pxed_arena *arena) {
    if (!family || version.len == 0)
        return NULL;
    return pxed_arena_printf(arena, "%s-%s%s%s", family, lower(version, arena), arch.len ? "-" : "",
                             lower(arch, arena));
}

/* --- .treeinfo: Red Hat's kin and Fedora --- */

static struct pxed_slice treeinfo_value(struct pxed_slice text, const char *section, const char *key) {
    struct pxed_slice line, in = PXED_NO_SLICE;
    while ((line = pxed_slice_word(&text, "\r\n")).len > 0) {
        line = pxed_slice_trim(line);
        if (line.len > 1 && line.ptr[0] == '[')
            in = pxed_slice(line.ptr + 1, line.len - 2);
        ptrdiff_t equals = pxed_slice_find(line, '=', 0);
        if (equals > 0 && pxed_slice_is(in, section) &&
            pxed_slice_is(pxed_slice_trim(pxed_slice_head(line, (size_t)equals)), key))
            return pxed_slice_trim(pxed_slice_skip(line, (size_t)equals + 1));
    }
    return PXED_NO_SLICE;
}

static bool read_treeinfo(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    struct pxed_slice family = treeinfo_value(text, "general", "family"),
                      version = treeinfo_value(text, "general", "version"),
                      arch = treeinfo_value(text, "general", "arch"), name = treeinfo_value(text, "release", "name");
    if (family.len == 0)
        family = name;
    /* CentOS Stream calls its family CentOS. */
    if (pxed_slice_starts(name, PXED_SLICE("CentOS Stream")))
        family = name;
    if (version.len == 0)
        version = treeinfo_value(text, "release", "version");
    ret->id = make_id(family_of(family, arena), version, arch, arena);
    ret->what = pxed_arena_dup(arena, family).ptr;
    ret->words = pxed_arena_printf(arena, "%.*s %.*s %.*s", PXED_S(family), PXED_S(version), PXED_S(arch));
    return family.len > 0;
}

/* --- .disk/info: Debian's kin: `Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST` --- */

static bool is_arch_word(struct pxed_slice word) {
    static const char *const archs[] = {"amd64", "i386", "arm64", "ppc64el", "s390x", "riscv64", NULL};
    for (const char *const *a = archs; *a; a++)
        if (pxed_slice_is(word, *a))
            return true;
    return false;
}

static bool read_disk_info(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    struct pxed_slice line = first_line(text), rest = line, word, version = PXED_NO_SLICE, arch = PXED_NO_SLICE;
    while ((word = pxed_slice_word(&rest, " \"()")).len > 0) {
        if (version.len == 0 && pxed_is_digit(word.ptr[0]))
            version = word;
        if (arch.len == 0 && is_arch_word(word))
            arch = word;
    }
    ret->id = make_id(family_of(line, arena), version, arch, arena);
    ret->what = "Debian or one of its kin";
    ret->words = pxed_arena_dup(arena, line).ptr;
    return line.len > 0;
}

/* --- the others --- */

/* `/ SLES15-SP5 15.5-0` */
static bool read_products(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    struct pxed_slice line = first_line(text), rest = line;
    pxed_slice_word(&rest, " ");
    struct pxed_slice product = pxed_slice_word(&rest, " "), version = product;
    while (version.len > 0 && !pxed_is_digit(version.ptr[0]))
        version = pxed_slice_skip(version, 1);
    ret->id = make_id(family_of(product, arena), version, PXED_NO_SLICE, arena);
    ret->what = "SUSE";
    ret->words = pxed_arena_dup(arena, line).ptr;
    return line.len > 0;
}

/* `alpine-standard 3.19.1` */
static bool alpine_release(struct pxed_slice text, struct pxed_slice arch, struct pxed_arena *arena,
                           struct recognised *ret) {
    struct pxed_slice line = first_line(text), rest = line;
    pxed_slice_word(&rest, " ");
    ret->id = make_id("alpine", pxed_slice_word(&rest, " "), arch, arena);
    ret->what = "Alpine Linux";
    ret->words = pxed_arena_dup(arena, line).ptr;
    return line.len > 0;
}

static bool read_alpine(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    return alpine_release(text, PXED_SLICE("x86_64"), arena, ret);
}

static bool read_alpine_arm(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    return alpine_release(text, PXED_SLICE("aarch64"), arena, ret);
}

static bool read_arch(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    struct pxed_slice line = first_line(text);
    ret->id = make_id("archlinux", line, PXED_SLICE("x86_64"), arena);
    ret->what = "Arch Linux";
    ret->words = pxed_arena_dup(arena, line).ptr;
    return line.len > 0;
}

/* KEY='VALUE' lines; PRODUCT is pve, RELEASE 8.4, ISORELEASE 1 */
static struct pxed_slice cd_info_value(struct pxed_slice text, const char *key) {
    struct pxed_slice line;
    while ((line = pxed_slice_word(&text, "\r\n")).len > 0) {
        ptrdiff_t equals = pxed_slice_find(line, '=', 0);
        struct pxed_slice rest = pxed_slice_skip(line, (size_t)(equals < 0 ? 0 : equals + 1));
        if (equals > 0 && pxed_slice_is(pxed_slice_head(line, (size_t)equals), key))
            return pxed_slice_word(&rest, "'\"");
    }
    return PXED_NO_SLICE;
}

static bool read_cd_info(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    struct pxed_slice product = cd_info_value(text, "PRODUCT"), release = cd_info_value(text, "RELEASE"),
                      build = cd_info_value(text, "ISORELEASE");
    const char *version = pxed_arena_printf(arena, "%.*s%s%.*s", PXED_S(release), build.len ? "-" : "", PXED_S(build));
    if (pxed_slice_is(product, "pve"))
        ret->id = make_id("proxmox-ve", pxed_slice_of(version), PXED_NO_SLICE, arena);
    ret->what = "Proxmox";
    ret->words = pxed_arena_printf(arena, "%.*s %s", PXED_S(product), version);
    return product.len > 0;
}

/* Which Windows it is stands inside the WIM, which is the plugin's to read. */
static bool read_windows(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    (void)text, (void)arena;
    ret->what = "installation media of Windows: say which with --as windows-2022-x64 and the like";
    return true;
}

static const struct {
    const char *file;
    bool (*read)(struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret);
    const char *with; /* a file that must be there, too; NULL: none */
} rows[] = {
    {".treeinfo", read_treeinfo, NULL},
    {"treeinfo", read_treeinfo, NULL},
    {".disk/info", read_disk_info, NULL},
    {"media.1/products", read_products, NULL},
    {".alpine-release", read_alpine_arm, "apks/aarch64/APKINDEX.tar.gz"},
    {".alpine-release", read_alpine, NULL},
    {"arch/version", read_arch, NULL},
    {".cd-info", read_cd_info, NULL},
    {"sources/install.wim", read_windows, NULL},
    {"sources/install.esd", read_windows, NULL},
    {"sources/install.swm", read_windows, NULL},
};

size_t recognise_rows(void) {
    return sizeof(rows) / sizeof(rows[0]);
}

bool recognise_text(size_t row, struct pxed_slice text, struct pxed_arena *arena, struct recognised *ret) {
    *ret = (struct recognised){.by = rows[row].file, .words = ""};
    return rows[row].read(text, arena, ret);
}

bool recognise(struct medium *m, struct pxed_arena *arena, struct recognised *ret) {
    for (size_t i = 0; i < recognise_rows(); i++)
        if (medium_has(m, rows[i].file) && (!rows[i].with || medium_has(m, rows[i].with)) &&
            recognise_text(i, medium_read(m, rows[i].file, READ_MAX, arena), arena, ret))
            return true;
    return false;
}
