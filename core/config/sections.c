/* Binds the further sections of plugins: each into a copy of the plugin's own configuration. */
#include "sections.h"

#include "options.h"

const struct pxed_section_kind *sections_kind(const struct pxed_plugin *desc, const char *name) {
    for (const struct pxed_section_kind *k = desc->sections; k && k->word; k++) {
        size_t n = strlen(k->word);
        if (strncmp(name, k->word, n) == 0 && name[n] == ' ' && name[n + 1])
            return k;
    }
    return NULL;
}

const struct plugin *sections_owner(const struct plugins *p, const char *name) {
    for (size_t i = 0; i < p->n; i++)
        if (sections_kind(&p->items[i]->desc, name))
            return p->items[i];
    return NULL;
}

static struct pxed_section bind_one(const struct plugin *plugin, const struct pxed_section_kind *kind,
                                    const struct ini_section *s, struct ini *ini, struct pxed_arena *arena,
                                    struct pxed_diags *diags) {
    void *config = pxed_arena_alloc(arena, plugin->desc.config_size + 1);
    memcpy(config, plugin->config, plugin->desc.config_size);
    return (struct pxed_section){.name = pxed_arena_printf(arena, "%s", s->name + strlen(kind->word) + 1),
                                 .file = pxed_arena_printf(arena, "%s", s->file),
                                 .line = s->line,
                                 .config = config,
                                 .set = options_bind_over(kind->options, s->name, ini, config, arena, diags)};
}

void sections_bind(struct plugin *plugin, struct ini *ini, struct pxed_arena *arena, struct pxed_diags *diags) {
    for (const struct pxed_section_kind *k = plugin->desc.sections; k && k->word; k++) {
        struct pxed_section *items = PXED_NEWS(arena, struct pxed_section, ini->n_sections + 1);
        size_t n = 0;
        for (size_t i = 0; i < ini->n_sections; i++)
            if (sections_kind(&plugin->desc, ini->sections[i].name) == k)
                items[n++] = bind_one(plugin, k, &ini->sections[i], ini, arena, diags);
        *(struct pxed_sections *)(void *)((char *)plugin->config + k->offset) = (struct pxed_sections){items, n};
    }
}

const char *sections_check(const struct pxed_plugin *desc, const char *path, struct pxed_arena *arena) {
    for (const struct pxed_section_kind *k = desc->sections; k && k->word; k++) {
        size_t n = 0;
        while (k->options && k->options[n].key && n <= PXED_SECTION_ROWS)
            n++;
        if (n == 0 || n > PXED_SECTION_ROWS)
            return pxed_arena_printf(arena, "%s: its section [%s] needs 1 to %d options", path, k->word,
                                     PXED_SECTION_ROWS);
        if (k->offset > desc->config_size || sizeof(struct pxed_sections) > desc->config_size - k->offset)
            return pxed_arena_printf(arena, "%s: its section [%s] lies outside its configuration", path, k->word);
    }
    return NULL;
}
