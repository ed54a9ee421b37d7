/* Implements the operations of struct pxed_image on a generation. */
#include "image_view.h"

#include <string.h>

#include "catalogue_iso.h"
#include "image_files.h"
#include "image_find.h"

enum { FACTS_MAX = 256 };

static bool view_has(const struct pxed_image *image, const char *name) {
    const struct image_view *v = (const struct image_view *)image;
    struct catalogue_image where = {v->c, v->os->id.text};
    return catalogue_image_has(&where, name);
}

static int open_file(const struct pxed_image *image, const char *name, uint64_t *ret_offset, uint64_t *ret_size) {
    const struct image_view *v = (const struct image_view *)image;
    return catalogue_image_open(v->c, v->os, name, ret_offset, ret_size);
}

static void view_note(const struct pxed_image *image, const char *key, const char *value) {
    const struct image_view *v = (const struct image_view *)image;
    struct catalogue_os *os = v->os;
    if (os->n_facts == FACTS_MAX)
        return;
    if (!os->facts)
        os->facts = PXED_NEWS(&v->c->arena, struct catalogue_fact, FACTS_MAX);
    os->facts[os->n_facts++] = (struct catalogue_fact){pxed_arena_dup(&v->c->arena, pxed_slice_of(key)).ptr,
                                                       pxed_arena_dup(&v->c->arena, pxed_slice_of(value)).ptr};
}

static const char *view_get(const struct pxed_image *image, const char *key) {
    return catalogue_fact(((const struct image_view *)image)->os, key);
}

static const char *view_setting(const struct pxed_image *image, const char *key) {
    return catalogue_setting(((const struct image_view *)image)->os, key);
}

struct image_view image_view_make(struct catalogue *c, struct catalogue_os *os, struct pxed_arena *arena) {
    const char *folder = catalogue_image_dir(c, os->id.text, 0, "", arena);
    if (!folder)
        folder = pxed_arena_printf(arena, "%s/os/%.*s", c->boot_dir, PXED_S(os->id.text));
    return (struct image_view){
        .pub = {.size = sizeof(struct pxed_image),
                .id = &os->id,
                .claim = os->claim,
                .folder = folder,
                .iso = os->iso,
                .via = profile_via_names[os->via],
                .file = os->file,
                .line = os->line,
                .config = os->config,
                .has = view_has,
                .open = open_file,
                .fact = view_note,
                .get = view_get,
                .setting = view_setting,
                .share = &c->share},
        .c = c,
        .os = os,
    };
}

struct pxed_slice image_view_value(const struct catalogue *c, const struct catalogue_os *os,
                                   const struct pxed_host *host, const char *key, struct pxed_arena *arena) {
    if (!CATALOGUE_HAS_OP(os->ops, value))
        return PXED_NO_SLICE;
    /* The casts are safe: without `fact` the view cannot change anything. */
    struct image_view v =
        image_view_make((struct catalogue *)(uintptr_t)c, (struct catalogue_os *)(uintptr_t)os, arena);
    v.pub.fact = NULL;
    return os->ops->value(host, &v.pub, key, arena);
}
