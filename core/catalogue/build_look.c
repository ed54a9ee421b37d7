/* Collects what plugins find in images and say about hosts. Part of building a generation; reads files only. */
#define _GNU_SOURCE
#include "build_look.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "build_trouble.h"
#include "image_files.h"
#include "image_view.h"

/* Reports what is missing besides the image: memdisk, wimboot and the like. */
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

/* Programs that are missing in a build without a cross compiler. */
static void warn_raw(const struct catalogue *c, const struct catalogue_os *os, struct pxed_diags *diags) {
    struct pxed_arena scratch = {0};
    const char *missing = "";
    for (const struct pxed_file *f = os->profile->files; f && f->name; f++)
        if ((f->flags & PXED_FILE_RAW) && (f->flags & PXED_FILE_STAGED) &&
            !catalogue_text(c, catalogue_template_path(&scratch, os->plugin, f->source)).ptr)
            missing = pxed_arena_printf(&scratch, "%s %s", missing, f->source);
    if (*missing)
        pxed_diag_add(
            diags, PXED_WARNING, os->file, os->line,
            "%.*s cannot be installed without%s, which this pxed was built without: install the cross compiler "
            "(scripts/deps build) and build it again",
            PXED_S(os->id.text), missing);
    pxed_arena_clear(&scratch);
}

/* Booted machines would find no share, or could not open it. */
static void warn_share(const struct catalogue *c, const struct catalogue_os *os, struct pxed_diags *diags) {
    if (!c->share_dir || !CATALOGUE_HAS_OP(os->ops, share))
        return;
    if (!c->share.published)
        pxed_diag_add(
            diags, PXED_WARNING, os->file, os->line,
            "%.*s is installed from the share, and [smb] mode = off: machines reach it only if your own Samba "
            "serves %s; or set mode = managed",
            PXED_S(os->id.text), c->share_dir);
}

/* What a plugin reports while it checks one host concerns that host, whatever line it names. */
static void judge_host(struct build *b, struct catalogue_host *h) {
    struct catalogue *c = b->c;
    struct image_view v = image_view_make(c, (struct catalogue_os *)(uintptr_t)h->os, &c->arena);
    size_t from = b->diags->n;
    h->os->ops->host(&h->pub, &v.pub, b->diags);
    build_own_errors(b, h, PXED_WHY_HOST_BROKEN, from);
}

static void judge_by_protocols(struct build *b, struct catalogue_host *h) {
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        size_t from = b->diags->n;
        if (!CATALOGUE_HAS_OP(ops, host))
            continue;
        ops->host(p->config, &h->pub, b->diags);
        build_own_errors(b, h, PXED_WHY_HOST_BROKEN, from);
    }
}

void build_look(struct build *b) {
    struct catalogue *c = b->c;
    struct pxed_diags *diags = b->diags;
    for (size_t i = 0; i < c->n_systems; i++) {
        struct catalogue_os *os = c->systems[i];
        if (!os->profile)
            continue;
        struct image_view v = image_view_make(c, os, &c->arena);
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
        judge_by_protocols(b, h);
    }
}
