/* Gives each OS id the keys of its section and the profile with the best claim. */
#define _GNU_SOURCE
#include "build_system.h"

#include <string.h>

#include "catalogue_os.h"
#include "image_files.h"
#include "pxed/grow.h"

static const char *os_key(const struct build *b, struct pxed_slice id, const char *key) {
    const char *section = catalogue_section(b->in->ini, id);
    const struct ini_entry *e = section ? ini_get(b->in->ini, section, key) : NULL;
    return e && *e->value ? pxed_arena_dup(&b->c->arena, pxed_slice_of(e->value)).ptr : NULL;
}

bool build_has_modules(const struct ini *ini, const char *section) {
    return ini_get(ini, section, "multiboot") || ini_get(ini, section, "multiboot2");
}

/* Of a multiboot kernel they are modules, which may have arguments: `initrd = boot/vmlinuz console=hvc0`. */
static void add_initrd(struct build *b, struct catalogue_os *os, const char *section, const char *value) {
    struct pxed_slice file = pxed_slice_of(value), rest = file;
    if (build_has_modules(b->in->ini, section)) {
        file = pxed_slice_word(&rest, " ");
        rest = pxed_slice_trim(rest);
        os->initrd_as[os->n_initrds] = rest.len > 0 ? pxed_arena_dup(&b->c->arena, rest).ptr : NULL;
    }
    os->initrds[os->n_initrds++] = pxed_arena_dup(&b->c->arena, file).ptr;
}

/* `initrd` may be repeated. */
static void read_initrds(struct build *b, struct catalogue_os *os) {
    const char *section = catalogue_section(b->in->ini, os->id.text);
    for (size_t i = 0; section && i < b->in->ini->n; i++) {
        const struct ini_entry *e = &b->in->ini->entries[i];
        if (strcmp(e->section, section) != 0 || strcmp(e->key, "initrd") != 0 || !*e->value)
            continue;
        if (os->n_initrds == sizeof(os->initrds) / sizeof(os->initrds[0])) {
            pxed_diag_add(b->diags, PXED_WARNING, e->file, e->line, "initrd = %s: more than 4 of them; it is left out",
                          e->value);
            continue;
        }
        add_initrd(b, os, section, e->value);
    }
}

/* Which plugin claims the id is not known yet: whatever any of them reads is kept. */
static void read_settings(struct build *b, struct catalogue_os *os) {
    enum { SETTINGS_MAX = 32 };
    os->settings = PXED_NEWS(&b->c->arena, struct catalogue_setting, SETTINGS_MAX);
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct pxed_plugin *d = &b->in->plugins->items[i]->desc;
        const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
        for (const char *const *key = CATALOGUE_HAS_OP(ops, settings) ? ops->settings : NULL; key && *key; key++) {
            const char *value = catalogue_setting(os, *key) ? NULL : os_key(b, os->id.text, *key);
            if (value && os->n_settings < SETTINGS_MAX)
                os->settings[os->n_settings++] = (struct catalogue_setting){*key, value};
        }
    }
}

enum { FAMILIES_MAX = 511 };

struct known {
    struct pxed_arena *arena;
    struct pxed_slice family; /* asked for */
    const char *versions;     /* of the claims of exactly this family, with their architectures; NULL: there is none */
    const char *number, *newest; /* of these the one with the highest numbers, and how an id writes it; NULL: none */
    const char *named;           /* the id of which this family is the version: ubuntu-jammy of jammy; NULL: none */
    const char *names[FAMILIES_MAX + 1];
    size_t n;
};

/* Of words and patterns, `14* 24.* stream9`, the one with the highest numbers, as it may stand in an id: 14, 24.* */
static void note_newest(struct known *k, const char *versions) {
    struct pxed_slice words = pxed_slice_of(versions), word;
    while ((word = pxed_slice_word(&words, " ")).len > 0) {
        size_t n = strspn(word.ptr, "0123456789.");
        bool dot = n > 0 && word.ptr[n - 1] == '.';
        const char *number = pxed_arena_dup(k->arena, pxed_slice_head(word, n - dot)).ptr;
        if (n == 0 || (k->number && strverscmp(number, k->number) <= 0))
            continue;
        k->number = number;
        k->newest = dot ? pxed_arena_printf(k->arena, "%s.*", number) : number;
    }
}

static void note_versions(struct known *k, const struct pxed_claim *c) {
    note_newest(k, c->version ? c->version : "");
    k->versions = pxed_arena_printf(k->arena, "%s%s%s (%s)", k->versions ? k->versions : "", k->versions ? ", " : "",
                                    c->version ? c->version : "any version", c->arch ? c->arch : "any architecture");
}

/* Many know a release by its name alone. */
static void note_named(struct known *k, const struct pxed_claim *c) {
    struct pxed_slice words = pxed_slice_of(c->version), word, families = pxed_slice_of(c->family);
    struct pxed_slice family = pxed_slice_word(&families, " ");
    while (!k->named && (word = pxed_slice_word(&words, " ")).len > 0)
        if (pxed_slice_eq(word, k->family))
            k->named = pxed_arena_printf(k->arena, "%.*s-%.*s", PXED_S(family), PXED_S(word));
}

static bool note_families(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile) {
    struct known *k = ctx;
    (void)plugin;
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++) {
        note_named(k, c);
        struct pxed_slice words = pxed_slice_of(c->family), word;
        while ((word = pxed_slice_word(&words, " ")).len > 0 && k->n < FAMILIES_MAX) {
            if (pxed_slice_eq(word, k->family))
                note_versions(k, c);
            if (pxed_slice_find(word, '*', 0) < 0)
                k->names[k->n++] = pxed_arena_dup(k->arena, word).ptr;
        }
    }
    return false;
}

/* What is known that is like it: the versions of its family, else the nearest family. */
static const char *known_near(struct build *b, const struct catalogue_os *os) {
    struct known k = {.arena = &b->c->arena, .family = os->id.family};
    families_each(&b->c->families, b->in->plugins, note_families, &k);
    if (k.versions && k.newest)
        return pxed_arena_printf(k.arena, "; the highest that is known is '%.*s-%s', of all: %s", PXED_S(os->id.family),
                                 k.newest, k.versions);
    if (k.versions)
        return pxed_arena_printf(k.arena, "; of '%.*s' are known: %s", PXED_S(os->id.family), k.versions);
    const char *near = k.named ? k.named : pxed_nearest(os->id.family, k.names);
    return near ? pxed_arena_printf(k.arena, "; did you mean '%s'?", near) : "";
}

static void warn_unclaimed(struct build *b, const struct catalogue_os *os) {
    pxed_diag_add(
        b->diags, PXED_WARNING, os->file, os->line,
        "no plugin claims the OS id '%.*s': its hosts boot their disks (NO_PROFILE)%s; to boot its files as they "
        "are, name kernel =, iso =, efi = or multiboot = in [os %.*s]",
        PXED_S(os->id.text), known_near(b, os), PXED_S(os->id.text));
}

const struct catalogue_os *build_system(struct build *b, struct pxed_slice id, const char *file, unsigned line) {
    struct catalogue *c = b->c;
    const struct catalogue_os *known = catalogue_os(c, id);
    if (known && pxed_slice_eq(known->id.text, id)) /* each spelling is shown as written */
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
    read_initrds(b, os);
    os->iso = os_key(b, id, "iso");
    read_settings(b, os);
    profile_via_parse(pxed_slice_of(os_key(b, id, "via")), &os->via);
    if (!pxed_slice_eq_nocase(id, PXED_SLICE("local"))) {
        struct catalogue_glob glob = {c, os->id.text};
        struct catalogue_sources from = {b->in->plugins, &c->families, catalogue_glob, &glob};
        const char *tie = catalogue_claim(&from, os, os_key(b, id, "plugin"), &c->arena);
        if (tie)
            pxed_diag_add(b->diags, PXED_ERROR, file, line,
                          "plugins '%s' and '%s' both claim '%.*s'; say which with [os %.*s] plugin = NAME", os->plugin,
                          tie, PXED_S(os->id.text), PXED_S(os->id.text));
        if (!os->profile)
            warn_unclaimed(b, os);
    }
    PXED_ARENA_GROW(&c->arena, c->systems, c->n_systems);
    c->systems[c->n_systems++] = os;
    if (os->profile && b->in->depth <= CATALOGUE_TEXT) {
        struct catalogue_image image = {c, os->id.text};
        os->answer = profile_answer(os->profile, catalogue_image_has, &image);
    }
    return os;
}
