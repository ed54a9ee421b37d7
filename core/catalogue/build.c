/* Builds a generation from ini and host file. Errors are collected; nothing outside the new generation is changed. */
#define _GNU_SOURCE
#include "build.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_hosts.h"
#include "build_images.h"
#include "build_judge.h"
#include "build_look.h"
#include "build_sections.h"
#include "build_site.h"
#include "build_system.h"
#include "catalogue_iso.h"
#include "eyes.h"
#include "image_base.h"
#include "image_names.h"

/* --- templates --- */

/* Reads every file of share/pxed/PLUGIN: answer files and the partials that operators' own files include. */
static void load_templates(struct build *b, const char *plugin) {
    const char *folder = pxed_arena_printf(&b->c->arena, "%s/share/pxed/%s", plugins_prefix(), plugin);
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        const char *path = pxed_arena_printf(&b->c->arena, "%s/%s", folder, e->d_name);
        struct pxed_slice text = hostfile_slurp(path, TEMPLATE_MAX, &b->c->arena);
        if (text.ptr)
            build_template(b, path, text);
    }
    if (dir)
        closedir(dir);
}

static void read_hosts(struct build *b) {
    const struct settings *s = b->in->settings;
    if (b->in->hosts_from)
        hostfile_read(&b->file, b->in->hosts_from, &b->c->arena, b->diags);
    for (size_t i = 0; !b->in->hosts_from && i < s->hosts.n; i++)
        hostfile_read(&b->file, s->hosts.items[i], &b->c->arena, b->diags);
    for (size_t i = 0; i < b->in->ini->n; i++) {
        build_private(b, b->in->ini->entries[i].file);
        if (b->in->ini->entries[i].from)
            build_private(b, b->in->ini->entries[i].from);
    }
    build_private(b, s->state);
}

struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags) {
    struct catalogue *c = pxed_xalloc(sizeof(*c));
    struct build b = {.in = in, .c = c, .diags = diags};
    size_t errors = diags->errors;
    atomic_store(&c->refs, 1);
    c->settings = *in->settings;
    c->root_fd = -1;
    c->names = image_names_new();
    c->ifaces = in->ifaces;
    c->n_ifaces = in->n_ifaces;
    build_site(&b);
    for (size_t i = 0; i < in->plugins->n; i++)
        if (in->plugins->items[i]->desc.kind == PXED_KIND_OS)
            load_templates(&b, in->plugins->items[i]->desc.name);
    read_hosts(&b);
    bool seeing = in->as_account && eyes_open(in->settings);
    if (in->depth <= CATALOGUE_TEXT)
        hostfile_values(&b.file, &c->arena);
    for (size_t i = 0; i < b.file.n_files; i++)
        build_private(&b, b.file.files[i]);
    image_bases_open(c);
    build_share(&b);
    build_systems_of_sections(&b);
    if (in->depth == CATALOGUE_ALL)
        catalogue_isos_read(c, in->ini);
    build_hosts(&b);
    build_check_sections(&b);
    build_private_inside(&b);
    if (in->depth <= CATALOGUE_TEXT) {
        build_look(&b);
        build_judge_names(&b);
        build_judge(&b);
    }
    if (in->depth == CATALOGUE_ALL) {
        catalogue_isos_warn(c, diags);
        build_judge_images(&b);
    }
    if (seeing)
        eyes_close();
    free(b.file.lines);
    free(b.file.files);
    if (diags->errors > errors) {
        catalogue_unref(c);
        return NULL;
    }
    return c;
}
