/* The profile that claims an OS id, and what [os ID] makes of it. */
#define _GNU_SOURCE
#include "catalogue_os.h"

#include <stdio.h>

#include "catalogue_iso.h"
#include "family_glob.h"
#include "image_base.h"

enum { INITRDS = sizeof(((struct pxed_boot *)0)->initrd) / sizeof(char *) };

static bool is_set(const struct catalogue_os *os, const char *key) {
    return strcmp(key, "kernel") == 0 ? os->kernel != NULL
           : strcmp(key, "iso") == 0  ? os->iso != NULL
                                      : catalogue_setting(os, key) != NULL;
}

/* Some plugins know only what [os ID] says. */
static bool counts(const struct pxed_os_ops *ops, const struct catalogue_os *os) {
    const char *const *key = CATALOGUE_HAS_OP(ops, only_with) ? ops->only_with : NULL;
    bool any = !key;
    for (; key && *key; key++)
        any |= is_set(os, *key);
    return any;
}

struct claiming {
    struct catalogue_os *os;
    unsigned best;
    const char *tie; /* the other plugin that claims it equally well */
};

/* Of one plugin's families and profiles the first of those that fit equally well is taken. */
static void claim_try(struct claiming *c, const struct plugin *p, const struct pxed_profile *profile,
                      const struct family *family) {
    unsigned score;
    struct catalogue_os *os = c->os;
    const struct pxed_claim *found = profile_claim(profile, &os->id, &score);
    if (!found || score < c->best)
        return;
    if (score == c->best) {
        if (strcmp(os->plugin, p->desc.name) != 0)
            c->tie = p->desc.name;
        return;
    }
    c->tie = NULL;
    c->best = score;
    os->profile = profile;
    os->family = family;
    os->claim = found;
    os->plugin = p->desc.name;
    os->ops = p->desc.ops;
    os->config = p->config;
}

static const char *find_claim(const struct catalogue_sources *from, struct catalogue_os *os, const char *wanted) {
    struct claiming c = {.os = os};
    for (size_t i = 0; i < from->plugins->n; i++) {
        const struct plugin *p = from->plugins->items[i];
        if (p->desc.kind != PXED_KIND_OS || (wanted && strcmp(wanted, p->desc.name) != 0))
            continue;
        const struct pxed_os_ops *ops = p->desc.ops;
        if (!wanted && !counts(ops, os))
            continue;
        for (size_t k = 0; k < from->families->n; k++)
            if (strcmp(from->families->items[k]->plugin, p->desc.name) == 0)
                claim_try(&c, p, &from->families->items[k]->profile, from->families->items[k]);
        for (const struct pxed_profile *const *profile = ops->profiles; *profile; profile++)
            claim_try(&c, p, *profile, NULL);
    }
    return c.tie;
}

static bool os_is_plain(const struct pxed_profile *profile) {
    for (const struct pxed_boot *row = profile->boots; row && row->how != PXED_HOW_LOCAL; row++)
        for (size_t i = 0; i < INITRDS && row->initrd[i]; i++)
            if (strpbrk(row->initrd[i], "{="))
                return false;
    for (const struct pxed_boot *row = profile->boots; row && row->how != PXED_HOW_LOCAL; row++)
        if (row->kernel[0] == '{')
            return false;
    return true;
}

/* The file that the row means, after [os ID]; NULL: the key that it needs is not set. The name it has for the boot
 * program is noted. */
static const char *resolve_file(struct catalogue_os *os, const char *text, struct pxed_arena *arena) {
    struct profile_initrd i = profile_initrd(text);
    const char *own = i.key.len > 0 ? catalogue_setting(os, pxed_arena_dup(arena, i.key).ptr) : NULL;
    const char *file = own ? own : i.file.len > 0 ? pxed_arena_dup(arena, i.file).ptr : NULL;
    if (file && i.as.len > 0)
        os->as[os->n_as++] = (struct catalogue_setting){file, pxed_arena_dup(arena, i.as).ptr};
    return file;
}

/* False: a key of [os ID] that it needs is not set. */
static bool resolve_row(struct catalogue_os *os, struct pxed_boot *row, struct pxed_arena *arena) {
    bool whole = true;
    if (row->kernel[0] == '{' && strcmp(row->kernel, "{kernel}") != 0)
        whole = (row->kernel = resolve_file(os, row->kernel, arena)) != NULL;
    else if (row->kernel[0] == '{')
        whole = (row->kernel = os->kernel) != NULL;
    for (size_t i = 0; i < INITRDS && row->initrd[i] && whole; i++)
        whole = (row->initrd[i] = resolve_file(os, row->initrd[i], arena)) != NULL;
    return whole;
}

/* Rows whose files are plain names. */
static void resolve_rows(struct catalogue_os *os, struct pxed_arena *arena) {
    struct pxed_profile *own = PXED_NEW(arena, struct pxed_profile);
    size_t n = 0, kept = 0;
    if (!os->profile || os_is_plain(os->profile))
        return;
    while (os->profile->boots[n].how != PXED_HOW_LOCAL)
        n++;
    struct pxed_boot *rows = PXED_NEWS(arena, struct pxed_boot, n + 1);
    os->as = PXED_NEWS(arena, struct catalogue_setting, n * INITRDS);
    for (size_t r = 0; r < n; r++) {
        rows[kept] = os->profile->boots[r];
        kept += resolve_row(os, &rows[kept], arena);
    }
    rows[kept] = (struct pxed_boot){.how = PXED_HOW_LOCAL};
    *own = *os->profile;
    own->boots = rows;
    os->profile = own;
}

/* A family's own word, or `live = yes` where the plugin knows what that means. */
static bool is_live(const struct catalogue_os *os) {
    if (os->family && os->family->live)
        return true;
    const char *live = catalogue_setting(os, "live");
    bool yes = false;
    for (const char *const *key = CATALOGUE_HAS_OP(os->ops, settings) ? os->ops->settings : NULL; key && *key; key++)
        if (live && strcmp(*key, "live") == 0)
            options_parse_bool(pxed_slice_of(live), &yes);
    return yes;
}

const char *catalogue_claim(const struct catalogue_sources *from, struct catalogue_os *os, const char *wanted,
                            struct pxed_arena *arena) {
    const char *tie = find_claim(from, os, wanted);
    if (os->family)
        os->profile = family_rows(os->family, os->claim, &os->id, from->glob, from->glob_ctx, arena);
    resolve_rows(os, arena);
    os->live = is_live(os);
    return tie;
}

const char *catalogue_glob(void *ctx, const char *pattern, struct pxed_arena *arena) {
    const struct catalogue_glob *g = ctx;
    const char *slash = strrchr(pattern, '/'), *name = NULL;
    for (size_t i = 0; i < g->catalogue->n_bases && !name; i++) {
        const struct image_base *base = &g->catalogue->bases[i];
        const char *folder = image_folder_in(base, g->id);
        if (!folder)
            continue;
        folder = pxed_arena_printf(arena, "%s/%.*s", folder, (int)(slash ? slash - pattern : 0), pattern);
        name = family_glob(image_open_in(g->catalogue, base, folder), pattern, arena);
    }
    return name ? name : catalogue_iso_glob(g->catalogue, g->id, pattern);
}

const struct catalogue_os *catalogue_os_made(const struct catalogue_sources *from, struct pxed_slice id,
                                             struct pxed_arena *arena) {
    struct catalogue_os *os = PXED_NEW(arena, struct catalogue_os);
    if (catalogue_id_parse(id, arena, &os->id))
        catalogue_claim(from, os, NULL, arena);
    return os;
}

const struct catalogue_os *catalogue_os_make(const struct catalogue *c, const struct plugins *plugins,
                                             struct pxed_slice id, struct pxed_arena *arena) {
    struct catalogue_glob glob = {c, id};
    struct catalogue_sources from = {plugins, &c->families, catalogue_glob, &glob};
    return catalogue_os_made(&from, id, arena);
}
