/* Each family lists the words that its installer takes. A word of args= that only another's list has does nothing; of
 * some words a family says more. What no list has is the kernel's, or nobody's: nothing is said of it. */
#include "family_args.h"

#include <string.h>

#include "family_rows.h"

/* The length of the longest pattern that fits; 0: none does. */
static size_t args_fit(const struct pxed_list *patterns, struct pxed_slice word) {
    size_t best = 0;
    for (size_t i = 0; i < patterns->n; i++)
        if (strlen(patterns->items[i]) > best && pxed_slice_match(pxed_slice_of(patterns->items[i]), word))
            best = strlen(patterns->items[i]);
    return best;
}

/* The first row of this claim, with or without `say`, that has the word. */
static const struct family_args *args_row(const struct family *f, const struct pxed_claim *claim,
                                          struct pxed_slice word, bool says) {
    for (size_t i = 0; i < f->n_args; i++) {
        const struct family_args *a = &f->args_rows[i];
        if ((a->say != NULL) == says && (!claim || family_only(&a->only, claim)) && args_fit(&a->words, word) &&
            !args_fit(&a->except, word))
            return a;
    }
    return NULL;
}

/* The family that lists the word most precisely; of two, this one's other versions. NULL: none lists it. */
static const struct family *args_family(const struct build *b, const struct family *own, struct pxed_slice word) {
    const struct family_args *a = args_row(own, NULL, word, false);
    const struct family *found = a ? own : NULL;
    size_t best = a ? args_fit(&a->words, word) : 0;
    for (size_t i = 0; i < b->c->families.n; i++) {
        a = args_row(b->c->families.items[i], NULL, word, false);
        if (a && args_fit(&a->words, word) > best) {
            best = args_fit(&a->words, word);
            found = b->c->families.items[i];
        }
    }
    return found;
}

struct args_line {
    const struct pxed_var *v;
    const struct catalogue_os *os;
    const char *file;
    unsigned line;
    const char *stops;
};

/* Only the key is said: a value may be a password. */
static struct pxed_slice args_key(struct pxed_slice word) {
    ptrdiff_t equals = pxed_slice_find(word, '=', 0);
    return equals < 0 ? word : pxed_slice_head(word, (size_t)equals + 1);
}

static void judge_word(struct build *b, struct args_line *at, struct pxed_slice word, bool tell) {
    const struct family *f = at->os->family, *other;
    const struct family_args *a = args_row(f, at->os->claim, word, true);
    struct pxed_slice key = args_key(word);
    if (a) {
        const char *say = family_fill(a->say, "{word}", key, &b->c->arena);
        say = family_fill(say, "{id}", at->os->id.text, &b->c->arena);
        if (tell)
            pxed_diag_add(b->diags, PXED_WARNING, at->file, at->line, "args: %s", say);
        if (a->stops && !at->stops)
            at->stops = pxed_arena_printf(&b->c->arena, "%s:%u: args: %s", at->file, at->line, say);
    } else if (tell && !args_row(f, at->os->claim, word, false) && (other = args_family(b, f, word))) {
        pxed_diag_add(
            b->diags, PXED_WARNING, at->file, at->line,
            "args: the installer of '%.*s' takes no notice of `%.*s`, which is for another one (%s): take it out",
            PXED_S(at->os->id.text), PXED_S(key), other->title);
    }
}

void family_args(struct build *b) {
    struct args_line at = {0};
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        struct catalogue_host *h = &b->c->hosts[i];
        const struct pxed_var *v = h->os->family ? pxed_host_var(&h->pub, "args") : NULL;
        if (!v || v->value.len == 0)
            continue;
        const char *file = v->file ? v->file : h->pub.file;
        unsigned line = v->file ? v->line : h->pub.line;
        bool same = at.file && at.line == line && strcmp(at.file, file) == 0 && at.os == h->os;
        if (!same) { /* a section's line is for many hosts, which follow each other in the host file */
            at = (struct args_line){v, h->os, file, line, NULL};
            struct pxed_slice rest = v->value, word;
            while ((word = pxed_slice_word(&rest, " \t")).len > 0)
                judge_word(b, &at, word, true);
        }
        if (at.stops)
            catalogue_rare(&b->c->arena, h)->args_stop = at.stops;
    }
}

unsigned family_cpu(const struct catalogue_os *os) {
    const struct family *f = os->family;
    bool other = os->id.arch.len > 0 && !pxed_arch_same(os->id.arch, PXED_SLICE("x86_64"));
    for (size_t i = 0; f && i < f->n_cpus && !other; i++)
        if (family_only(&f->cpus[i].only, os->claim))
            return f->cpus[i].level + 2;
    return 0;
}
