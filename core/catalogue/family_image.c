/* Looks into images for what their family names: [fact] and [lack]. */
#define _GNU_SOURCE
#include "family_image.h"

#include <string.h>

#include "build_trouble.h"
#include "catalogue_os.h"
#include "family_rows.h"
#include "family_vars.h"
#include "image_view.h"

struct looker {
    struct build *b;
    const struct catalogue_os *os;
    struct image_view view;
};

/* The first of these files that the image has, or NULL. */
static const char *first_there(struct looker *l, const struct pxed_list *files) {
    struct pxed_arena *arena = &l->b->c->arena;
    struct catalogue_glob glob = {l->b->c, l->os->id.text};
    for (size_t i = 0; i < files->n; i++) {
        const char *name;
        for (size_t nth = 0;
             (name = family_name(files->items[i], l->os->claim, &l->os->id, nth, catalogue_glob, &glob, arena)); nth++)
            if (l->view.pub.has(&l->view.pub, name))
                return name;
    }
    return NULL;
}

static void look_fact(struct looker *l, const struct family_fact *fact) {
    struct pxed_slice file = pxed_slice_of(first_there(l, &fact->files)), cut = pxed_slice_of(fact->cut);
    if (file.len == 0)
        return;
    if (cut.len > 0 && cut.len <= file.len && pxed_slice_eq(pxed_slice_skip(file, file.len - cut.len), cut))
        file.len -= cut.len;
    l->view.pub.fact(&l->view.pub, fact->name, pxed_arena_dup(&l->b->c->arena, file).ptr);
}

static void judge_lack(struct looker *l, const struct family_lack *lack) {
    struct pxed_arena *arena = &l->b->c->arena;
    const char *file = family_only(&lack->only, l->os->claim) ? first_there(l, &lack->there) : NULL;
    if (!file || first_there(l, &lack->missing))
        return;
    if (lack->with.n > 0) {
        family_vars_of(l->b, l->os, lack);
        return;
    }
    const char *say = family_fill(lack->say, "{file}", pxed_slice_of(file), arena);
    say = family_fill(say, "{id}", l->os->id.text, arena);
    say = family_fill(say, "{folder}", pxed_slice_of(l->view.pub.folder), arena);
    if (!lack->unless) {
        pxed_diag_add(l->b->diags, PXED_WARNING, l->os->file, l->os->line, "%s", say);
        return;
    }
    for (size_t i = 0; i < l->b->c->n_hosts; i++) {
        struct catalogue_host *h = &l->b->c->hosts[i];
        if (h->os != l->os || pxed_host_value(&h->pub, lack->unless).len > 0)
            continue;
        if (lack->warns)
            pxed_diag_add(l->b->diags, PXED_WARNING, h->pub.file, h->pub.line, "%s", say);
        else
            build_trouble(l->b, h, PXED_WHY_IMAGE_INCOMPLETE, h->pub.file, h->pub.line, "%s", say);
    }
}

void family_images(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        struct catalogue_os *os = b->c->systems[i];
        if (!os->family)
            continue;
        struct looker l = {b, os, image_view_make(b->c, os, &b->c->arena)};
        for (size_t k = 0; k < os->family->n_facts; k++)
            look_fact(&l, &os->family->facts[k]);
        /* An operator who names the kernel knows what the image holds. */
        for (size_t k = 0; k < os->family->n_lacks && !os->kernel && !os->iso; k++)
            judge_lack(&l, &os->family->lacks[k]);
    }
}
