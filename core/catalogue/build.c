/* Builds a generation from ini and host file. Errors are collected; nothing outside the new generation is changed. */
#define _GNU_SOURCE
#include "build.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_bytes.h"
#include "build_hosts.h"
#include "build_images.h"
#include "build_judge.h"
#include "build_lists.h"
#include "build_look.h"
#include "build_parts.h"
#include "build_ports.h"
#include "build_sections.h"
#include "build_site.h"
#include "build_system.h"
#include "build_tls.h"
#include "catalogue_iso.h"
#include "eyes.h"
#include "family_args.h"
#include "family_image.h"
#include "family_vars.h"
#include "image_base.h"
#include "image_names.h"
#include "loaders_aside.h"
#include "os_secure.h"
#include "private_set.h"

/* --- templates --- */

static bool is_template(const struct pxed_plugin *plugin, const char *name) {
    size_t n = strlen(name);
    bool family = n > 4 && strcmp(name + n - 4, ".ini") == 0 && families_are_read(plugin);
    return name[0] != '.' && name[n - 1] != '~' && !family;
}

/* Reads every file of a folder but the families: answer files and the partials that they and operators' own files
 * include. A name is known as share/pxed/PLUGIN/NAME wherever it was read; the first is kept. */
static void load_folder(struct build *b, const struct pxed_plugin *plugin, const char *folder, bool operators) {
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        const char *known = catalogue_template_path(&b->c->arena, plugin->name, e->d_name);
        const char *path = pxed_arena_printf(&b->c->arena, "%s/%s", folder, e->d_name);
        if (!is_template(plugin, e->d_name) || catalogue_text(b->c, known).ptr)
            continue;
        struct pxed_slice text = hostfile_slurp(path, TEMPLATE_MAX, &b->c->arena);
        if (text.ptr)
            build_template(b, known, text);
        if (operators)
            build_private(b, path);
    }
    if (dir)
        closedir(dir);
}

static void load_systems(struct build *b) {
    const struct settings *s = b->in->settings;
    const char *own = s->file ? ini_path(&b->c->arena, s->file, ".") : NULL;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct pxed_plugin *d = &b->in->plugins->items[i]->desc;
        if (d->kind != PXED_KIND_OS)
            continue;
        if (own)
            load_folder(b, d, pxed_arena_printf(&b->c->arena, "%s/%s.d", own, d->name), true);
        load_folder(b, d, catalogue_template_path(&b->c->arena, d->name, ""), false);
    }
    families_read(&b->c->families, b->in->plugins, own, &b->c->arena, b->diags);
    for (size_t i = 0; i < b->c->families.n; i++)
        if (b->c->families.items[i]->operators)
            build_private(b, b->c->families.items[i]->file);
}

static void read_hosts(struct build *b) {
    const struct settings *s = b->in->settings;
    b->file.instead = b->in->instead;
    b->file.n_instead = b->in->n_instead;
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

/* What can be judged without images. */
static void judge_texts(struct build *b) {
    build_judge_names(b);
    build_judge(b);
    build_judge_parts(b);
    build_judge_lists(b);
    build_judge_ports(b);
    build_check_scripts(b);
    family_vars(b);
    family_args(b);
    build_judge_tls(b);
}

static void judge_images(struct build *b, struct loaders_aside *loaders) {
    b->c->loaders = loaders_aside_end(loaders);
    b->c->loaders_arena = loaders->arena;
    os_secure_look(b->c);
    catalogue_isos_warn(b->c, b->diags);
    family_images(b);
    build_judge_images(b);
}

struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags) {
    struct catalogue *c = pxed_xalloc(sizeof(*c));
    struct build b = {.in = in, .c = c, .diags = diags};
    size_t errors = diags->errors;
    static atomic_uint_fast64_t generations;
    c->serial = atomic_fetch_add(&generations, 1) + 1;
    atomic_store(&c->refs, 1);
    c->settings = *in->settings;
    c->root_fd = -1;
    c->names = image_names_new();
    c->private_set = private_set_new();
    c->ifaces = in->ifaces;
    c->n_ifaces = in->n_ifaces;
    build_site(&b);
    load_systems(&b);
    read_hosts(&b);
    bool seeing = in->as_account && eyes_open(in->settings), all = in->depth == CATALOGUE_ALL;
    struct loaders_aside loaders;
    if (all)
        loaders_aside_start(&loaders, in->settings, c->tftp_dir);
    if (in->depth <= CATALOGUE_TEXT)
        hostfile_values(&b.file, &c->arena);
    for (size_t i = 0; i < b.file.n_files; i++)
        build_private(&b, b.file.files[i]);
    image_bases_open(c);
    build_share(&b);
    if (all)
        catalogue_isos_read(c, in->ini); /* before the systems, whose patterns look into them */
    build_systems_of_sections(&b);
    build_hosts(&b);
    build_check_sections(&b);
    build_private_inside(&b);
    if (in->depth <= CATALOGUE_TEXT) {
        build_look(&b);
        judge_texts(&b);
    }
    if (all)
        judge_images(&b, &loaders);
    if (seeing)
        eyes_close();
    hostfile_free(&b.file);
    if (diags->errors > errors) {
        catalogue_unref(c);
        return NULL;
    }
    return c;
}
