/* What plugins find in images, and what they say about hosts. Part of building a generation: files only. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "catalogue_build.h"

enum { FACTS_MAX = 256 };

struct view {
    struct pxed_image pub; /* first */
    struct catalogue *c;
    struct catalogue_os *os;
};

const char *catalogue_fact(const struct catalogue_os *os, const char *key) {
    for (size_t i = 0; i < os->n_facts; i++)
        if (strcmp(os->facts[i].key, key) == 0)
            return os->facts[i].value;
    return NULL;
}

static bool has(const struct pxed_image *image, const char *name) {
    const struct view *v = (const struct view *)image;
    struct catalogue_image where = {v->c, v->os->id.text};
    return catalogue_image_has(&where, name);
}

static int open_file(const struct pxed_image *image, const char *name, uint64_t *ret_offset, uint64_t *ret_size) {
    const struct view *v = (const struct view *)image;
    return catalogue_image_open(v->c, v->os, name, ret_offset, ret_size);
}

static void note(const struct pxed_image *image, const char *key, const char *value) {
    const struct view *v = (const struct view *)image;
    struct catalogue_os *os = v->os;
    if (os->n_facts == FACTS_MAX)
        return;
    if (!os->facts)
        os->facts = PXED_NEWS(&v->c->arena, struct catalogue_fact, FACTS_MAX);
    os->facts[os->n_facts++] = (struct catalogue_fact){pxed_arena_dup(&v->c->arena, pxed_slice_of(key)).ptr,
                                                       pxed_arena_dup(&v->c->arena, pxed_slice_of(value)).ptr};
}

static const char *get(const struct pxed_image *image, const char *key) {
    return catalogue_fact(((const struct view *)image)->os, key);
}

static struct view make_view(struct catalogue *c, struct catalogue_os *os, struct pxed_arena *arena) {
    return (struct view){
        .pub = {.size = sizeof(struct pxed_image),
                .id = &os->id,
                .claim = os->claim,
                .folder = pxed_arena_printf(arena, "%s/os/%.*s", c->boot_dir, PXED_S(catalogue_folder(c, os->id.text))),
                .iso = os->iso,
                .boot = os->boot,
                .wim = os->wim,
                .index = os->index,
                .edition = os->edition,
                .via = profile_via_names[os->via],
                .file = os->file,
                .line = os->line,
                .config = os->config,
                .has = has,
                .open = open_file,
                .fact = note,
                .get = get},
        .c = c,
        .os = os,
    };
}

bool catalogue_program_exists(const struct catalogue *c, const char *name) {
    char path[PATH_MAX];
    const struct pxed_list *loaders = &c->settings.loader_path;
    const char *first[] = {"boot/os", "tftp/os"};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        if (snprintf(path, sizeof(path), "%s/%s%s", c->settings.root, first[i], name) < (int)sizeof(path) &&
            faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
            return true;
    for (size_t i = 0; i < loaders->n; i++)
        if (snprintf(path, sizeof(path), "%s%s", loaders->items[i], name) < (int)sizeof(path) &&
            faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
            return true;
    return false;
}

/* What is missing besides the image: memdisk, wimboot and its likes. */
static void warn_programs(struct catalogue *c, const struct catalogue_os *os, struct pxed_diags *diags) {
    struct catalogue_image image = {c, os->id.text};
    const char *told[8];
    size_t n = 0;
    for (const struct pxed_boot *b = os->profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        bool seen = false;
        for (size_t i = 0; i < n; i++)
            seen |= strcmp(told[i], b->kernel) == 0;
        if (!b->kernel || b->kernel[0] != '/' || seen || n == 8 || catalogue_program_exists(c, b->kernel))
            continue;
        bool there = !b->when || catalogue_image_has(&image, b->when);
        for (size_t i = 0; i < sizeof(b->initrd) / sizeof(b->initrd[0]) && b->initrd[i]; i++)
            there &= catalogue_image_has(&image, b->initrd[i]);
        if (!there)
            continue;
        told[n++] = b->kernel;
        bool wimboot = b->how == PXED_HOW_WIMBOOT;
        pxed_diag_add(diags, PXED_WARNING, os->file, os->line,
                      wimboot ? "%.*s can be booted by wimboot, which is missing: get %s of the iPXE project "
                                "(github.com/ipxe/wimboot, releases) and put it at %s/os%s"
                              : "%.*s can be booted by memdisk, which is missing: install the package of %s "
                                "(syslinux-common), or put it at %s/os%s",
                      PXED_S(os->id.text), b->kernel + 1, c->boot_dir, b->kernel);
    }
}

/* Programs that a build without a cross compiler lacks. */
static void warn_raw(const struct catalogue *c, const struct catalogue_os *os, struct pxed_diags *diags) {
    struct pxed_arena scratch = {0};
    const char *missing = "";
    for (const struct pxed_file *f = os->profile->files; f && f->name; f++)
        if ((f->flags & PXED_FILE_RAW) && (f->flags & PXED_FILE_STAGED) &&
            !catalogue_text(c, catalogue_template_path(&scratch, os->plugin, f->source)).ptr)
            missing = pxed_arena_printf(&scratch, "%s %s", missing, f->source);
    if (*missing)
        pxed_diag_add(diags, PXED_WARNING, os->file, os->line,
                      "%.*s cannot be installed without%s, which this pxed was built without: build it with "
                      "gcc-mingw-w64",
                      PXED_S(os->id.text), missing);
    pxed_arena_clear(&scratch);
}

/* Machines that boot find nothing, or no way in. */
static void warn_share(const struct catalogue *c, const struct catalogue_os *os, struct pxed_diags *diags) {
    if (!c->share_dir || !CATALOGUE_HAS_OP(os->ops, share))
        return;
    if (!c->share.published)
        pxed_diag_add(diags, PXED_WARNING, os->file, os->line,
                      "%.*s is installed from the share, and [smb] mode = off: only a Samba of your own that serves %s "
                      "lets its machines in",
                      PXED_S(os->id.text), c->share_dir);
    else if (os->iso && !c->share.guest && c->share.accounts)
        pxed_diag_add(
            diags, PXED_WARNING, os->file, os->line,
            "%.*s boots %s as it is: a WinPE made by pxed-winpe fetches its account for the share, one of the "
            "classic recipe needs [smb] guest = yes",
            PXED_S(os->id.text), os->iso);
}

/* What a plugin complains of while it judges one host is the trouble of that host, whatever line it names. */
static void judge_host(struct build *b, struct catalogue_host *h) {
    struct catalogue *c = b->c;
    struct view v = make_view(c, (struct catalogue_os *)(uintptr_t)h->os, &c->arena);
    size_t from = b->diags->n;
    h->os->ops->host(&h->pub, &v.pub, b->diags);
    build_own_errors(b, h, PXED_WHY_HOST_BROKEN, from);
}

void build_look(struct build *b) {
    struct catalogue *c = b->c;
    struct pxed_diags *diags = b->diags;
    for (size_t i = 0; i < c->n_systems; i++) {
        struct catalogue_os *os = c->systems[i];
        if (!os->profile)
            continue;
        struct view v = make_view(c, os, &c->arena);
        bool images = b->in->depth == CATALOGUE_ALL;
        if (images && CATALOGUE_HAS_OP(os->ops, image))
            os->ops->image(&v.pub, diags);
        if (images)
            warn_programs(c, os, diags);
        warn_raw(c, os, diags);
        warn_share(c, os, diags);
    }
    for (size_t i = 0; i < c->n_hosts; i++) {
        struct catalogue_host *h = &c->hosts[i];
        if (CATALOGUE_HAS_OP(h->os->ops, host))
            judge_host(b, h);
    }
}

struct pxed_slice catalogue_value(const struct catalogue *c, const struct catalogue_os *os,
                                  const struct pxed_host *host, const char *key, struct pxed_arena *arena) {
    if (!CATALOGUE_HAS_OP(os->ops, value))
        return PXED_NO_SLICE;
    /* Not to be changed from here on: a plugin may only ask. */
    struct view v = make_view((struct catalogue *)(uintptr_t)c, (struct catalogue_os *)(uintptr_t)os, arena);
    v.pub.fact = NULL;
    return os->ops->value(host, &v.pub, key, arena);
}
