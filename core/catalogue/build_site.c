/* Settings of the whole site, from the plugins' bound configuration. */
#define _GNU_SOURCE
#include "build_site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hostfile.h"
#include "nets.h"
#include "private_set.h"
#include "site_url.h"

enum { CA_MAX = 256 * 1024 };

/* It is delivered from memory: what an installer trusts changes with a reload, not under it. */
static void read_ca(struct build *b) {
    const struct ini_entry *e = ini_get(b->in->ini, "http", "ca");
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    const char *path = b->c->site.ca;
    if (!path || b->in->depth > CATALOGUE_TEXT)
        return;
    b->c->ca = hostfile_slurp(path, CA_MAX, &b->c->arena);
    if (!b->c->ca.ptr || !memmem(b->c->ca.ptr, b->c->ca.len, begin, sizeof(begin) - 1))
        pxed_diag_add(b->diags, PXED_ERROR, e ? e->file : NULL, e ? e->line : 0, "[http] ca = %s: %s", path,
                      !b->c->ca.ptr ? strerror(errno) : "this is no certificate in PEM");
}

void build_site(struct build *b) {
    struct catalogue *c = b->c;
    const struct settings *s = &c->settings;
    c->site = (struct pxed_site){.script = "home.php"};
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.ops;
        if (p->desc.kind != PXED_KIND_OS && ops && ops->site)
            ops->site(p->config, &c->site);
    }
    read_ca(b);
    nets_build(b);
    site_url_build(b);
    c->boot_dir = pxed_arena_printf(&c->arena, "%s/boot", s->root);
    c->tftp_dir = pxed_arena_printf(&c->arena, "%s/tftp", s->root);
}

/* Where files are staged for machines, and which plugin gives access to them. */
void build_share(struct build *b) {
    struct catalogue *c = b->c;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_os_ops *ops = p->desc.kind == PXED_KIND_OS ? p->desc.ops : NULL;
        if (!CATALOGUE_HAS_OP(ops, writes_pxelinux_cfg))
            continue;
        const char *folder = CATALOGUE_HAS_OP(ops, share) ? ops->share(p->config) : NULL;
        if (folder && *folder && !c->share_dir)
            c->share_dir = pxed_arena_dup(&c->arena, pxed_slice_of(folder)).ptr;
        c->writes_pxelinux_cfg |= ops->writes_pxelinux_cfg(p->config);
    }
    c->share.folder = c->share_dir;
    if (c->share_dir)
        build_private(b, c->share_dir);
    for (size_t i = 0; i < b->in->plugins->n && c->share_dir; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        if (CATALOGUE_HAS_OP(ops, share_site))
            ops->share_site(p->config, &c->share);
    }
}

/* What signs for this server. */
static void add_private_keys(struct build *b) {
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        for (const struct pxed_option *row = p->desc.options; p->config && row && row->key; row++) {
            const char *const *path = (const void *)((const char *)p->config + row->offset);
            if (row->type == PXED_OPT_PATH && (row->flags & PXED_OPT_KEY) && *path)
                build_private(b, *path);
        }
    }
}

/* Is a private file in this folder? RESOLVE_BENEATH keeps all others out of reach, except what is linked or renamed
 * into it: private_set.c recognises that by inode. */
static bool lies_inside(const struct build *b, const char *folder) {
    char *real = realpath(folder, NULL);
    bool inside = false;
    size_t n = real ? strlen(real) : 0;
    for (size_t i = 0; real && i < b->c->n_private; i++)
        inside |= strncmp(b->c->private_files[i], real, n) == 0 && (n == 1 || b->c->private_files[i][n] == '/');
    free(real);
    return inside;
}

void build_private_inside(struct build *b) {
    const struct settings *s = b->in->settings;
    add_private_keys(b);
    b->c->private_inside = lies_inside(b, s->root);
    for (size_t i = 0; i < s->image_path.n; i++)
        b->c->private_inside |= lies_inside(b, s->image_path.items[i]);
    for (size_t i = 0; i < s->loader_path.n; i++)
        b->c->private_inside |= lies_inside(b, s->loader_path.items[i]);
    private_set_look(b->c->private_set, b->c->private_files, b->c->n_private);
}
