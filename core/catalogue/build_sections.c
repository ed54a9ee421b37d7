/* Checks the sections [defaults], [group NAME], [os ID] and [os-NAME], each variable once, where it is written. */
#include "build_sections.h"

#include "build_system.h"
#include "build_trouble.h"
#include "vars.h"

struct owner {
    const char *key;
    const struct pxed_profile *profile;
};

static bool has_variable(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile) {
    struct owner *o = ctx;
    (void)plugin;
    for (const struct pxed_os_var *v = profile->vars; v && v->key; v++)
        if (strcmp(v->key, o->key) == 0)
            o->profile = profile;
    return o->profile != NULL;
}

/* [defaults] and [group] are for hosts of every system: finds the profile that has this variable. */
static const struct pxed_profile *find_owner(const struct build *b, const char *key) {
    struct owner o = {.key = key};
    families_each(&b->c->families, b->in->plugins, has_variable, &o);
    return o.profile;
}

static void check_live(struct build *b, const struct ini_entry *e) {
    bool live;
    if (*e->value && !options_parse_bool(pxed_slice_of(e->value), &live))
        pxed_diag_add(b->diags, PXED_WARNING, e->file, e->line, "live = %s: expected yes or no; no is used", e->value);
}

static void check_via(struct build *b, const struct ini_entry *e) {
    enum profile_via via;
    if (profile_via_parse(pxed_slice_of(e->value), &via))
        return;
    const char *near = pxed_nearest(pxed_slice_of(e->value), profile_via_names);
    pxed_diag_add(b->diags, PXED_WARNING, e->file, e->line,
                  "via = %s: expected auto, memdisk, pxelinux or wimboot%s%s%s; auto is used", e->value,
                  near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* [os-NAME]: a key that is no option of the plugin is the default of a variable. */
static bool is_os_default(const struct build *b, const struct ini_entry *e) {
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct pxed_plugin *d = &b->in->plugins->items[i]->desc;
        if (d->kind != PXED_KIND_OS || strcmp(d->name, e->section) != 0)
            continue;
        for (const struct pxed_option *o = d->options; o && o->key; o++)
            if (strcmp(o->key, e->key) == 0)
                return false;
        return true;
    }
    return false;
}

/* [os ID]: a key that a plugin reads and that is no host variable. */
static bool is_setting(const struct build *b, const char *key) {
    for (const struct vars_row *row = vars_rows; row->key; row++)
        if (strcmp(row->key, key) == 0)
            return false;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct pxed_plugin *d = &b->in->plugins->items[i]->desc;
        const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
        for (const char *const *k = CATALOGUE_HAS_OP(ops, settings) ? ops->settings : NULL; k && *k; k++)
            if (strcmp(*k, key) == 0)
                return true;
    }
    return false;
}

static bool is_of(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile) {
    struct owner *o = ctx;
    if (strcmp(plugin->name, o->key) == 0)
        o->profile = profile;
    return o->profile != NULL;
}

static const struct pxed_profile *first_profile(const struct build *b, const char *plugin) {
    struct owner o = {.key = plugin};
    families_each(&b->c->families, b->in->plugins, is_of, &o);
    return o.profile;
}

/* A bad @FILE of a section concerns the hosts that would use it. */
static void blame_hosts(struct build *b, const struct ini_entry *e, size_t from) {
    size_t errors = b->diags->errors;
    build_own_errors(b, NULL, PXED_WHY_VALUE_UNREADABLE, from);
    for (size_t i = 0; i < b->c->n_hosts && b->diags->errors < errors; i++) {
        const struct pxed_var *v = pxed_host_var(&b->c->hosts[i].pub, e->key);
        if (v && v->file && v->line == e->line && strcmp(v->file, e->file) == 0)
            build_note_trouble(b, &b->c->hosts[i], PXED_WHY_VALUE_UNREADABLE, e->file, e->line,
                               b->diags->items[from].text);
    }
}

void build_check_sections(struct build *b) {
    static const char *const os_keys[] = {"kernel", "initrd", "iso", "via", "plugin", NULL};
    const struct ini *ini = b->in->ini;
    for (size_t i = 0; i < ini->n; i++) {
        struct ini_entry *e = &ini->entries[i];
        bool os = strncmp(e->section, "os ", 3) == 0, defaults = is_os_default(b, e);
        if (!os && !defaults && strncmp(e->section, "group ", 6) != 0 && strcmp(e->section, "defaults") != 0)
            continue;
        e->used = true;
        bool own = false;
        for (size_t k = 0; os && os_keys[k]; k++)
            own |= strcmp(os_keys[k], e->key) == 0;
        own |= os && is_setting(b, e->key);
        const struct catalogue_os *system =
            os ? catalogue_os(b->c, pxed_slice_trim(pxed_slice_of(e->section + 3))) : NULL;
        const struct pxed_profile *profile = system ? system->profile : find_owner(b, e->key);
        if (defaults && !profile)
            profile = first_profile(b, e->section); /* for spelling advice */
        if (own && strcmp(e->key, "via") == 0)
            check_via(b, e);
        else if (own && strcmp(e->key, "live") == 0)
            check_live(b, e);
        size_t from = b->diags->n;
        if (!own)
            vars_check(pxed_slice_of(e->key), pxed_slice_of(e->value), profile, false, e->file, e->line, b->diags);
        if (e->from)
            blame_hosts(b, e, from);
    }
}

void build_systems_of_sections(struct build *b) {
    for (size_t i = 0; i < b->in->ini->n_sections; i++) {
        const struct ini_section *s = &b->in->ini->sections[i];
        if (strncmp(s->name, "os ", 3) == 0)
            build_system(b, pxed_slice_trim(pxed_slice_of(s->name + 3)), s->file, s->line);
    }
}
