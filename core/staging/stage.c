/* Files kept on disk for machines: rendered on the loop when a record or the catalogue changes, written by a worker,
 * and recorded in the store before and after, so that pxed can distinguish its own files from an operator's. */
#define _GNU_SOURCE
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linker.h"
#include "log.h"
#include "stage_batch.h"
#include "stage_folders.h"

enum { RETRY_MS = 5000, LINKER_PATIENCE = 1000 };

/* --- the store's record: one line for each file --- */

static struct staged *add_staged(struct machine *m) {
    struct staged *s = pxed_xalloc(sizeof(*s));
    s->machine = m;
    m->staged = &s->known;
    return s;
}

static void load_row(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct daemon *d = arg;
    struct pxed_hwaddr mac;
    (void)version;
    /* Files were staged only for declared machines, which have a record. */
    struct machine *m = pxed_mac_parse(key, &mac) ? machines_find(&d->machines, &mac) : NULL;
    if (m)
        staged_known_read(&add_staged(m)->known, value);
}

/* --- the queue --- */

void stage_mark(struct daemon *d, struct machine *m) {
    struct stage *st = d->stage;
    if (!st || !st->started || (!m->staged && !m->declared))
        return;
    if (!m->staged) {
        const struct catalogue_host *host = catalogue_find(d->catalogue, &m->mac);
        if (!host || !stage_shares(host->os) || !pxed_hwaddr_eq(&host->pub.macs[0], &m->mac))
            return;
        add_staged(m);
    }
    stage_batch_queue(st, (struct staged *)m->staged);
}

static void mark_row(void *arg, struct machine *m) {
    stage_mark(arg, m);
}

void stage_all(struct daemon *d) {
    struct stage *st = d->stage;
    if (!st || !st->started)
        return;
    st->generation++;
    images_generation(st->images, d->catalogue);
    machines_each(&d->machines, mark_row, d);
}

static void on_retry(uv_timer_t *timer) {
    struct stage *st = timer->data;
    if (!st->failed)
        return;
    st->failed = false;
    machines_each(&st->d->machines, mark_row, st->d);
}

static void image_ready(void *arg) {
    stage_all(arg);
}

/* --- life --- */

int stage_init(struct daemon *d) {
    const struct catalogue *c = d->catalogue;
    if (!c->share_dir && !c->writes_pxelinux_cfg)
        return 0;
    struct stage *st = d->stage = pxed_xalloc(sizeof(*st));
    st->d = d;
    st->linker.socket = -1;
    st->last = &st->first;
    if (c->writes_pxelinux_cfg)
        stage_prepare_pxelinux_cfg(c);
    if (!c->share_dir)
        return 0;
    int rc = stage_prepare_share(c);
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "stage", "cannot make %s: %s; nothing is staged for machines", c->share_dir,
                 strerror(-rc));
    linker_start(&d->keeper, c->share_dir, &st->linker);
    return 0;
}

static void on_touched(void *arg, struct machine *m) {
    stage_mark(arg, m);
}

int stage_start(struct daemon *d) {
    struct stage *st = d->stage;
    if (!st)
        return 0;
    const struct pxed_store *store = services_find(&d->services, "store/1");
    int rc = store->load(store->self, "staged", load_row, d);
    if (rc < 0) {
        log_core(PXED_LOG_ERROR, "stage", "cannot read which files are pxed's: %s", strerror(-rc));
        return rc;
    }
    uv_idle_init(d->loop, &st->idle); /* from here on stage_stop closes them */
    uv_timer_init(d->loop, &st->retry);
    st->idle.data = st->retry.data = st;
    uv_timer_start(&st->retry, on_retry, RETRY_MS, RETRY_MS);
    st->images = images_new(d->loop, image_ready, d);
    st->started = true;
    const struct pxed_share_smb *smb = services_find(&d->services, "share.smb/1");
    if (smb && d->catalogue->share_dir)
        smb->serve(smb->self, &d->catalogue->share);
    d->machines.touched = on_touched;
    d->machines.touched_arg = d;
    stage_all(d);
    return 0;
}

static void tell_installs(void *arg, struct machine *m) {
    if (m->staged)
        stage_batch_installs(arg, (struct staged *)m->staged);
}

void stage_stop(struct daemon *d) {
    struct stage *st = d->stage;
    d->machines.touched = NULL;
    if (!st || !st->started)
        return;
    machines_each(&d->machines, tell_installs, st); /* who began just now is told before smbd is asked to end */
    uv_close((uv_handle_t *)&st->idle, NULL);
    uv_close((uv_handle_t *)&st->retry, NULL);
    images_stop(st->images);
}

static void free_row(void *arg, struct machine *m) {
    (void)arg;
    if (m->staged)
        pxed_arena_clear(&m->staged->arena);
    free(m->staged);
    m->staged = NULL;
}

void stage_free(struct daemon *d) {
    struct stage *st = d->stage;
    if (!st)
        return;
    machines_each(&d->machines, free_row, NULL);
    for (size_t i = 0; i < st->n; i++)
        pxed_arena_clear(&st->jobs[i].arena);
    free(st->jobs);
    free(st->batch);
    catalogue_unref(st->catalogue);
    images_free(st->images);
    pxed_helper_stop(&st->linker, LINKER_PATIENCE);
    free(st);
    d->stage = NULL;
}
