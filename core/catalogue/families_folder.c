/* The family files of each plugin: the operator's folder, then the plugin's own. */
#include "families.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"

static int is_family(const struct dirent *e) {
    size_t n = strlen(e->d_name);
    return e->d_name[0] != '.' && n > 4 && strcmp(e->d_name + n - 4, ".ini") == 0;
}

static bool is_replaced(const struct families *f, const char *plugin, struct pxed_slice name) {
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->items[i]->plugin, plugin) == 0 && pxed_slice_is(name, f->items[i]->name))
            return true;
    return false;
}

static void read_folder(struct families *f, const char *folder, const char *plugin, bool operators,
                        struct pxed_arena *arena, struct pxed_diags *diags) {
    struct dirent **found;
    int n = scandir(folder, &found, is_family, alphasort);
    for (int i = 0; i < n; i++) {
        struct pxed_slice name = pxed_slice_of(found[i]->d_name);
        name.len -= strlen(".ini");
        if (!is_replaced(f, plugin, name)) {
            struct family *one = PXED_NEW(arena, struct family);
            *one = (struct family){.plugin = plugin,
                                   .name = pxed_arena_dup(arena, name).ptr,
                                   .operators = operators,
                                   .file = pxed_arena_printf(arena, "%s/%s", folder, found[i]->d_name)};
            struct ini ini;
            one->profile.name = one->name;
            if (ini_load(&ini, one->file, diags) == 0)
                families_read_one(one, &ini, arena, diags);
            ini_free(&ini);
            PXED_ARENA_GROW(arena, f->items, f->n);
            f->items[f->n++] = one;
        }
        free(found[i]);
    }
    if (n >= 0)
        free(found);
}

bool families_are_read(const struct pxed_plugin *d) {
    const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
    return ops && ops->size >= offsetof(struct pxed_os_ops, families) + sizeof(ops->families) && ops->families;
}

void families_read(struct families *f, const struct plugins *plugins, const char *own, struct pxed_arena *arena,
                   struct pxed_diags *diags) {
    for (size_t i = 0; i < plugins->n; i++) {
        const struct pxed_plugin *d = &plugins->items[i]->desc;
        if (!families_are_read(d))
            continue;
        if (own)
            read_folder(f, pxed_arena_printf(arena, "%s/%s.d", own, d->name), d->name, true, arena, diags);
        read_folder(f, plugins_share(d->name, arena), d->name, false, arena, diags);
    }
}

void families_each(const struct families *f, const struct plugins *plugins, families_profile_fn *one, void *ctx) {
    for (size_t i = 0; i < plugins->n; i++) {
        const struct pxed_plugin *d = &plugins->items[i]->desc;
        if (d->kind != PXED_KIND_OS)
            continue;
        for (size_t k = 0; k < f->n; k++)
            if (strcmp(f->items[k]->plugin, d->name) == 0 && one(ctx, d, &f->items[k]->profile))
                return;
        for (const struct pxed_profile *const *p = ((const struct pxed_os_ops *)d->ops)->profiles; *p; p++)
            if (one(ctx, d, *p))
                return;
    }
}
