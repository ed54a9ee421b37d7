/* Lists that grow while a generation is built. */
#define _GNU_SOURCE
#include "build_state.h"

#include <stdlib.h>
#include <string.h>

void build_private(struct build *b, const char *path) {
    struct catalogue *c = b->c;
    char *real = realpath(path, NULL);
    if (!real && !(real = strdup(path))) /* not there yet: the share of a first start */
        return;
    if (c->n_private == b->private_cap) {
        size_t cap = b->private_cap ? b->private_cap * 2 : 16;
        const char **grown = PXED_NEWS(&c->arena, const char *, cap);
        if (c->n_private > 0)
            memcpy(grown, c->private_files, c->n_private * sizeof(*grown));
        c->private_files = grown;
        b->private_cap = cap;
    }
    for (size_t i = 0; i < c->n_private; i++)
        if (strcmp(c->private_files[i], real) == 0) {
            free(real);
            return;
        }
    c->private_files[c->n_private++] = pxed_arena_dup(&c->arena, pxed_slice_of(real)).ptr;
    free(real);
}

void build_template(struct build *b, const char *path, struct pxed_slice text) {
    struct catalogue *c = b->c;
    if (c->n_templates == b->templates_cap) {
        size_t cap = b->templates_cap ? b->templates_cap * 2 : 32;
        struct catalogue_template *grown = PXED_NEWS(&c->arena, struct catalogue_template, cap);
        if (c->n_templates > 0)
            memcpy(grown, c->templates, c->n_templates * sizeof(*grown));
        c->templates = grown;
        b->templates_cap = cap;
    }
    c->templates[c->n_templates++] = (struct catalogue_template){path, text};
}
