/* OS ids: their spelling, the folder and [os ID] they belong to, and the profile that claims them. */
#define _GNU_SOURCE
#include "catalogue_os.h"

#include <dirent.h>
#include <stdio.h>

enum { INITRDS = sizeof(((struct pxed_boot *)0)->initrd) / sizeof(char *) };

bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret) {
    char *lower = (char *)(uintptr_t)pxed_arena_dup(arena, text).ptr;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = pxed_lower(lower[i]);
    if (!pxed_os_id_parse(pxed_slice(lower, text.len), ret))
        return false;
    ret->text = pxed_arena_dup(arena, text);
    return true;
}

const char *catalogue_section(const struct ini *ini, struct pxed_slice id) {
    const char *found = NULL;
    for (size_t i = 0; i < ini->n_sections; i++) {
        const char *name = ini->sections[i].name;
        struct pxed_slice of = pxed_slice_trim(pxed_slice_of(strncmp(name, "os ", 3) == 0 ? name + 3 : ""));
        if (of.len > 0 && pxed_slice_eq(of, id))
            return name;
        if (!found && of.len > 0 && pxed_slice_eq_nocase(of, id))
            found = name;
    }
    return found;
}

struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id) {
    const char *found = NULL;
    for (size_t i = 0; i < c->n_folders; i++) {
        if (pxed_slice_is(id, c->folders[i]))
            return id;
        /* Of two that differ only in case, always the same one, in whatever order the folder lists them. */
        if (pxed_slice_eq_nocase(id, pxed_slice_of(c->folders[i])) && (!found || strcmp(c->folders[i], found) < 0))
            found = c->folders[i];
    }
    return found ? pxed_slice_of(found) : id;
}

static const char *find_claim(const struct plugins *plugins, struct catalogue_os *os, const char *wanted) {
    unsigned best = 0;
    const char *tie = NULL;
    for (size_t i = 0; i < plugins->n; i++) {
        const struct plugin *p = plugins->items[i];
        if (p->desc.kind != PXED_KIND_OS || (wanted && strcmp(wanted, p->desc.name) != 0))
            continue;
        const struct pxed_os_ops *ops = p->desc.ops;
        for (const struct pxed_profile *const *profile = ops->profiles; *profile; profile++) {
            unsigned score;
            const struct pxed_claim *found = profile_claim(*profile, &os->id, &score);
            if (!found || score < best)
                continue;
            if (score == best && strcmp(os->plugin, p->desc.name) != 0)
                tie = p->desc.name;
            if (score == best)
                continue;
            tie = NULL;
            os->profile = *profile;
            os->claim = found;
            os->plugin = p->desc.name;
            os->ops = ops;
            os->config = p->config;
            best = score;
        }
    }
    return tie;
}

static bool os_is_plain(const struct pxed_profile *profile) {
    for (const struct pxed_boot *row = profile->boots; row && row->how != PXED_HOW_LOCAL; row++)
        for (size_t i = 0; i < INITRDS && row->initrd[i]; i++)
            if (strpbrk(row->initrd[i], "{="))
                return false;
    return true;
}

/* The file of the row after [os ID] is applied; records its name for the boot program. */
static const char *resolve_initrd(struct catalogue_os *os, const char *text, struct pxed_arena *arena) {
    struct profile_initrd i = profile_initrd(text);
    const char *own = i.key.len > 0 ? catalogue_setting(os, pxed_arena_dup(arena, i.key).ptr) : NULL;
    const char *file = own ? own : pxed_arena_dup(arena, i.file).ptr;
    if (i.as.len > 0)
        os->as[os->n_as++] = (struct catalogue_setting){file, pxed_arena_dup(arena, i.as).ptr};
    return file;
}

/* Makes rows whose initrds are plain file names. */
static void resolve_rows(struct catalogue_os *os, struct pxed_arena *arena) {
    struct pxed_profile *own = PXED_NEW(arena, struct pxed_profile);
    size_t n = 0;
    if (!os->profile || os_is_plain(os->profile))
        return;
    while (os->profile->boots[n].how != PXED_HOW_LOCAL)
        n++;
    struct pxed_boot *rows = PXED_NEWS(arena, struct pxed_boot, n + 1);
    os->as = PXED_NEWS(arena, struct catalogue_setting, n * INITRDS);
    for (size_t r = 0; r < n; r++) {
        rows[r] = os->profile->boots[r];
        for (size_t i = 0; i < INITRDS && rows[r].initrd[i]; i++)
            rows[r].initrd[i] = resolve_initrd(os, rows[r].initrd[i], arena);
    }
    *own = *os->profile;
    own->boots = rows;
    os->profile = own;
}

const char *catalogue_claim(const struct plugins *plugins, struct catalogue_os *os, const char *wanted,
                            struct pxed_arena *arena) {
    const char *tie = find_claim(plugins, os, wanted);
    resolve_rows(os, arena);
    return tie;
}

const struct catalogue_os *catalogue_os_make(const struct plugins *plugins, struct pxed_slice id,
                                             struct pxed_arena *arena) {
    struct catalogue_os *os = PXED_NEW(arena, struct catalogue_os);
    if (catalogue_id_parse(id, arena, &os->id))
        catalogue_claim(plugins, os, NULL, arena);
    return os;
}
