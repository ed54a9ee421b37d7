/* The tables of an OS plugin: claims, boots, steps, variables. */
#define _GNU_SOURCE
#include <stdio.h>

#include "catalogue_os.h"
#include "contract.h"
#include "pxed/path.h"
#include "vars.h"

/* --- walking --- */

/* A family has other rows for each claim: each is a profile of its own here. */
static size_t each_claim(contract_visit *visit, const struct plugin *p, const struct family *f) {
    size_t n = 0;
    for (const struct pxed_claim *c = f->claims; c->family; c++, n++) {
        struct pxed_claim *only = PXED_NEWS(&contract.arena, struct pxed_claim, 2);
        struct pxed_os_id id;
        only[0] = *c;
        contract_require(pxed_os_id_parse(pxed_slice_of(contract_sample_id(c)), &id), "%s: `%s` is no OS id", f->name,
                         contract_sample_id(c));
        struct pxed_profile *one = PXED_NEW(&contract.arena, struct pxed_profile);
        *one = *family_rows(f, only, &id, NULL, NULL, &contract.arena);
        one->claims = only;
        visit(p, one);
    }
    return n;
}

void contract_each(const struct plugin *p, contract_visit *visit) {
    const struct pxed_os_ops *ops = p->desc.ops;
    size_t n = 0;
    for (; ops->profiles[n]; n++) {
        contract_require(n < CONTRACT_ROWS_MAX, "profiles without an end: the list ends with NULL");
        visit(p, ops->profiles[n]);
    }
    for (size_t k = 0; k < contract.families.n; k++)
        if (strcmp(contract.families.items[k]->plugin, p->desc.name) == 0)
            n += each_claim(visit, p, contract.families.items[k]);
    contract_require(ops->size > 0 && n > 0, "%s has no profile", p->desc.name);
}

bool contract_is_word(const char *text, const char *letters, size_t max) {
    return text && *text && strlen(text) <= max && strspn(text, letters) == strlen(text);
}

/* A name below a folder: relative, in normal form. */
bool contract_is_relative(const char *path) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    return path && *path && *path != '/' && pxed_path_normalise(pxed_slice_of(path), 0, &b) == 0 &&
           pxed_slice_is(pxed_buf_slice(&b), path);
}

bool contract_in_words(struct pxed_slice name, const char *words) {
    struct pxed_slice rest = pxed_slice_of(words), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_eq(word, name))
            return true;
    return false;
}

/* --- tables --- */

void contract_claims(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    contract_require(profile->name && *profile->name, "%s: a profile without a name", p->desc.name);
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++, n++) {
        const char *const lists[] = {c->family, c->version, c->arch};
        contract_require(n < CONTRACT_ROWS_MAX, "a table without an end: its last row is no zeroed one");
        for (size_t l = 0; l < 3; l++) {
            struct pxed_slice rest = pxed_slice_of(lists[l]), word;
            contract_require(!lists[l] || rest.len > 0, "%s/%s: an empty list fits nothing; NULL fits anything",
                             p->desc.name, profile->name);
            while ((word = pxed_slice_word(&rest, " ")).len > 0)
                contract_require(
                    contract_is_word(pxed_arena_dup(&contract.arena, word).ptr, CONTRACT_LOWER "._-*?", 63),
                    "%s/%s: claim `%.*s`", p->desc.name, profile->name, PXED_S(word));
        }
        struct pxed_slice rest = pxed_slice_of(c->flags), word;
        while ((word = pxed_slice_word(&rest, " ")).len > 0)
            contract_require(contract_is_word(pxed_arena_dup(&contract.arena, word).ptr, CONTRACT_LOWER "-_", 32),
                             "flag `%.*s`", PXED_S(word));
    }
    contract_require(n > 0, "%s/%s claims nothing", p->desc.name, profile->name);
}

/* Does it know only what [os ID] says? Then no id alone tells what it boots: its own tests have to. */
bool contract_needs_section(const struct plugin *p) {
    const struct pxed_os_ops *ops = p->desc.ops;
    return CATALOGUE_HAS_OP(ops, only_with);
}

/* An OS id that this row of claims fits: first words, patterns filled in. */
const char *contract_sample_id(const struct pxed_claim *c) {
    const char *const lists[] = {c->family, c->version ? c->version : "1", c->arch};
    const char *id = "";
    for (size_t l = 0; l < 3 && lists[l]; l++) {
        struct pxed_slice rest = pxed_slice_of(lists[l]), word = pxed_slice_word(&rest, " ");
        char *copy = (char *)(uintptr_t)pxed_arena_dup(&contract.arena, word).ptr;
        for (char *at = copy; *at; at++)
            *at = *at == '*' || *at == '?' ? '1' : *at;
        id = pxed_arena_printf(&contract.arena, "%s%s%s", id, l ? "-" : "", copy);
    }
    return id;
}

void contract_samples(const struct plugin *p, const struct pxed_profile *profile) {
    struct catalogue_sources from = {&contract.plugins, &contract.families, NULL, NULL};
    for (const struct pxed_claim *c = profile->claims; c && c->family && !contract_needs_section(p); c++) {
        struct pxed_os_id id;
        const char *text = contract_sample_id(c);
        contract_require(pxed_os_id_parse(pxed_slice_of(text), &id), "%s/%s: `%s` is no OS id", p->desc.name,
                         profile->name, text);
        contract_require(profile_claim_score(c, &id) > 0, "%s/%s: its own `%s` does not fit the claim", p->desc.name,
                         profile->name, text);
        const struct catalogue_os *os = catalogue_os_made(&from, id.text, &contract.arena);
        contract_require(os->profile && strcmp(os->plugin, p->desc.name) == 0 &&
                             strcmp(os->profile->name, profile->name) == 0,
                         "%s/%s: `%s` goes to %s/%s", p->desc.name, profile->name, text, os->plugin, os->profile->name);
    }
}

bool contract_is_setting(const struct plugin *p, struct pxed_slice key) {
    const struct pxed_os_ops *ops = p->desc.ops;
    for (const char *const *k = CATALOGUE_HAS_OP(ops, settings) ? ops->settings : NULL; k && *k; k++)
        if (pxed_slice_is(key, *k))
            return true;
    return false;
}

bool contract_no_installer(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < contract.families.n; i++)
        if (strcmp(contract.families.items[i]->plugin, p->desc.name) == 0 &&
            strcmp(contract.families.items[i]->name, profile->name) == 0 && contract.families.items[i]->no_installer)
            return true;
    return false;
}

void contract_boots(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++, n++) {
        contract_require(n < CONTRACT_ROWS_MAX, "a table without an end: its last row is no zeroed one");
        contract_require(b->how < PXED_HOW_COUNT && contract_is_relative(b->kernel + (b->kernel[0] == '/')),
                         "%s/%s: boot row %zu", p->desc.name, profile->name, n);
        contract_require((b->firmware & ~(uint32_t)PXED_FW_ALL) == 0 && (b->loaders & ~(uint32_t)PXED_LOADER_ALL) == 0,
                         "%s/%s: boot row %zu: bits beyond the last", p->desc.name, profile->name, n);
        for (size_t i = 0; i < 4; i++) {
            struct profile_initrd initrd = profile_initrd(b->initrd[i]);
            const char *file = pxed_arena_dup(&contract.arena, initrd.file).ptr;
            contract_require(!b->initrd[i] || strcmp(file, "*.iso") == 0 || contract_is_relative(file) ||
                                 (initrd.key.len > 0 && initrd.file.len == 0),
                             "%s/%s: initrd of row %zu", p->desc.name, profile->name, n);
            contract_require(initrd.key.len == 0 || contract_is_setting(p, initrd.key), "%s/%s: {%.*s} of row %zu",
                             p->desc.name, profile->name, PXED_S(initrd.key), n);
            contract_require(!b->initrd[i] || i == 0 || b->initrd[i - 1], "%s/%s: a gap in row %zu", p->desc.name,
                             profile->name, n);
        }
        contract_require(!b->when || contract_is_relative(b->when), "%s/%s: `when` of row %zu", p->desc.name,
                         profile->name, n);
        contract_require(!b->args || !strchr(b->args, '\n'), "%s/%s: arguments of row %zu are not one line",
                         p->desc.name, profile->name, n);
    }
    contract_require(n > 0 || contract_no_installer(p, profile), "%s/%s boots nothing", p->desc.name, profile->name);
}

void contract_steps(const struct plugin *p, const struct pxed_profile *profile) {
    static const char *const own[] = {"installing", "installed", "failed"};
    for (const struct pxed_step *s = profile->steps; s && s->name; s++) {
        contract_require(contract_is_word(s->name, CONTRACT_LOWER "-", 32), "%s/%s: step `%s`", p->desc.name,
                         profile->name, s->name);
        for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
            contract_require(strcmp(s->name, own[i]) != 0, "%s/%s: the step `%s` is the core's", p->desc.name,
                             profile->name, s->name);
        for (const struct pxed_step *o = profile->steps; o != s; o++)
            contract_require(strcmp(s->name, o->name) != 0, "%s/%s: step `%s` twice", p->desc.name, profile->name,
                             s->name);
    }
    for (const struct pxed_os_var *v = profile->vars; v && v->key; v++) {
        contract_require(contract_is_word(v->key, CONTRACT_LOWER "-", 40) && v->help && *v->help,
                         "%s/%s: variable `%s`", p->desc.name, profile->name, v->key);
        for (const struct vars_row *r = vars_rows; r->key; r++)
            contract_require(strcmp(v->key, r->key) != 0, "%s/%s: `%s` is a variable of every system", p->desc.name,
                             profile->name, v->key);
    }
}