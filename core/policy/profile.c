#include "profile.h"

/* Points of one list of patterns: exact words beat patterns, longer patterns beat shorter ones. */
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

static bool files_exist(const struct pxed_boot *b, profile_exists_fn *exists, void *ctx) {
    if (b->kernel && !exists(ctx, b->kernel))
        return false;
    for (size_t i = 0; i < sizeof(b->initrd) / sizeof(b->initrd[0]) && b->initrd[i]; i++)
        if (!exists(ctx, b->initrd[i]))
            return false;
    return !b->when || exists(ctx, b->when);
}

const struct pxed_boot *profile_boot(const struct pxed_profile *profile, enum pxed_firmware firmware,
                                     enum pxed_loader loader, profile_exists_fn *exists, void *ctx,
                                     enum pxed_reason *ret_why) {
    *ret_why = PXED_WHY_NO_PLAN;
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        if ((b->firmware && !(b->firmware & PXED_FW_BIT(firmware))) ||
            (b->loaders && !(b->loaders & PXED_LOADER_BIT(loader))))
            continue;
        if (files_exist(b, exists, ctx))
            return b;
        *ret_why = PXED_WHY_NO_IMAGE;
    }
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
