/* Which row of a profile matches a client, and which of its files an image has. */
#include "profile.h"

/* Score of one list of patterns: exact words beat patterns, longer patterns beat shorter ones. */
static unsigned list_score(const char *patterns, struct pxed_slice text, bool arch) {
    if (!patterns)
        return 1;
    struct pxed_slice rest = pxed_slice_of(patterns), word;
    unsigned best = 0;
    while ((word = pxed_slice_word(&rest, " ")).len > 0) {
        unsigned score = 0;
        bool pattern = pxed_slice_find(word, '*', 0) >= 0 || pxed_slice_find(word, '?', 0) >= 0;
        if (arch ? pxed_arch_same(word, text) : pxed_slice_match(word, text))
            score = 2 + (unsigned)word.len + (pattern ? 0 : 20);
        if (score > best)
            best = score;
    }
    return best;
}

unsigned profile_claim_score(const struct pxed_claim *claim, const struct pxed_os_id *os) {
    unsigned family = list_score(claim->family, os->family, false);
    unsigned version = list_score(claim->version, os->version, false);
    ptrdiff_t dash = pxed_slice_find(os->version, '-', 0);
    if (version == 0 && dash > 0) /* `7-2009`, `8-u4`: what stands behind is said by whom it concerns */
        version = list_score(claim->version, pxed_slice_head(os->version, (size_t)dash), false);
    unsigned arch = list_score(claim->arch, os->arch, true);
    return family == 0 || version == 0 || arch == 0 ? 0 : family * 10000 + version * 100 + arch;
}

const struct pxed_claim *profile_claim(const struct pxed_profile *profile, const struct pxed_os_id *os,
                                       unsigned *ret_score) {
    const struct pxed_claim *best = NULL;
    *ret_score = 0;
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++) {
        unsigned score = profile_claim_score(c, os);
        if (score > *ret_score) {
            *ret_score = score;
            best = c;
        }
    }
    return best;
}

struct profile_initrd profile_initrd(const char *text) {
    struct profile_initrd i = {.file = pxed_slice_of(text)};
    ptrdiff_t end = i.file.len > 0 && text[0] == '{' ? pxed_slice_find(i.file, '}', 0) : -1;
    if (end > 0) {
        i.key = pxed_slice(text + 1, (size_t)end - 1);
        i.file = pxed_slice_skip(i.file, (size_t)end + 1);
    }
    ptrdiff_t equals = pxed_slice_find(i.file, '=', 0);
    if (equals >= 0) {
        i.as = pxed_slice_skip(i.file, (size_t)equals + 1);
        i.file = pxed_slice_head(i.file, (size_t)equals);
    }
    return i;
}

const char *const profile_via_names[] = {"auto", "memdisk", "pxelinux", "wimboot", NULL};

bool profile_via_parse(struct pxed_slice word, enum profile_via *ret) {
    *ret = PROFILE_VIA_AUTO;
    for (unsigned i = 0; profile_via_names[i]; i++)
        if (pxed_slice_is(word, profile_via_names[i])) {
            *ret = (enum profile_via)i;
            return true;
        }
    return false;
}

static bool initrd_exists(const char *text, profile_exists_fn *exists, void *ctx) {
    char file[256];
    struct profile_initrd initrd = profile_initrd(text);
    if (initrd.file.len == strlen(text))
        return exists(ctx, text);
    if (initrd.file.len >= sizeof(file))
        return false;
    memcpy(file, initrd.file.ptr, initrd.file.len);
    file[initrd.file.len] = '\0';
    return exists(ctx, file);
}

static bool image_exists(const struct pxed_boot *b, profile_exists_fn *exists, void *ctx) {
    if (b->kernel && b->kernel[0] != '/' && !exists(ctx, b->kernel))
        return false;
    for (size_t i = 0; i < sizeof(b->initrd) / sizeof(b->initrd[0]) && b->initrd[i]; i++)
        if (!initrd_exists(b->initrd[i], exists, ctx))
            return false;
    return !b->when || exists(ctx, b->when);
}

static bool program_exists(const struct pxed_boot *b, profile_exists_fn *exists, void *ctx) {
    return !b->kernel || b->kernel[0] != '/' || exists(ctx, b->kernel);
}

static bool on_way(const struct pxed_boot *b, enum profile_via via) {
    if (via == PROFILE_VIA_AUTO)
        return true;
    return b->how == (via == PROFILE_VIA_WIMBOOT ? PXED_HOW_WIMBOOT : PXED_HOW_MEMDISK);
}

/* On UEFI only GRUB loads multiboot kernels; Multiboot 2 nobody else loads at all. */
static bool can_multiboot(enum pxed_how how, const struct profile_client *c) {
    bool grub = c->loader == PXED_LOADER_GRUB;
    return grub || (how != PXED_HOW_MULTIBOOT2 && (how != PXED_HOW_MULTIBOOT || c->firmware == PXED_FW_BIOS));
}

/* Can the client use this row, directly or by loading PXELINUX first? */
static bool profile_reaches(const struct pxed_boot *b, const struct profile_client *c, bool *ret_handover) {
    bool memdisk = b->how == PXED_HOW_MEMDISK, gpxe = c->loader == PXED_LOADER_GPXE;
    bool pxelinux = !b->loaders || (b->loaders & PXED_LOADER_BIT(PXED_LOADER_PXELINUX));
    bool itself = !b->loaders || (b->loaders & PXED_LOADER_BIT(c->loader));
    *ret_handover = false;
    if (!can_multiboot(b->how, c))
        return false;
    if (memdisk && c->via == PROFILE_VIA_MEMDISK && c->loader == PXED_LOADER_IPXE)
        return true;
    if (memdisk && gpxe) /* gPXE cannot load it: no protected-mode loader */
        itself = false;
    if (memdisk && c->via == PROFILE_VIA_PXELINUX && c->loader == PXED_LOADER_IPXE)
        itself = false;
    if (itself)
        return true;
    *ret_handover = memdisk && pxelinux && c->firmware == PXED_FW_BIOS && (gpxe || c->loader == PXED_LOADER_IPXE);
    return *ret_handover;
}

/* Will PXELINUX, once loaded, get this same row? */
static bool meets_there(const struct pxed_profile *profile, const struct profile_client *client,
                        const struct pxed_boot *row, profile_exists_fn *exists, void *ctx) {
    struct profile_client there = *client;
    enum pxed_reason why;
    bool handover;
    there.loader = PXED_LOADER_PXELINUX;
    return profile_boot(profile, &there, exists, ctx, &handover, &why) == row;
}

/* Is there anything that a BIOS machine could boot? Used to tell UEFI machines why they cannot. */
static bool for_bios_only(const struct pxed_profile *profile, profile_exists_fn *exists, void *ctx) {
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++)
        if (b->how == PXED_HOW_MEMDISK && image_exists(b, exists, ctx))
            return true;
    return false;
}

const struct pxed_boot *profile_boot(const struct pxed_profile *profile, const struct profile_client *client,
                                     profile_exists_fn *exists, void *ctx, bool *ret_handover,
                                     enum pxed_reason *ret_why) {
    *ret_why = PXED_WHY_NO_PLAN;
    *ret_handover = false;
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        bool handover;
        if ((b->firmware && !(b->firmware & PXED_FW_BIT(client->firmware))) || !on_way(b, client->via) ||
            !profile_reaches(b, client, &handover))
            continue;
        if (!image_exists(b, exists, ctx)) {
            if (*ret_why == PXED_WHY_NO_PLAN)
                *ret_why = PXED_WHY_NO_IMAGE;
        } else if (!program_exists(b, exists, ctx)) {
            *ret_why = PXED_WHY_NO_BOOT_PROGRAM;
        } else if (!handover || meets_there(profile, client, b, exists, ctx)) {
            *ret_handover = handover;
            return b;
        }
    }
    if (*ret_why != PXED_WHY_NO_BOOT_PROGRAM && client->firmware != PXED_FW_BIOS && for_bios_only(profile, exists, ctx))
        *ret_why = PXED_WHY_NEEDS_BIOS;
    return NULL;
}

const struct pxed_file *profile_file(const struct pxed_profile *profile, struct pxed_slice name,
                                     profile_exists_fn *exists, void *ctx) {
    for (const struct pxed_file *f = profile->files; f && f->name; f++)
        if (pxed_slice_is(name, f->name) && (!f->when || exists(ctx, f->when)))
            return f;
    return NULL;
}

const struct pxed_file *profile_answer(const struct pxed_profile *profile, profile_exists_fn *exists, void *ctx) {
    for (const struct pxed_file *f = profile->files; f && f->name; f++)
        if ((f->flags & PXED_FILE_ANSWER) && (!f->when || exists(ctx, f->when)))
            return f;
    return NULL;
}

bool profile_guards(const struct pxed_profile *profile) {
    for (const struct pxed_file *f = profile->files; f && f->name; f++)
        if (f->flags & PXED_FILE_GUARDED)
            return true;
    return false;
}
