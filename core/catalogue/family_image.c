/* Looks into images for what their family names: [fact] and [lack]; and at what their hosts say of the disk. */
#define _GNU_SOURCE
#include "family_image.h"

#include <string.h>
#include <unistd.h>

#include "build_trouble.h"
#include "catalogue_os.h"
#include "family_rows.h"
#include "family_vars.h"
#include "image_view.h"

enum { WORD_FILE_MAX = 64 << 10 }; /* of a file that holds the word of a fact */

struct looker {
    struct build *b;
    const struct catalogue_os *os;
    struct image_view view;
    struct catalogue_glob glob;
    struct family_sight sight;
};

static bool looker_has(void *ctx, const char *name) {
    const struct looker *l = ctx;
    return l->view.pub.has(&l->view.pub, name);
}

/* What stands behind `word` in the file, up to a blank; unset if there is no such word. */
static struct pxed_slice word_in(struct looker *l, const char *file, const char *word) {
    uint64_t offset, size;
    struct pxed_slice text = PXED_NO_SLICE, one, starts = pxed_slice_of(word);
    int fd = l->view.pub.open(&l->view.pub, file, &offset, &size);
    if (fd < 0)
        return text;
    size_t room = size < WORD_FILE_MAX ? (size_t)size : WORD_FILE_MAX;
    char *bytes = pxed_arena_alloc(&l->b->c->arena, room + 1);
    ssize_t n = pread(fd, bytes, room, (off_t)offset);
    close(fd);
    text = pxed_slice(bytes, n > 0 ? (size_t)n : 0);
    while ((one = pxed_slice_word(&text, " \t\r\n")).len > 0)
        if (pxed_slice_starts(one, starts))
            return pxed_slice_skip(one, starts.len);
    return PXED_NO_SLICE;
}

static void look_fact(struct looker *l, const struct family_fact *fact) {
    struct pxed_slice file = pxed_slice_of(family_first(&l->sight, &fact->files)), cut = pxed_slice_of(fact->cut);
    if (file.len > 0 && fact->word)
        file = word_in(l, file.ptr, fact->word);
    if (file.len == 0)
        return;
    if (cut.len > 0 && cut.len <= file.len && pxed_slice_eq(pxed_slice_skip(file, file.len - cut.len), cut))
        file.len -= cut.len;
    l->view.pub.fact(&l->view.pub, fact->name, pxed_arena_dup(&l->b->c->arena, file).ptr);
}

static bool has_one(const struct catalogue_host *h, const struct pxed_list *variables) {
    for (size_t i = 0; i < variables->n; i++)
        if (pxed_host_value(&h->pub, variables->items[i]).len > 0)
            return true;
    return false;
}

static void judge_lack(struct looker *l, const struct family_lack *lack) {
    const char *file = family_lacks(&l->sight, lack);
    if (!file || (lack->fact && l->view.pub.get(&l->view.pub, lack->fact)))
        return;
    if (lack->with.n > 0) {
        family_vars_of(l->b, l->os, lack);
        return;
    }
    const char *say = family_lack_text(&l->sight, lack, file, l->view.pub.folder);
    if (lack->unless.n == 0 && !lack->stops) {
        pxed_diag_add(l->b->diags, PXED_WARNING, l->os->file, l->os->line, "%s", say);
        return;
    }
    for (size_t i = 0; i < l->b->c->n_hosts; i++) {
        struct catalogue_host *h = &l->b->c->hosts[i];
        if (h->os != l->os || has_one(h, &lack->unless))
            continue;
        if (lack->warns)
            pxed_diag_add(l->b->diags, PXED_WARNING, h->pub.file, h->pub.line, "%s", say);
        else
            build_trouble(l->b, h, PXED_WHY_IMAGE_INCOMPLETE, h->pub.file, h->pub.line, "%s", say);
    }
}

/* --- disk= --- */

static const char *disk_kind(struct pxed_slice disk) {
    ptrdiff_t colon = disk.len > 0 && disk.ptr[0] != '/' ? pxed_slice_find(disk, ':', 0) : -1;
    static const char *const kinds[] = {"serial", "wwn", "size", "number"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && colon > 0; i++)
        if (pxed_slice_is(pxed_slice_head(disk, (size_t)colon), kinds[i]))
            return kinds[i];
    return pxed_slice_is(disk, "smallest") ? "smallest" : "name";
}

/* An installer that chooses the disk itself knows fewer words than our guard, and takes `*` for any text. */
static void judge_disk(struct looker *l, struct catalogue_host *h) {
    const struct pxed_list *can = &l->os->family->disk;
    const struct pxed_var *v = pxed_host_var(&h->pub, "disk");
    const char *kinds = "";
    if (!v || v->value.len == 0)
        return;
    bool fits = false, pattern = false;
    for (size_t i = 0; i < can->n; i++) {
        fits |= strcmp(can->items[i], disk_kind(v->value)) == 0;
        kinds = pxed_arena_printf(&l->b->c->arena, "%s %s", kinds, can->items[i]);
    }
    for (size_t i = 0; i < v->value.len; i++)
        pattern |= strchr("*?[", v->value.ptr[i]) != NULL;
    if (!fits || pattern)
        build_trouble(l->b, h, PXED_WHY_HOST_BROKEN, v->file ? v->file : h->pub.file, v->file ? v->line : h->pub.line,
                      "disk=%.*s: the installer of '%.*s' chooses the disk itself, and knows only:%s%s",
                      PXED_S(v->value), PXED_S(l->os->id.text), kinds,
                      pattern ? "; `*`, `?` and `[` would fit other disks, too" : "");
}

static void judge_host(struct looker *l, struct catalogue_host *h) {
    const struct family *f = l->os->family;
    if (f->disk.n > 0)
        judge_disk(l, h);
    if (f->no_installer && !l->os->kernel && !l->os->iso)
        build_trouble(l->b, h, PXED_WHY_NO_PLAN, h->pub.file, h->pub.line, "%s",
                      family_fill(f->no_installer, "{id}", l->os->id.text, &l->b->c->arena));
}

void family_images(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        struct catalogue_os *os = b->c->systems[i];
        if (!os->family)
            continue;
        struct looker l = {
            .b = b,
            .os = os,
            .view = image_view_make(b->c, os, &b->c->arena),
            .glob = {b->c, os->id.text},
            .sight = {
                .claim = os->claim, .id = &os->id, .has = looker_has, .glob = catalogue_glob, .arena = &b->c->arena}};
        l.sight.has_ctx = &l;
        l.sight.glob_ctx = &l.glob;
        for (size_t k = 0; k < os->family->n_facts; k++)
            look_fact(&l, &os->family->facts[k]);
        /* An operator who names the kernel knows what the image holds. */
        for (size_t k = 0; k < os->family->n_lacks && !os->kernel && !os->iso; k++)
            judge_lack(&l, &os->family->lacks[k]);
        for (size_t k = 0; k < b->c->n_hosts; k++)
            if (b->c->hosts[k].os == os)
                judge_host(&l, &b->c->hosts[k]);
    }
}
