/* A family says which variables its installer cannot serve; the hosts that have them are told. */
#include "family_vars.h"

#include <string.h>

#include "family_rows.h"

/* The variable that `with` names, if the host has it and, after KEY=, this value. */
static const struct pxed_var *vars_with(const struct catalogue_host *h, const char *with) {
    struct pxed_slice word = pxed_slice_of(with);
    ptrdiff_t equals = pxed_slice_find(word, '=', 0);
    const char *value = equals < 0 ? NULL : with + equals + 1;
    struct pxed_slice key = equals < 0 ? word : pxed_slice_head(word, (size_t)equals);
    size_t at = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(&h->pub, &at)) != NULL;) {
        if (pxed_slice_eq(v->key, key))
            return v->value.len > 0 && (!value || pxed_slice_is(v->value, value)) ? v : NULL;
    }
    return NULL;
}

/* A section's line is for many hosts, which follow each other in the host file. */
struct vars_told {
    const char *file;
    unsigned line;
};

static void warn_with(struct build *b, const struct catalogue_host *h, const char *with, const char *say,
                      struct vars_told *told) {
    const struct pxed_var *v = vars_with(h, with);
    const char *file = v && v->file ? v->file : h->pub.file;
    unsigned line = v && v->file ? v->line : h->pub.line;
    if (!v || (told->file && told->line == line && strcmp(told->file, file) == 0))
        return;
    *told = (struct vars_told){file, line};
    say = family_fill(say, "{key}", v->key, &b->c->arena);
    say = family_fill(say, "{id}", h->os->id.text, &b->c->arena);
    pxed_diag_add(b->diags, PXED_WARNING, file, line, "%s", say);
}

void family_vars_of(struct build *b, const struct catalogue_os *os, const struct family_lack *lack) {
    for (size_t i = 0; i < lack->with.n; i++) {
        struct vars_told told = {0};
        for (size_t k = 0; k < b->c->n_hosts; k++)
            if (b->c->hosts[k].os == os)
                warn_with(b, &b->c->hosts[k], lack->with.items[i], lack->say, &told);
    }
}

void family_vars(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        const struct catalogue_os *os = b->c->systems[i];
        const struct family *f = os->family;
        for (size_t k = 0; f && k < f->n_lacks; k++)
            if (f->lacks[k].with.n > 0 && f->lacks[k].there.n == 0 && family_only(&f->lacks[k].only, os->claim))
                family_vars_of(b, os, &f->lacks[k]);
    }
}
