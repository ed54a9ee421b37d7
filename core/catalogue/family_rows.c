/* Makes a profile's rows from a family's: each layout a row, for each architecture that may be meant. */
#define _GNU_SOURCE
#include "family_rows.h"

#include <string.h>

#define ARCH "{arch}"

enum { INITRDS_MAX = sizeof(((struct pxed_boot *)0)->initrd) / sizeof(char *) };

struct family_asked {
    const struct pxed_claim *claim;
    const struct pxed_os_id *id;
    family_glob_fn *glob;
    void *ctx;
    struct pxed_arena *arena;
};

bool family_only(const struct pxed_list *only, const struct pxed_claim *claim) {
    for (size_t i = 0; i < only->n; i++) {
        struct pxed_slice flags = pxed_slice_of(claim->flags), flag;
        while ((flag = pxed_slice_word(&flags, " ")).len > 0)
            if (pxed_slice_is(flag, only->items[i]))
                return true;
    }
    return only->n == 0;
}

/* The claim's nth word for an architecture that the id may mean. */
static struct pxed_slice arch_word(const struct pxed_claim *claim, const struct pxed_os_id *id, size_t nth) {
    struct pxed_slice words = pxed_slice_of(claim->arch), word;
    while ((word = pxed_slice_word(&words, " ")).len > 0)
        if (pxed_arch_same(word, id->arch) && nth-- == 0)
            return word;
    return PXED_NO_SLICE;
}

const char *family_name(const char *text, const struct pxed_claim *claim, const struct pxed_os_id *id, size_t nth,
                        family_glob_fn *glob, void *ctx, struct pxed_arena *arena) {
    const char *at = strstr(text, ARCH);
    struct pxed_slice arch = at ? arch_word(claim, id, nth) : PXED_NO_SLICE;
    if (at ? arch.len == 0 : nth > 0)
        return NULL;
    for (; at; at = strstr(text, ARCH))
        text = pxed_arena_printf(arena, "%.*s%.*s%s", (int)(at - text), text, PXED_S(arch), at + strlen(ARCH));
    /* "*.iso" is the image's ISO, whatever its name; with `=NAME` too. */
    bool iso = strcmp(text, "*.iso") == 0 || strncmp(text, "*.iso=", strlen("*.iso=")) == 0;
    const char *found = glob && strchr(text, '*') && !iso ? glob(ctx, text, arena) : NULL;
    return found ? found : text;
}

static const char *rows_name(const struct family_asked *a, const char *text, size_t nth) {
    return family_name(text, a->claim, a->id, nth, a->glob, a->ctx, a->arena);
}

/* The names of one layout. False: there is no nth architecture. */
static bool fill_layout(const struct family_asked *a, const char *layout, size_t nth, struct pxed_boot *row) {
    struct pxed_slice rest = pxed_slice_of(layout), word;
    bool arch = strstr(layout, ARCH) != NULL;
    if (nth > 0 && !arch)
        return false;
    for (size_t i = 0; i <= INITRDS_MAX && (word = pxed_slice_word(&rest, " \t")).len > 0; i++) {
        const char *text = pxed_arena_dup(a->arena, word).ptr;
        const char *name = rows_name(a, text, strstr(text, ARCH) ? nth : 0);
        if (!name)
            return false;
        *(i == 0 ? &row->kernel : &row->initrd[i - 1]) = name;
    }
    return true;
}

static uint32_t bits_of(const struct pxed_list *words, const char *const *names) {
    uint32_t bits = 0;
    for (size_t i = 0; i < words->n; i++)
        for (unsigned k = 0; names[k]; k++)
            if (strcmp(names[k], words->items[i]) == 0)
                bits |= 1u << k;
    return bits;
}

enum { ARCHS_MAX = 8 };

static size_t count_layouts(const struct family *f) {
    size_t n = 0;
    for (size_t i = 0; i < f->n_boots; i++)
        n += f->boots[i].files.n * ARCHS_MAX;
    return n;
}

static struct pxed_boot *make_boots(const struct family *f, const struct family_asked *a) {
    struct pxed_boot *rows = PXED_NEWS(a->arena, struct pxed_boot, count_layouts(f) + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->n_boots; i++) {
        const struct family_boot *b = &f->boots[i];
        for (size_t k = 0; k < b->files.n && family_only(&b->only, a->claim); k++)
            for (size_t nth = 0; nth < ARCHS_MAX; nth++) {
                struct pxed_boot row = {.firmware = bits_of(&b->firmware, pxed_firmware_names),
                                        .loaders = bits_of(&b->loaders, pxed_loader_names),
                                        .how = (enum pxed_how)(PXED_HOW_LINUX + b->how),
                                        .args = b->args};
                if (!fill_layout(a, b->files.items[k], nth, &row))
                    break;
                row.when = b->when ? rows_name(a, b->when, strstr(b->when, ARCH) ? nth : 0) : NULL;
                rows[n++] = row;
            }
    }
    return rows;
}

static struct pxed_file *make_files(const struct family *f, const struct family_asked *a) {
    struct pxed_file *rows = PXED_NEWS(a->arena, struct pxed_file, f->n_files + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->n_files; i++) {
        const struct family_file *file = &f->files[i];
        if (!family_only(&file->only, a->claim))
            continue;
        rows[n++] = (struct pxed_file){
            .name = file->name,
            .path = file->path,
            .source = file->source,
            .escape = (enum pxed_escape)file->escape,
            .flags = (file->answer ? PXED_FILE_ANSWER : 0u) | (file->guarded ? PXED_FILE_GUARDED : 0u) |
                     (file->raw ? PXED_FILE_RAW : 0u) | (file->crlf ? PXED_FILE_CRLF : 0u) |
                     (file->pack ? PXED_FILE_PACK : 0u) | (file->ahead ? PXED_FILE_AHEAD : 0u),
            .when = file->when,
        };
    }
    return rows;
}

const struct pxed_profile *family_rows(const struct family *f, const struct pxed_claim *claim,
                                       const struct pxed_os_id *id, family_glob_fn *glob, void *ctx,
                                       struct pxed_arena *arena) {
    struct family_asked asked = {claim, id, glob, ctx, arena};
    struct pxed_profile *own = PXED_NEW(arena, struct pxed_profile);
    *own = f->profile;
    own->boots = make_boots(f, &asked);
    own->files = make_files(f, &asked);
    return own;
}

const char *family_fill(const char *text, const char *mark, struct pxed_slice value, struct pxed_arena *arena) {
    const char *at = strstr(text, mark);
    if (!at)
        return text;
    const char *rest = family_fill(at + strlen(mark), mark, value, arena);
    return pxed_arena_printf(arena, "%.*s%.*s%s", (int)(at - text), text, PXED_S(value), rest);
}

const char *family_first(const struct family_sight *s, const struct pxed_list *files) {
    for (size_t i = 0; i < files->n; i++) {
        const char *name;
        for (size_t nth = 0;
             (name = family_name(files->items[i], s->claim, s->id, nth, s->glob, s->glob_ctx, s->arena)); nth++)
            if (s->has(s->has_ctx, name))
                return name;
    }
    return NULL;
}

const char *family_lacks(const struct family_sight *s, const struct family_lack *lack) {
    const char *file = family_only(&lack->only, s->claim) ? family_first(s, &lack->there) : NULL;
    return file && !family_first(s, &lack->missing) ? file : NULL;
}

const char *family_lack_text(const struct family_sight *s, const struct family_lack *lack, const char *file,
                             const char *folder) {
    const char *say = family_fill(lack->say, "{file}", pxed_slice_of(file), s->arena);
    say = family_fill(say, "{id}", s->id->text, s->arena);
    return family_fill(say, "{folder}", pxed_slice_of(folder), s->arena);
}
