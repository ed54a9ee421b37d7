/* Gives a plugin the view of a medium that it has of an image. */
#include "import_look.h"

#include <stdio.h>
#include <string.h>

#include "pxed/grow.h"

struct look_fact {
    const char *key, *value;
};

struct look {
    struct pxed_image pub; /* first: the plugin gets this */
    struct medium *m;
    struct pxed_arena *arena;
    struct look_fact *facts;
    size_t n;
};

static bool look_has(const struct pxed_image *image, const char *name) {
    return medium_has(((const struct look *)image)->m, name);
}

static int look_open(const struct pxed_image *image, const char *name, uint64_t *ret_offset, uint64_t *ret_size) {
    return medium_open_file(((const struct look *)image)->m, name, ret_offset, ret_size);
}

static void look_note(const struct pxed_image *image, const char *key, const char *value) {
    struct look *l = (struct look *)(uintptr_t)image;
    PXED_ARENA_GROW(l->arena, l->facts, l->n);
    l->facts[l->n++] = (struct look_fact){pxed_arena_dup(l->arena, pxed_slice_of(key)).ptr,
                                          pxed_arena_dup(l->arena, pxed_slice_of(value)).ptr};
}

static const char *look_get(const struct pxed_image *image, const char *key) {
    const struct look *l = (const struct look *)image;
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->facts[i].key, key) == 0)
            return l->facts[i].value;
    return NULL;
}

static const char *look_setting(const struct pxed_image *image, const char *key) {
    (void)image, (void)key;
    return NULL;
}

void import_look(struct medium *m, const char *path, const struct catalogue_os *os, struct pxed_arena *arena) {
    struct pxed_diags said = {0};
    struct look l = {.pub = {.size = sizeof(struct pxed_image),
                             .id = &os->id,
                             .claim = os->claim,
                             .folder = m->iso ? "" : path,
                             .via = "auto",
                             .file = path,
                             .config = os->config,
                             .has = look_has,
                             .open = look_open,
                             .fact = look_note,
                             .get = look_get,
                             .setting = look_setting},
                     .m = m,
                     .arena = arena};
    if (!CATALOGUE_HAS_OP(os->ops, image))
        return;
    os->ops->image(&l.pub, &said);
    for (size_t i = 0; i < said.n; i++)
        printf("  note: %s\n", said.items[i].text);
    pxed_diags_clear(&said);
}
