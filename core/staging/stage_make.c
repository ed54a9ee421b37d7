/* Renders, on the loop, what should be on disk for one machine, from its record and the catalogue. */
#define _GNU_SOURCE
#include "stage_make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "answer.h"
#include "boot_plan.h"
#include "decide.h"
#include "image_files.h"
#include "image_find.h"
#include "nets.h"
#include "stage_folders.h"

static const char *mac_name(const struct machine *m, const char *format, struct pxed_arena *arena) {
    char text[PXED_MAC_TEXT];
    return pxed_arena_printf(arena, "%s%s", format, pxed_mac_text(&m->mac, "-", text));
}

static void add_text(struct stage_job *job, enum stage_place place, const char *name, struct pxed_slice text,
                     bool gate) {
    job->files[job->n_files++] =
        (struct stage_file){.place = place, .name = name, .text = text, .gate = gate, .hash = stage_hash_text(text)};
}

/* An operator's file in root/boot wins over the row of its name, as it does when served. */
static bool own_file(const struct catalogue *c, const struct catalogue_host *host, const struct pxed_os_id *os,
                     const struct pxed_file *row, struct pxed_arena *arena, struct pxed_slice *ret_text) {
    struct answer_found found;
    const char *of_all = catalogue_image_path(c, os->text, row->name, arena);
    enum pxed_reason why = answer_find(c, host, row, c->root_fd, arena, &found);
    *ret_text = PXED_NO_SLICE;
    if (found.operators && !found.rendered) { /* one that cannot be delivered leaves no file */
        if (why == PXED_WHY_OK)
            *ret_text = answer_read(&found, arena);
        return true;
    }
    if (of_all)
        *ret_text = hostfile_slurp(of_all, ANSWER_MAX, arena);
    return of_all != NULL;
}

/* A file delivered unchanged is linked, not copied for each host. */
static void add_program(struct stage_job *job, const struct catalogue_os *os, const struct pxed_file *row) {
    struct stage_file f = {
        .place = STAGE_SHARE, .name = row->name, .link = catalogue_template_path(&job->arena, os->plugin, row->source)};
    if (stage_hash_link(f.link, &f.hash)) /* missing in a build without a cross compiler; `pxed check` reports it */
        job->files[job->n_files++] = f;
}

static void add_files(struct stage *st, struct stage_job *job, struct machine *m, const struct catalogue_host *host,
                      const struct catalogue_os *os) {
    const struct catalogue *c = st->d->catalogue;
    struct catalogue_image image = {c, os->id.text};
    for (const struct pxed_file *f = os->profile->files; f && f->name; f++) {
        bool closed = (f->flags & PXED_FILE_CLOSED) != 0;
        if (!(f->flags & PXED_FILE_STAGED) || !(job->opens || closed) ||
            profile_file(os->profile, pxed_slice_of(f->name), catalogue_image_has, &image) != f)
            continue;
        if (f->flags & PXED_FILE_RAW) {
            add_program(job, os, f);
            continue;
        }
        struct render r = {.catalogue = c,
                           .host = host,
                           .os = os,
                           .record = machine_rec(m),
                           .at = site_url_of(c, NULL, &host->pub.ip),
                           .images = nets_images(c, &host->pub.ip),
                           .arena = &job->arena};
        struct pxed_slice text = PXED_NO_SLICE;
        bool own = false;
        if (job->opens)
            own = own_file(c, host, &os->id, f, &job->arena, &text);
        if (!own)
            text = render_file(&r, f);
        if (own && closed)
            job->gate = NULL; /* it exists: the alias is treated like the other files */
        if (own && closed && job->alias.name)
            job->files[job->n_files++] = job->alias;
        if (text.ptr)
            add_text(job, STAGE_SHARE, f->name, text, closed);
    }
}

/* 0 with *ret, -EAGAIN: being copied, or why there is none. */
static int find_image(struct stage *st, struct stage_job *job, const struct catalogue_os *os, const char *name,
                      struct stage_file *ret) {
    const char *source, *slash = strrchr(name, '/');
    int rc = images_find(st->images, os, name, &job->arena, &source);
    *ret = (struct stage_file){.place = STAGE_SHARE, .name = slash ? slash + 1 : name, .link = source};
    if (rc == 0 && !stage_hash_link(source, &ret->hash))
        rc = -ENOENT;
    return rc;
}

/* Adds the files the plugin wants linked, each under its own name; an operator's own script may expect the first under
 * another. False: not yet. The machine's screen and `pxed check` report a missing one. */
static bool stage_add_image(struct stage *st, struct stage_job *job, const struct catalogue_os *os) {
    const char *alias = catalogue_fact(os, "share-alias");
    struct stage_file f;
    for (size_t i = 0; i < os->n_facts && job->opens; i++) {
        if (strcmp(os->facts[i].key, "share") != 0)
            continue;
        int rc = find_image(st, job, os, os->facts[i].value, &f);
        if (rc == -EAGAIN)
            return false;
        if (rc < 0)
            continue;
        job->files[job->n_files++] = f;
        if (!alias)
            continue;
        job->alias = f;
        job->alias.name = strcasecmp(f.name, alias) == 0 ? NULL : alias;
        alias = NULL;
    }
    return true;
}

/* The script that gives permission to install: while closed it refuses. */
static const char *gate_of(const struct catalogue_os *os) {
    for (const struct pxed_file *f = os && os->profile ? os->profile->files : NULL; f && f->name; f++)
        if (f->flags & PXED_FILE_CLOSED)
            return f->name;
    return NULL;
}

bool stage_is_orphan(const struct machine *m) {
    return !m->declared && machine_rec(m)->state == LIFECYCLE_INSTALLING;
}

bool stage_make(struct stage *st, struct staged *s, struct stage_job *job) {
    struct daemon *d = st->d;
    const struct catalogue *c = d->catalogue;
    struct machine *m = s->machine;
    const struct catalogue_host *host = m->declared ? catalogue_find(c, &m->mac) : NULL;
    const struct catalogue_os *os = host ? decide_os(d, host, machine_rec(m), &job->arena) : NULL;
    bool known[STAGE_PLACES] = {false};
    for (size_t i = 0; i < s->known.n; i++)
        known[s->known.items[i].place] = true;
    *job = (struct stage_job){.arena = job->arena,
                              .mode = c->share.accounts && !c->share.guest ? 0700 : 0755,
                              .opens = host && lifecycle_open(machine_rec(m)) &&
                                       !(host->rare->trouble && machine_rec(m)->state == LIFECYCLE_ARMED),
                              .known = s->known.items,
                              .n_known = s->known.n,
                              .gate = gate_of(os),
                              .link_arg = st};
    size_t room = 8 + (os ? os->n_facts : 0);
    for (const struct pxed_file *f = os && os->profile ? os->profile->files : NULL; f && f->name; f++)
        room++;
    job->files = PXED_NEWS(&job->arena, struct stage_file, room);
    job->leaves = !stage_shares(os);
    if (c->share_dir && (!job->leaves || known[STAGE_SHARE]) && !stage_is_orphan(m))
        job->folders[STAGE_SHARE] = mac_name(m, pxed_arena_printf(&job->arena, "%s/", c->share_dir), &job->arena);
    job->folders[STAGE_PXELINUX] = pxed_arena_printf(&job->arena, "%s/pxelinux.cfg", c->tftp_dir);
    if (stage_shares(os) && c->share_dir) {
        if (!stage_add_image(st, job, os))
            return false;
        add_files(st, job, m, host, os);
    }
    if (host && c->writes_pxelinux_cfg && stage_shares(os))
        add_text(job, STAGE_PXELINUX, mac_name(m, "01-", &job->arena), boot_loader_text(d, m, &job->arena), false);
    else if (!known[STAGE_PXELINUX]) /* an operator's root/tftp is none of ours */
        job->folders[STAGE_PXELINUX] = NULL;
    return true;
}
