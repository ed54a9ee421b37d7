/* Loads the ini, and checks whether it may replace the previous one. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "eyes.h"
#include "hostfile.h"
#include "sections.h"

enum { VALUE_FILE_MAX = 64 << 10, SECTION_KINDS = 8 };

static void complain_section(const struct ini_section *s, const struct plugins *plugins, struct pxed_diags *diags) {
    const char *names[PLUGINS_MAX + SECTION_KINDS + 8] = {"pxed", "defaults", "os", "group"};
    size_t n = 4, kinds = 0;
    for (size_t i = 0; plugins && i < plugins->n; i++) {
        names[n++] = plugins->items[i]->desc.name;
        for (const struct pxed_section_kind *k = plugins->items[i]->desc.sections;
             k && k->word && kinds < SECTION_KINDS; k++, kinds++)
            names[n++] = k->word;
    }
    names[n] = NULL;
    struct pxed_slice rest = pxed_slice_of(s->name);
    const char *near = pxed_nearest(pxed_slice_word(&rest, " "), names);
    pxed_diag_add(diags, PXED_ERROR, s->file, s->line,
                  near ? "unknown section [%s], did you mean [%s]?" : "unknown section [%s]", s->name, near);
}

static void check_sections(const struct ini *ini, struct plugins *plugins, struct pxed_diags *diags) {
    for (size_t i = 0; i < ini->n_sections; i++) {
        const struct ini_section *s = &ini->sections[i];
        bool known = strcmp(s->name, "pxed") == 0 || strcmp(s->name, "defaults") == 0 ||
                     strncmp(s->name, "os ", 3) == 0 || strncmp(s->name, "group ", 6) == 0 ||
                     plugins_find(plugins, s->name) || sections_owner(plugins, s->name);
        if (!known && plugins_installed(s->name))
            pxed_diag_add(diags, PXED_WARNING, s->file, s->line,
                          "[%s] has no effect: the plugin is not named in `plugins`", s->name);
        else if (!known)
            complain_section(s, plugins, diags);
    }
}

/* The name is used in URLs, and machines resolve it. */
static void config_check_name(const struct config *c, struct pxed_diags *diags) {
    const struct ini_entry *e = ini_get(&c->ini, "pxed", "name");
    struct pxed_slice name = pxed_slice_of(e ? e->value : ""), label = name;
    bool odd = false;
    for (size_t i = 0; i < name.len; i++) {
        if (!pxed_is_alnum(name.ptr[i]) && !strchr("-._:", name.ptr[i])) {
            pxed_diag_add(
                diags, PXED_ERROR, e->file, e->line,
                "name = %s: this is no host name: letters, digits, hyphens and dots, without http:// or a path",
                e->value);
            return;
        }
        odd |= name.ptr[i] == '_';
    }
    for (size_t start = 0, i = 0; i <= name.len; i++) {
        if (i < name.len && name.ptr[i] != '.')
            continue;
        label = pxed_slice(name.ptr + start, i - start);
        odd |= name.len > 0 &&
               (label.len == 0 || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-');
        start = i + 1;
    }
    if (odd)
        pxed_diag_add(
            diags, PXED_WARNING, e->file, e->line,
            "name = %s: not a valid host name (labels of letters, digits and inner hyphens): some machines may not "
            "resolve it",
            e->value);
}

/* `@FILE` reads a variable's value from a file, as in the host file. */
static void read_values(struct ini *ini, struct pxed_diags *diags) {
    for (size_t i = 0; i < ini->n; i++) {
        struct ini_entry *e = &ini->entries[i];
        bool variable = strcmp(e->section, "defaults") == 0 || strncmp(e->section, "os ", 3) == 0 ||
                        strncmp(e->section, "group ", 6) == 0 || strncmp(e->section, "os-", 3) == 0;
        if (!variable || e->value[0] != '@' || !e->value[1])
            continue;
        e->from = ini_path(&ini->arena, e->file, e->value + 1);
        struct pxed_slice text = hostfile_slurp(e->from, VALUE_FILE_MAX, &ini->arena);
        if (!text.ptr) { /* reported for the hosts that would use it */
            e->wrong = pxed_arena_printf(&ini->arena, "cannot read %s for '%s': %s", e->from, e->key, strerror(errno));
            pxed_diag_add(diags, PXED_HOST_ERROR, e->file, e->line, "%s", e->wrong);
        }
        e->value = text.ptr ? pxed_arena_dup(&ini->arena, pxed_slice_trim(text)).ptr : "";
    }
}

/* Tables of a plugin with sections of its own: those of the operator, then the installed ones. */
static void read_tables(struct ini *ini, const struct plugins *plugins, struct pxed_diags *diags) {
    for (size_t i = 0; i < plugins->n; i++) {
        const struct pxed_plugin *p = &plugins->items[i]->desc;
        if (p->kind == PXED_KIND_OS || !p->sections)
            continue;
        ini_append(ini, ini_path(&ini->arena, ini->path, pxed_arena_printf(&ini->arena, "%s.d", p->name)), diags);
        ini_append(ini, pxed_arena_printf(&ini->arena, "%s/share/pxed/%s", plugins_prefix(), p->name), diags);
    }
}

struct config *config_read(const char *path, struct plugins *plugins, bool quick, struct pxed_diags *diags) {
    struct config *c = pxed_xalloc(sizeof(*c));
    c->refs = 1;
    if (ini_load(&c->ini, path, diags) == 0) {
        options_bind(settings_options, "pxed", false, &c->ini, &c->settings, &c->arena, diags);
        c->settings.file = c->ini.path;
        if (plugins->n == 0) { /* at start; a reload keeps the loaded plugins */
            plugins_load(plugins, &c->settings.plugins, &c->ini, diags);
            read_tables(&c->ini, plugins, diags);
            plugins_bind(plugins, &c->ini, diags);
            plugins_load_tls(plugins, &c->ini, diags);
        } else {
            read_tables(&c->ini, plugins, diags);
            struct plugins copies = *plugins; /* bound to scratch memory, only for the diagnostics */
            memset(&copies.arena, 0, sizeof(copies.arena));
            for (size_t i = 0; i < copies.n; i++) {
                struct plugin *copy = PXED_NEW(&copies.arena, struct plugin);
                copy->desc = plugins->items[i]->desc;
                copies.items[i] = copy;
            }
            plugins_bind(&copies, &c->ini, diags);
            pxed_arena_clear(&copies.arena);
        }
        uint64_t count, ms;
        if (!settings_any_limit(pxed_slice_of(c->settings.arm_any_limit), &count, &ms)) {
            const struct ini_entry *e = ini_get(&c->ini, "pxed", "arm-any-limit");
            pxed_diag_add(diags, PXED_ERROR, e ? e->file : path, e ? e->line : 0,
                          "arm-any-limit = %s: expected COUNT/TIME such as 25/1h, or 0", c->settings.arm_any_limit);
        }
        config_check_name(c, diags);
        bool seeing = !quick && eyes_open(&c->settings);
        if (!quick)
            read_values(&c->ini, diags);
        if (seeing)
            eyes_close();
        check_sections(&c->ini, plugins, diags);
        return c;
    }
    config_unref(c);
    return NULL;
}

struct config *config_load(const char *path, struct plugins *plugins, struct pxed_diags *diags) {
    size_t errors = diags->errors;
    struct config *c = config_read(path, plugins, false, diags);
    if (c && diags->errors > errors) {
        config_unref(c);
        return NULL;
    }
    return c;
}

void config_unref(void *arg) {
    struct config *c = arg;
    if (--c->refs > 0)
        return;
    ini_free(&c->ini);
    pxed_arena_clear(&c->arena);
    free(c);
}

void config_keep_start(struct config *c, const struct config *start) {
    options_keep(settings_options, &start->settings, &c->settings);
}

static const struct pxed_option *find_option(const struct pxed_option *rows, const char *key) {
    for (; rows && rows->key; rows++)
        if (strcmp(rows->key, key) == 0)
            return rows;
    return NULL;
}

static bool same_values(const struct ini *a, const struct ini *b, const char *section, const char *key) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a->n && (strcmp(a->entries[i].section, section) != 0 || strcmp(a->entries[i].key, key) != 0))
            i++;
        while (k < b->n && (strcmp(b->entries[k].section, section) != 0 || strcmp(b->entries[k].key, key) != 0))
            k++;
        if (i == a->n || k == b->n)
            return i == a->n && k == b->n;
        if (strcmp(a->entries[i++].value, b->entries[k++].value) != 0)
            return false;
    }
}

static void needs_restart(const struct ini *from, const struct ini *other, struct plugins *plugins,
                          struct pxed_diags *diags) {
    for (size_t i = 0; i < from->n; i++) {
        const struct ini_entry *e = &from->entries[i];
        const struct plugin *p = plugins_find(plugins, e->section);
        const struct pxed_option *row = strcmp(e->section, "pxed") == 0 ? find_option(settings_options, e->key) : NULL;
        /* A plugin is bound at start; other keys of [os-NAME] are variables. */
        bool restart = sections_owner(plugins, e->section) ||
                       (p && (p->desc.kind != PXED_KIND_OS || find_option(p->desc.options, e->key))) ||
                       (row && (row->flags & PXED_OPT_RESTART));
        if (!restart || same_values(from, other, e->section, e->key))
            continue;
        char text[256];
        bool said = false; /* a key present in both is met twice */
        snprintf(text, sizeof(text), "[%s] %s: the change needs a restart", e->section, e->key);
        for (size_t k = 0; k < diags->n && !said; k++)
            said = strcmp(diags->items[k].text, text) == 0;
        if (!said)
            pxed_diag_add(diags, PXED_WARNING, e->file, e->line, "%s", text);
    }
}

void config_compare(const struct config *before, const struct config *after, struct plugins *plugins,
                    struct pxed_diags *diags) {
    needs_restart(&after->ini, &before->ini, plugins, diags);
    needs_restart(&before->ini, &after->ini, plugins, diags);
}
