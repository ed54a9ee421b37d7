/* Which files make a whole, under which names partners ask, and the order in which machines get them. */
#define _GNU_SOURCE
#include "loaders.h"

/* The part of a file's name that says the machine, as UEFI's own (2.10, section 3.5.1.1) and all of shim's kin do. */
static const char *suffix_of(enum loader_machine machine) {
    static const char *const suffixes[LOADER_MACHINE_COUNT] = {
        [LOADER_IA32] = "ia32",  [LOADER_X64] = "x64",         [LOADER_ARM] = "arm",
        [LOADER_ARM64] = "aa64", [LOADER_RISCV64] = "riscv64", [LOADER_LOONGARCH64] = "loongarch64",
    };
    return suffixes[machine];
}

enum loader_machine loaders_machine(enum pxed_firmware firmware) {
    switch (firmware) {
    case PXED_FW_BIOS:
        return LOADER_BIOS;
    case PXED_FW_EFI_IA32:
        return LOADER_IA32;
    case PXED_FW_EFI_X64:
    case PXED_FW_HTTP_X64:
        return LOADER_X64;
    case PXED_FW_EFI_ARM64:
    case PXED_FW_HTTP_ARM64:
        return LOADER_ARM64;
    case PXED_FW_EFI_RISCV64:
        return LOADER_RISCV64;
    case PXED_FW_EFI_LOONGARCH64:
        return LOADER_LOONGARCH64;
    default:
        return LOADER_MACHINE_NONE;
    }
}

/* --- files --- */

static struct pxed_slice folder_of(const char *name) {
    const char *slash = strrchr(name, '/');
    return pxed_slice(name, slash ? (size_t)(slash - name) : 0);
}

static struct pxed_slice base_of(const char *name) {
    const char *slash = strrchr(name, '/');
    return pxed_slice_of(slash ? slash + 1 : name);
}

static bool begins(const struct loaders_file *f, const char *word) {
    struct pxed_slice base = base_of(f->name), with = pxed_slice_of(word);
    return base.len >= with.len && pxed_slice_eq_nocase(pxed_slice_head(base, with.len), with);
}

static bool contains(const struct loaders_file *f, const char *word) {
    return strstr(base_of(f->name).ptr, word) != NULL;
}

static bool has_key(const struct loaders_file *f, enum loader_key key) {
    for (size_t i = 0; i < f->n_signers; i++)
        if (f->signers[i].key == key)
            return true;
    return false;
}

static bool firmware_starts(const struct loaders_file *f) {
    for (size_t i = 0; i < f->n_signers; i++)
        if (loader_key_is_firmwares(f->signers[i].key))
            return true;
    return false;
}

/* A file beside another, by its own name. */
static const struct loaders_file *beside(const struct loaders *all, const struct loaders_file *f,
                                         struct pxed_slice name) {
    for (size_t i = 0; i < all->n_files; i++) {
        const struct loaders_file *other = &all->files[i];
        if (other->place == f->place && pxed_slice_eq(folder_of(other->name), folder_of(f->name)) &&
            pxed_slice_eq_nocase(base_of(other->name), name))
            return other;
    }
    return NULL;
}

/* --- wholes --- */

struct whole {
    const struct loaders_file *file, *then;
    struct pxed_slice then_name;
    const char *revoked; /* a pair that would be one but for its SBAT: why; NULL: none */
};

/* iPXE's shim starts the file of its own name without `-shim`, or without `-shimx64`; else what was compiled in. */
static struct pxed_slice next_of(const struct loaders_file *shim, char *buf, size_t size) {
    struct pxed_slice base = base_of(shim->name);
    struct pxed_buf b = {buf, size, 0};
    const char *mark = memmem(base.ptr, base.len, "-shim", 5);
    if (!mark)
        return pxed_slice_of(shim->is.next);
    pxed_buf_add(&b, pxed_slice_head(base, (size_t)(mark - base.ptr)));
    pxed_buf_str(&b, ".efi");
    return pxed_buf_slice(&b);
}

/* Can this shim start that file? A distribution's believes its own distribution, and iPXE's believes iPXE. */
static bool believes(const struct loaders_file *then, enum loader_program program) {
    if (then->is.program != program)
        return false;
    return program == LOADER_IPXE ? has_key(then, LOADER_KEY_IPXE) || has_key(then, LOADER_KEY_OWN)
                                  : then->n_signers > 0;
}

/* The GRUB of packages, for a shim of another folder: the one that boots from the net. */
static const struct loaders_file *packaged_grub(const struct loaders *all, enum loader_machine machine) {
    for (size_t i = 0; i < all->n_files; i++) {
        const struct loaders_file *f = &all->files[i];
        if (f->is.machine == machine && f->is.program == LOADER_GRUB && has_key(f, LOADER_KEY_DISTRIBUTION) &&
            begins(f, "grubnet") && !contains(f, "installer"))
            return f;
    }
    return NULL;
}

const char *loaders_revoked(const char *by, const struct loader *shim, const char *name, const struct loader *file,
                            const char *cure, struct pxed_arena *arena) {
    unsigned is;
    const struct loader_sbat *least = loader_revoked(shim, file, &is);
    return least ? pxed_arena_printf(arena, "%s takes %s of SBAT generation %u and later, %s has %u%s", by,
                                     least->component, least->generation, name, is, cure)
                 : NULL;
}

/* Since 15.3, the first with SBAT of its own (github.com/rhboot/shim, verify_sbat_section). */
const char *loaders_refused(const char *by, const struct loader *shim, const char *name, const struct loader *file,
                            const char *cure, struct pxed_arena *arena) {
    if (shim->n_sbat > 0 && file->n_sbat == 0)
        return pxed_arena_printf(arena, "%s starts nothing that has no SBAT, and %s has none%s", by, name, cure);
    return loaders_revoked(by, shim, name, file, cure, arena);
}

/* A shim that firmware starts, and what it starts. `packaged`: they may lie in two folders. */
static struct whole find_shim(const struct loaders *all, enum loader_machine machine, enum loader_program program,
                              bool packaged, struct pxed_arena *arena) {
    struct whole none = {0};
    for (size_t i = 0; i < all->n_files; i++) {
        const struct loaders_file *shim = &all->files[i], *then;
        char buf[128];
        if (shim->is.machine != machine || shim->is.program != LOADER_SHIM || !firmware_starts(shim))
            continue;
        struct pxed_slice next = next_of(shim, buf, sizeof(buf));
        then = beside(all, shim, next);
        if (!then && packaged && program == LOADER_GRUB)
            then = packaged_grub(all, machine);
        if (!then || !believes(then, program))
            continue;
        const char *revoked = loaders_refused(shim->name, &shim->is, then->name, &then->is,
                                              ": bring a newer one, or an older shim", arena);
        if (!revoked)
            return (struct whole){shim, then, pxed_arena_dup(arena, next), NULL};
        none.revoked = revoked;
    }
    return none;
}

static struct whole find_signed_ipxe(const struct loaders *all, enum loader_machine machine, struct pxed_arena *arena) {
    struct whole w = find_shim(all, machine, LOADER_IPXE, false, arena);
    for (size_t i = 0; !w.file && i < all->n_files; i++) {
        const struct loaders_file *f = &all->files[i];
        if (f->is.machine == machine && f->is.program == LOADER_IPXE &&
            (has_key(f, LOADER_KEY_OWN) || firmware_starts(f)))
            w.file = f;
    }
    return w;
}

static bool fits_kind(const struct loaders_file *f, enum loaders_kind kind) {
    switch (kind) {
    case LOADERS_SNPONLY:
        return f->is.program == LOADER_IPXE && (begins(f, "snponly") || begins(f, "undionly"));
    case LOADERS_IPXE: /* an .lkrn is no file that firmware starts */
        return f->is.program == LOADER_IPXE && !begins(f, "snponly") && !begins(f, "undionly") && !contains(f, ".lkrn");
    case LOADERS_GRUB:
        return f->is.program == LOADER_GRUB && (f->place == LOADERS_TFTP || begins(f, "grubnet")) &&
               !contains(f, "installer");
    case LOADERS_PXELINUX:
        return f->is.program == LOADER_LPXELINUX || f->is.program == LOADER_PXELINUX;
    default:
        return false;
    }
}

/* Of iPXE's two forms for BIOS the one that leaves the ROM's stack usable comes first. */
static struct whole find_plain(const struct loaders *all, enum loader_machine machine, enum loaders_kind kind) {
    struct whole w = {0};
    for (size_t i = 0; i < all->n_files; i++) {
        const struct loaders_file *f = &all->files[i];
        bool better = w.file && w.file->place == f->place && contains(f, ".kpxe") && !contains(w.file, ".kpxe");
        if (f->is.machine == machine && fits_kind(f, kind) && (!w.file || better))
            w.file = f;
    }
    return w;
}

/* --- names --- */

static void add_alias(struct loaders *all, const char *before, enum loader_machine machine,
                      const struct loaders_file *file, struct pxed_arena *arena) {
    if (file)
        all->aliases[all->n_aliases++] =
            (struct loaders_alias){pxed_arena_printf(arena, "%s%s.efi", before, suffix_of(machine)), file};
}

static const struct loaders_file *find_helper(const struct loaders *all, enum loader_machine machine,
                                              enum loader_program program) {
    for (size_t i = 0; i < all->n_files; i++)
        if (all->files[i].is.machine == machine && all->files[i].is.program == program && all->files[i].n_signers > 0)
            return &all->files[i];
    return NULL;
}

enum { ALIASES_OF_MACHINE = 7 };

/* Debian's packages have the name of the package's build (grubnetx64.efi.signed); shim asks for grubx64.efi. */
static void add_aliases(struct loaders *all, enum loader_machine machine, const struct whole *grub,
                        struct pxed_arena *arena) {
    if (!grub->file)
        return;
    add_alias(all, "shim", machine, grub->file, arena);
    add_alias(all, "boot", machine, grub->file, arena);
    add_alias(all, "bootnet", machine, grub->file, arena);
    add_alias(all, "grub", machine, grub->then, arena);
    add_alias(all, "grubnet", machine, grub->then, arena);
    add_alias(all, "mm", machine, find_helper(all, machine, LOADER_MOKMANAGER), arena);
    add_alias(all, "fb", machine, find_helper(all, machine, LOADER_FALLBACK), arena);
}

const struct loaders_file *loaders_alias(const struct loaders *all, struct pxed_slice name) {
    ptrdiff_t slash = -1;
    for (ptrdiff_t at = 0; (at = pxed_slice_find(name, '/', (size_t)at)) >= 0; at++)
        slash = at;
    struct pxed_slice folder = pxed_slice_head(name, slash < 0 ? 0 : (size_t)slash);
    struct pxed_slice base = pxed_slice_skip(name, slash < 0 ? 0 : (size_t)slash + 1);
    bool holds = folder.len == 0;
    for (size_t i = 0; i < all->n_files && !holds; i++)
        holds = all->files[i].place == LOADERS_TFTP && pxed_slice_eq(folder_of(all->files[i].name), folder);
    for (size_t i = 0; holds && i < all->n_aliases; i++)
        if (pxed_slice_eq_nocase(base, pxed_slice_of(all->aliases[i].name)))
            return all->aliases[i].file;
    return NULL;
}

static const struct loaders_file *find_file(const struct loaders *all, const char *name, bool tftp) {
    for (size_t i = 0; i < all->n_files; i++)
        if ((all->files[i].place == LOADERS_TFTP) == tftp &&
            pxed_slice_eq_nocase(pxed_slice_of(all->files[i].name), pxed_slice_of(name)))
            return &all->files[i];
    return NULL;
}

/* In the order in which they are served: Debian's unsigned shimx64.efi lies beside the one that goes by this name. */
const struct loaders_file *loaders_find(const struct loaders *all, const char *name) {
    const struct loaders_file *f = find_file(all, name, true);
    if (!f)
        f = loaders_alias(all, pxed_slice_of(name));
    return f ? f : find_file(all, name, false);
}

/* --- the order --- */

/* Why this order: docs/decisions.md. */
static const struct {
    enum loader_machine machine;
    enum loaders_kind kind;
    const char *what, *cure;
} order[] = {
    {LOADER_BIOS, LOADERS_SNPONLY, "iPXE (undionly)", "install the package ipxe"},
    {LOADER_BIOS, LOADERS_IPXE, "iPXE", "install the package ipxe"},
    {LOADER_BIOS, LOADERS_PXELINUX, "PXELINUX", "install the packages pxelinux and syslinux-common"},
    {LOADER_BIOS, LOADERS_GRUB, "GRUB", "grub-mknetdir --net-directory root/tftp (package grub-pc-bin)"},
    {LOADER_IA32, LOADERS_SNPONLY, "iPXE (snponly)", "put i386/snponly.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_IA32, LOADERS_IPXE, "iPXE", "put i386/ipxe.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_IA32, LOADERS_GRUB, "GRUB", "install the package grub-efi-ia32-bin"},
    {LOADER_X64, LOADERS_SIGNED_IPXE, "signed iPXE and its shim",
     "put x86_64-sb/snponly-shim.efi and snponly.efi of iPXE's ipxeboot.tar.gz into one folder of root/tftp"},
    {LOADER_X64, LOADERS_SNPONLY, "iPXE (snponly)", "install the package ipxe"},
    {LOADER_X64, LOADERS_SIGNED_GRUB, "signed GRUB and its shim",
     "install the packages shim-signed and grub-efi-amd64-signed"},
    {LOADER_X64, LOADERS_IPXE, "iPXE", "copy /boot/ipxe.efi of the package ipxe into root/tftp"},
    {LOADER_X64, LOADERS_GRUB, "GRUB", "grub-mknetdir --net-directory root/tftp (package grub-efi-amd64-bin)"},
    {LOADER_ARM64, LOADERS_SIGNED_IPXE, "signed iPXE and its shim",
     "put arm64-sb/snponly-shim.efi and snponly.efi of iPXE's ipxeboot.tar.gz into one folder of root/tftp"},
    {LOADER_ARM64, LOADERS_SNPONLY, "iPXE (snponly)", "put arm64/snponly.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_ARM64, LOADERS_SIGNED_GRUB, "signed GRUB and its shim",
     "scripts/deps loaders (packages shim-signed and grub-efi-arm64-signed of arm64)"},
    {LOADER_ARM64, LOADERS_IPXE, "iPXE", "put arm64/ipxe.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_ARM64, LOADERS_GRUB, "GRUB", "scripts/deps loaders (package grub-efi-arm64-bin of arm64)"},
    {LOADER_RISCV64, LOADERS_SNPONLY, "iPXE (snponly)",
     "put riscv64/snponly.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_RISCV64, LOADERS_GRUB, "GRUB", "grub-mknetdir (package grub-efi-riscv64-bin of riscv64)"},
    {LOADER_LOONGARCH64, LOADERS_SNPONLY, "iPXE (snponly)",
     "put loong64/snponly.efi of iPXE's ipxeboot.tar.gz into root/tftp"},
    {LOADER_LOONGARCH64, LOADERS_GRUB, "GRUB", "put a GRUB made for the net into root/tftp"},
};
enum { ORDER = sizeof(order) / sizeof(order[0]) };

/* What a machine is told: the name by which partners know the file, if it has one. */
static const char *told_name(const struct loaders *all, const struct loaders_file *f) {
    for (size_t i = 0; f->place != LOADERS_TFTP && i < all->n_aliases; i++)
        if (all->aliases[i].file == f)
            return all->aliases[i].name;
    return f->name;
}

/* The same name with another end, of GRUB alone. */
static const char *disk_name(const struct loaders_rung *r, struct pxed_arena *arena) {
    struct pxed_slice name = pxed_slice_of(r->name), efi = PXED_SLICE(".efi");
    bool grub = r->kind == LOADERS_SIGNED_GRUB || r->kind == LOADERS_GRUB;
    bool http = r->machine == LOADER_X64 || r->machine == LOADER_ARM64;
    return grub && http && name.len > efi.len && pxed_slice_ends(name, efi)
               ? pxed_arena_printf(arena, "%.*s.img", (int)(name.len - efi.len), name.ptr)
               : NULL;
}

const char *loaders_by_http(const struct loaders *all, const char *name) {
    for (size_t i = 0; all && i < all->n_rungs; i++)
        if (all->rungs[i].disk && strcmp(all->rungs[i].name, name) == 0)
            return all->rungs[i].disk;
    return name;
}

void loaders_combine(struct loaders *all, struct pxed_arena *arena) {
    all->aliases = pxed_arena_alloc(arena, LOADER_MACHINE_COUNT * ALIASES_OF_MACHINE * sizeof(*all->aliases));
    all->rungs = pxed_arena_alloc(arena, ORDER * sizeof(*all->rungs));
    for (size_t i = 0; i < ORDER; i++) {
        struct loaders_rung r = {
            .machine = order[i].machine, .kind = order[i].kind, .what = order[i].what, .cure = order[i].cure};
        struct whole w = r.kind == LOADERS_SIGNED_IPXE   ? find_signed_ipxe(all, r.machine, arena)
                         : r.kind == LOADERS_SIGNED_GRUB ? find_shim(all, r.machine, LOADER_GRUB, true, arena)
                                                         : find_plain(all, r.machine, r.kind);
        if (r.kind == LOADERS_SIGNED_GRUB)
            add_aliases(all, r.machine, &w, arena);
        r.file = w.file;
        r.then = w.then;
        r.then_name = w.then ? w.then_name.ptr : NULL;
        r.name = w.file ? told_name(all, w.file) : NULL;
        r.disk = disk_name(&r, arena);
        r.cure = !w.file && w.revoked ? w.revoked : r.cure;
        r.secure = w.file && (r.kind == LOADERS_SIGNED_IPXE || r.kind == LOADERS_SIGNED_GRUB);
        all->rungs[all->n_rungs++] = r;
    }
}

const struct loaders_rung *loaders_rung(const struct loaders *all, enum loader_machine machine,
                                        enum loaders_kind kind) {
    for (size_t i = 0; all && i < all->n_rungs; i++)
        if (all->rungs[i].kind == kind && all->rungs[i].machine == machine && all->rungs[i].name)
            return &all->rungs[i];
    return NULL;
}

size_t loaders_auto(const struct loaders *all, enum pxed_firmware firmware, const char **ret, size_t max) {
    enum loader_machine machine = loaders_machine(firmware);
    size_t n = 0;
    for (size_t i = 0; i < all->n_rungs && n < max; i++) {
        const struct loaders_rung *r = &all->rungs[i];
        if (r->machine == machine && r->name)
            ret[n++] = r->name;
    }
    return n;
}
