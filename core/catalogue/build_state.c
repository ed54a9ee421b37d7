/* Lists that grow while a generation is built. */
#define _GNU_SOURCE
#include "build_state.h"

#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"

void build_private(struct build *b, const char *path) {
    struct catalogue *c = b->c;
    char *real = realpath(path, NULL);
    if (!real && !(real = strdup(path))) /* does not exist yet: the share at a first start */
        return;
    for (size_t i = 0; i < c->n_private; i++)
        if (strcmp(c->private_files[i], real) == 0) {
            free(real);
            return;
        }
    PXED_ARENA_GROW(&c->arena, c->private_files, c->n_private);
    c->private_files[c->n_private++] = pxed_arena_dup(&c->arena, pxed_slice_of(real)).ptr;
    free(real);
}

void build_template(struct build *b, const char *path, struct pxed_slice text) {
    struct catalogue *c = b->c;
    PXED_ARENA_GROW(&c->arena, c->templates, c->n_templates);
    c->templates[c->n_templates++] = (struct catalogue_template){path, text};
}
