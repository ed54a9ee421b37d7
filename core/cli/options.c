/* `pxed options`: prints the rows of options and variables as a manual. */
#include <string.h>

#include "cli.h"
#include "families.h"
#include "options.h"
#include "vars.h"

/* Profiles of one plugin mostly share their variables and steps: those are printed once. */
static void print_profile(const struct pxed_profile *p, const struct pxed_profile *before) {
    for (const struct pxed_claim *c = p->claims; c && c->family; c++)
        printf("  claims %s; versions %s; architectures %s\n", c->family, c->version ? c->version : "any",
               c->arch ? c->arch : "any");
    for (const struct pxed_os_var *v = before && before->vars == p->vars ? NULL : p->vars; v && v->key; v++)
        printf("  %s = %s%s\n      %s\n", v->key, v->fallback ? v->fallback : "",
               v->flags & PXED_VAR_SECRET ? "  (secret)" : "", v->help);
    for (const struct pxed_step *s = before && before->steps == p->steps ? NULL : p->steps; s && s->name; s++)
        printf("  reports the step %s\n", s->name);
}

static void print_family(const struct family *f) {
    printf("%s: %s\n", f->name, f->title);
    print_profile(&f->profile, NULL);
    if (f->live)
        puts("  writes no disk: it boots at every power-on");
    if (f->no_installer)
        puts("  no installer: its hosts boot their disks");
    if (f->guard)
        printf("  disk guard: %s\n", f->guard);
    if (f->remote)
        printf("  remote disks: %s\n", f->remote);
    for (size_t i = 0; i < f->disk.n; i++)
        printf("%s %s%s", i == 0 ? "  disk= may say:" : "", f->disk.items[i], i + 1 == f->disk.n ? "\n" : "");
    if (f->ram > 0)
        printf("  memory for an installation: %llu MiB\n", (unsigned long long)(f->ram >> 20));
    for (size_t i = 0; i < f->n_lacks; i++)
        printf("  checked: %s\n", f->lacks[i].name);
}

/* The families of one plugin, and how an operator writes one. */
static void print_families(const struct families *families, const char *plugin, bool manual) {
    size_t n = 0;
    for (size_t i = 0; i < families->n; i++)
        if (strcmp(families->items[i]->plugin, plugin) == 0 && ++n)
            print_family(families->items[i]);
    if (n == 0 || !manual)
        return;
    printf("Families of your own: %s.d/NAME.ini beside pxed.ini; one of the same name replaces a family above\n",
           plugin);
    for (const struct family_manual *m = family_manual; m->section; m++)
        options_print(stdout, m->section, m->summary, m->rows);
}

static void print_vars(const struct plugins *plugins, const struct families *families, const char *only) {
    if (!only) {
        puts("Variables of hosts (host file, [defaults], [group NAME], [os ID])");
        for (const struct vars_row *r = vars_rows; r->key; r++)
            printf("  %s%s\n      %s\n", r->key, r->secret ? "  (secret)" : "", r->help);
    }
    for (size_t i = 0; i < plugins->n; i++) {
        const struct pxed_plugin *d = &plugins->items[i]->desc;
        if (d->kind != PXED_KIND_OS || (only && strcmp(only, d->name) != 0))
            continue;
        if (d->options)
            options_print(stdout, d->name, d->summary, d->options);
        else
            printf("%s  %s\n", d->name, d->summary ? d->summary : "");
        print_families(families, d->name, only != NULL);
        const struct pxed_os_ops *ops = d->ops;
        for (const struct pxed_profile *const *p = ops->profiles; *p; p++)
            print_profile(*p, p > ops->profiles ? p[-1] : NULL);
    }
}

static bool same_row(const struct pxed_option *rows, const struct pxed_option *one) {
    for (; rows && rows->key; rows++)
        if (strcmp(rows->key, one->key) == 0 && strcmp(rows->help, one->help) == 0)
            return true;
    return false;
}

/* Sections beside the plugin's own: what they have beside its keys. */
static void print_sections(const struct pxed_plugin *d) {
    for (const struct pxed_section_kind *k = d->sections; k && k->word; k++) {
        struct pxed_option own[PXED_SECTION_ROWS + 1] = {{0}};
        char name[64], summary[256];
        size_t n = 0;
        for (const struct pxed_option *row = k->options; row->key && n < PXED_SECTION_ROWS; row++)
            if (!same_row(d->options, row))
                own[n++] = *row;
        snprintf(name, sizeof(name), "%s NAME", k->word);
        snprintf(summary, sizeof(summary), "%s; besides these, every key of [%s] that fits", k->help, d->name);
        options_print(stdout, name, summary, own);
    }
}

int cli_options(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : NULL;
    struct plugins plugins = {0};
    struct families families = {0};
    struct pxed_arena arena = {0};
    struct pxed_diags diags = {0};
    if (argc > 2)
        return cli_usage();
    plugins_load_all(&plugins, &diags);
    cli_print_diags(stderr, &diags);
    if (only && strcmp(only, "pxed") != 0 && !plugins_find(&plugins, only)) {
        fprintf(stderr, "pxed: no plugin '%s' is installed\n", only);
        return CLI_NO;
    }
    if (!only || strcmp(only, "pxed") == 0)
        options_print(stdout, "pxed", "the core", settings_options);
    for (size_t i = 0; i < plugins.n; i++) {
        const struct pxed_plugin *d = &plugins.items[i]->desc;
        if (d->kind == PXED_KIND_OS || (only && strcmp(only, d->name) != 0))
            continue;
        options_print(stdout, d->name, d->summary, d->options);
        print_sections(d);
    }
    if (!only || strcmp(only, "pxed") != 0) {
        families_read(&families, &plugins, NULL, &arena, &diags);
        print_vars(&plugins, &families, only);
    }
    pxed_arena_clear(&arena);
    pxed_diags_clear(&diags);
    plugins_free(&plugins);
    return CLI_OK;
}
