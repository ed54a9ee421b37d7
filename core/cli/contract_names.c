/* Names in templates: each is declared by the core, by the profile or by another plugin. */
#define _GNU_SOURCE
#include <stdio.h>

#include "contract.h"
#include "vars.h"

/* --- names that templates use --- */

static bool is_made_by_a_plugin(struct pxed_slice key) {
    for (size_t i = 0; i < contract.plugins.n; i++) {
        const struct pxed_plugin *d = &contract.plugins.items[i]->desc;
        const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
        if (CATALOGUE_HAS_OP(ops, prefix) && pxed_slice_starts(key, pxed_slice_of(ops->prefix)))
            return true;
    }
    return false;
}

static bool is_host_name(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct vars_row *r = vars_rows; r->key; r++)
        if (pxed_slice_is(key, r->key))
            return true;
    for (const struct pxed_os_var *v = profile->vars; v && v->key; v++)
        if (pxed_slice_is(key, v->key))
            return true;
    return is_made_by_a_plugin(key) ||
           contract_in_words(
               key, "mac mac-colon mac-plain mac-upper disk-name disk-serial disk-wwn prefix netmask static "
                    "dns-list dns-first dns-rest packages-list ntp-list "
                    "ip6-list run-list users-list users-sudo ports-list own-net lvm raid1 raid1-lvm install-bond "
                    "install-vlan");
}

struct flag {
    const char *plugin;
    struct pxed_slice word;
    bool found;
};

static bool has_flag(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile) {
    struct flag *flag = ctx;
    for (const struct pxed_claim *c = profile->claims; c && c->family && strcmp(plugin->name, flag->plugin) == 0; c++)
        flag->found |= contract_in_words(flag->word, c->flags);
    return flag->found;
}

/* Of any of the plugin's profiles: they share templates. */
static bool is_flag(const struct plugin *p, struct pxed_slice word) {
    struct flag flag = {p->desc.name, word, false};
    families_each(&contract.families, &contract.plugins, has_flag, &flag);
    return flag.found;
}

static bool is_file(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct pxed_file *f = profile->files; f && f->name; f++) {
        char name[128];
        snprintf(name, sizeof(name), "%s", f->name);
        for (char *c = name; *c; c++)
            *c = *c == '.' ? '_' : *c;
        if (pxed_slice_is(key, name))
            return true;
    }
    return false;
}

static bool is_declared(const struct plugin *p, const struct pxed_profile *profile, struct pxed_slice name) {
    ptrdiff_t dot = pxed_slice_find(name, '.', 0);
    struct pxed_slice key = pxed_slice_skip(name, dot < 0 ? 0 : (size_t)dot + 1);
    if (pxed_slice_is(name, "."))
        return true; /* the item of a list */
    if (pxed_slice_starts(name, PXED_SLICE("host.")))
        return is_host_name(profile, key);
    if (pxed_slice_starts(name, PXED_SLICE("os.")))
        return contract_in_words(key, "id family version arch url tree iso") || is_flag(p, key);
    if (pxed_slice_starts(name, PXED_SLICE("file.")))
        return is_file(profile, key);
    if (pxed_slice_starts(name, PXED_SLICE("image."))) /* facts */
        return true;
    return contract_in_words(
        name, "server.url server.name server.address server.port event.url answer.url arm.right arm.blank arm.any "
              "arm.open machine.efi machine.bios share.unc share.server share.name share.folder share.user "
              "share.password share.guest share.published user.name user.hash user.key user.sudo port.mac port.number "
              "port.more ip6.address ip6.prefix ip6.number ip6.more");
}

struct pxed_slice contract_share(const struct plugin *p, const char *name) {
    const char *path = catalogue_template_path(&contract.arena, p->desc.name, name);
    return hostfile_slurp(path, 1 << 20, &contract.arena);
}

static void seen_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct contract_text *n = ctx;
    if (sigil == '>') {
        struct pxed_slice text = contract_share(n->plugin, pxed_arena_dup(&contract.arena, name).ptr);
        contract_require(text.ptr != NULL, "%s:%u: there is no partial `%.*s`", n->where, line, PXED_S(name));
        contract_require(n->depth < 16, "%s: partials without end", n->where);
        n->guard |= pxed_slice_is(name, "disk-guard");
        n->depth++;
        contract_check_text(n, text);
        n->depth--;
        return;
    }
    n->fetches |= pxed_slice_is(name, "answer.url") || pxed_slice_starts(name, PXED_SLICE("file."));
    contract_require(is_declared(n->plugin, n->profile, name), "%s:%u: {{%.*s}} is declared nowhere", n->where, line,
                     PXED_S(name));
}

void contract_check_text(struct contract_text *n, struct pxed_slice text) {
    unsigned line = 0;
    int rc = pxed_template_names(text, seen_name, n, &line);
    contract_require(rc == PXED_TEMPLATE_OK, "%s:%u: %s", n->where, line, pxed_template_strerror(rc));
}
