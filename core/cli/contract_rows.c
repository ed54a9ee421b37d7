/* What every plugin has: a descriptor and rows of options. */
#include <stdio.h>
#include <string.h>

#include "contract.h"

static size_t ops_size(const struct pxed_plugin *d) {
    if (!d->ops)
        return 0;
    return d->kind == PXED_KIND_OS ? ((const struct pxed_os_ops *)d->ops)->size
                                   : ((const struct pxed_protocol_ops *)d->ops)->size;
}

void contract_descriptor(const struct plugin *p) {
    const struct pxed_plugin *d = &p->desc;
    size_t known = d->kind == PXED_KIND_OS ? sizeof(struct pxed_os_ops) : sizeof(struct pxed_protocol_ops);
    contract_require(contract_is_word(d->name, CONTRACT_LOWER "-", 32) && d->summary && *d->summary && d->version &&
                         *d->version,
                     "%s: it needs a name of a-z, 0-9 and hyphens, a version and a summary", d->name);
    contract_require((d->kind == PXED_KIND_OS) == (strncmp(d->name, "os-", 3) == 0),
                     "%s: OS plugins are named os-*, and only they", d->name);
    for (const char *const *s = d->provides; s && *s; s++)
        contract_require(strchr(*s, '/') && contract_is_word(*s, CONTRACT_LOWER "-./", 32),
                         "%s provides `%s`: a service is named WORD/VERSION", d->name, *s);
    contract_require(!d->ops || (ops_size(d) > sizeof(uint32_t) && ops_size(d) <= known),
                     "%s: the first member of its ops is their size: .size = sizeof(ops)", d->name);
}

static void require_rows(const struct plugin *p, const struct pxed_option *rows) {
    for (const struct pxed_option *o = rows; o && o->key; o++) {
        contract_require(contract_is_word(o->key, CONTRACT_LOWER "-", 40) && o->help && *o->help,
                         "%s: option `%s`: a key of a-z, 0-9 and hyphens, and a help text", p->desc.name, o->key);
        contract_require((o->type == PXED_OPT_ENUM) == (o->words != NULL),
                         "%s: option `%s`: an ENUM has words, and nothing else has", p->desc.name, o->key);
    }
}

/* Each default is a value that its row takes, and the check across rows runs over them. */
void contract_options(const struct plugin *p) {
    const struct pxed_plugin *d = &p->desc;
    const char *text = pxed_arena_printf(&contract.arena, "[%s]\n", d->name);
    const struct pxed_protocol_ops *ops = d->kind == PXED_KIND_OS ? NULL : d->ops;
    struct ini ini;
    struct pxed_diags diags = {0};
    require_rows(p, d->options);
    for (const struct pxed_section_kind *k = d->sections; k && k->word; k++)
        require_rows(p, k->options);
    for (const struct pxed_option *o = d->options; o && o->key; o++)
        if (o->fallback && *o->fallback)
            text = pxed_arena_printf(&contract.arena, "%s%s = %s\n", text, o->key, o->fallback);
    void *config = pxed_arena_alloc(&contract.arena, d->config_size + 1);
    ini_load(&ini, contract_write("defaults.ini", text), &diags);
    if (d->options)
        options_bind(d->options, d->name, d->kind == PXED_KIND_OS, &ini, config, &contract.arena, &diags);
    for (size_t i = 0; i < diags.n; i++)
        contract_require(strstr(diags.items[i].text, "lacks the required key") != NULL, "%s: %s", d->name,
                         diags.items[i].text);
    if (CATALOGUE_HAS_OP(ops, check))
        ops->check(config, "defaults.ini", &diags);
    pxed_diags_clear(&diags);
    ini_free(&ini);
}
