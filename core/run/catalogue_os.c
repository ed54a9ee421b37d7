/* OS ids: how they are written, which folder and [os ID] they mean, and who knows them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>

#include "catalogue_build.h"

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

void build_folders(struct build *b) {
    struct catalogue *c = b->c;
    size_t cap = 0;
    DIR *dir = opendir(pxed_arena_printf(&c->arena, "%s/os", c->boot_dir));
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        if (c->n_folders == cap) {
            cap = cap ? cap * 2 : 32;
            const char **grown = PXED_NEWS(&c->arena, const char *, cap);
            if (c->n_folders > 0)
                memcpy(grown, c->folders, c->n_folders * sizeof(*grown));
            c->folders = grown;
        }
        c->folders[c->n_folders++] = pxed_arena_dup(&c->arena, pxed_slice_of(e->d_name)).ptr;
    }
    if (dir)
        closedir(dir);
}

struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id) {
    const char *found = NULL;
    for (size_t i = 0; i < c->n_folders; i++) {
        if (pxed_slice_is(id, c->folders[i]))
            return id;
        /* Two that differ in case alone: always the same one, whatever the order of the folder. */
        if (pxed_slice_eq_nocase(id, pxed_slice_of(c->folders[i])) && (!found || strcmp(c->folders[i], found) < 0))
            found = c->folders[i];
    }
    return found ? pxed_slice_of(found) : id;
}

/* The profile with the best claim. Returns the other plugin's name where two claim it equally well, else NULL. */
static const char *claim(const struct plugins *plugins, struct catalogue_os *os, const char *wanted) {
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

const struct catalogue_os *catalogue_os_make(const struct plugins *plugins, struct pxed_slice id,
                                             struct pxed_arena *arena) {
    struct catalogue_os *os = PXED_NEW(arena, struct catalogue_os);
    if (catalogue_id_parse(id, arena, &os->id))
        claim(plugins, os, NULL);
    return os;
}

static const char *os_key(const struct build *b, struct pxed_slice id, const char *key) {
    const char *section = catalogue_section(b->in->ini, id);
    const struct ini_entry *e = section ? ini_get(b->in->ini, section, key) : NULL;
    return e && *e->value ? pxed_arena_dup(&b->c->arena, pxed_slice_of(e->value)).ptr : NULL;
}

/* [os ID] boot: another name for the WinPE that wimboot starts, in every row that asks for boot.wim. */
static const struct pxed_profile *with_boot(struct build *b, const struct pxed_profile *profile, const char *boot) {
    size_t n = 0;
    struct pxed_profile *own = PXED_NEW(&b->c->arena, struct pxed_profile);
    while (profile->boots && profile->boots[n].how != PXED_HOW_LOCAL)
        n++;
    struct pxed_boot *rows = PXED_NEWS(&b->c->arena, struct pxed_boot, n + 1);
    for (size_t r = 0; r < n; r++) {
        rows[r] = profile->boots[r];
        for (size_t i = 0; i < sizeof(rows[r].initrd) / sizeof(rows[r].initrd[0]) && rows[r].initrd[i]; i++)
            if (rows[r].how == PXED_HOW_WIMBOOT &&
                pxed_slice_ends(pxed_slice_of(rows[r].initrd[i]), PXED_SLICE("boot.wim")))
                rows[r].initrd[i] = boot;
    }
    *own = *profile;
    own->boots = rows;
    return own;
}

const struct catalogue_os *build_system(struct build *b, struct pxed_slice id, const char *file, unsigned line) {
    struct catalogue *c = b->c;
    const struct catalogue_os *known = catalogue_os(c, id);
    if (known && pxed_slice_eq(known->id.text, id)) /* each is shown as it is written */
        return known;
    struct catalogue_os *os = PXED_NEW(&c->arena, struct catalogue_os);
    if (!catalogue_id_parse(id, &c->arena, &os->id)) {
        pxed_diag_add(b->diags, PXED_ERROR, file, line,
                      "'%.*s' is no OS id: letters, digits, `.`, `_`, `-`, at most 63", PXED_S(id));
        return NULL;
    }
    os->file = file;
    os->line = line;
    os->kernel = os_key(b, id, "kernel");
    os->initrd = os_key(b, id, "initrd");
    os->iso = os_key(b, id, "iso");
    os->boot = os_key(b, id, "boot");
    os->wim = os_key(b, id, "wim");
    os->index = os_key(b, id, "index");
    os->edition = os_key(b, id, "edition");
    profile_via_parse(pxed_slice_of(os_key(b, id, "via")), &os->via);
    if (!pxed_slice_eq_nocase(id, PXED_SLICE("local"))) {
        const char *tie = claim(b->in->plugins, os, os_key(b, id, "plugin"));
        if (tie)
            pxed_diag_add(b->diags, PXED_ERROR, file, line,
                          "plugins '%s' and '%s' both claim '%.*s'; say which with [os %.*s] plugin = NAME", os->plugin,
                          tie, PXED_S(os->id.text), PXED_S(os->id.text));
        if (os->profile && os->boot)
            os->profile = with_boot(b, os->profile, os->boot);
        if (!os->profile)
            pxed_diag_add(b->diags, PXED_WARNING, file, line,
                          "no plugin claims the OS id '%.*s': its hosts boot their disks (NO_PROFILE)", PXED_S(id));
    }
    if (c->n_systems == b->systems_cap) {
        size_t cap = b->systems_cap ? b->systems_cap * 2 : 16;
        struct catalogue_os **grown = PXED_NEWS(&c->arena, struct catalogue_os *, cap);
        if (c->n_systems > 0)
            memcpy(grown, c->systems, c->n_systems * sizeof(*grown));
        c->systems = grown;
        b->systems_cap = cap;
    }
    c->systems[c->n_systems++] = os;
    return os;
}
