/* One batch at a time: renders what has changed on the loop, records the planned files in the store, lets a worker
 * write them, and records the result. So pxed can distinguish its own files from an operator's. */
#define _GNU_SOURCE
#include "stage_batch.h"

#include <stdlib.h>
#include <string.h>

#include "linker.h"
#include "log.h"
#include "render_names.h"
#include "stage_make.h"

enum { BATCH = 16 /* rendered in one turn of the loop */ };

static void next_batch(struct stage *st);

/* May its share account be open? Not while its arming takes no effect. */
static bool is_live(const struct stage *st, const struct machine *m) {
    return m->declared && lifecycle_open(machine_rec(m)) &&
           !(machine_rec(m)->state == LIFECYCLE_ARMED && st->d->guard.failing);
}

static uint64_t hash_inputs(const struct stage *st, const struct machine *m) {
    const struct lifecycle_record *r = machine_rec(m);
    uint64_t h = pxed_hash(r->os, strlen(r->os), st->generation * 2 + m->declared);
    uint32_t words[] = {
        r->state, r->right, r->has_firmware, r->has_firmware ? r->firmware : 0, r->tries > 0, st->d->guard.failing};
    h = pxed_hash(words, sizeof(words), h);
    h = pxed_hash(r->token, sizeof(r->token), h);
    h = pxed_hash(r->account, sizeof(r->account), h);
    return h ? h : 1;
}

static void set_account(struct stage *st, struct staged *s, bool open, const char *folder) {
    const struct pxed_share_smb *smb = services_find(&st->d->services, "share.smb/1");
    struct pxed_arena scratch = {0};
    char password[33];
    struct pxed_buf b = PXED_BUF(password);
    if (!smb || !st->d->catalogue->share.accounts || (!open && !s->account))
        return;
    s->account = open;
    if (!open) {
        smb->close(smb->self, &s->machine->mac);
        return;
    }
    pxed_buf_hex(&b, machine_rec(s->machine)->account, 16, "");
    smb->open(smb->self,
              &(struct pxed_share_account){.mac = s->machine->mac,
                                           .folder = folder,
                                           .user = render_share_user(&scratch, &s->machine->mac),
                                           .password = pxed_buf_cstr(&b),
                                           .installs = machine_rec(s->machine)->state == LIFECYCLE_INSTALLING});
    explicit_bzero(password, sizeof(password));
    pxed_arena_clear(&scratch);
}

/* --- one batch --- */

static int link_file(void *arg, const char *source, int dir_fd, const char *name) {
    return linker_link(((struct stage *)arg)->linker.socket, source, dir_fd, name);
}

static void commit_known(struct stage *st, bool after, void (*done)(void *arg, int result)) {
    struct pxed_arena arena = {0};
    struct pxed_put *puts = PXED_NEWS(&arena, struct pxed_put, st->n + 1);
    char mac[PXED_MAC_TEXT];
    for (size_t i = 0; i < st->n; i++) {
        const struct stage_job *job = &st->jobs[i];
        size_t room = staged_known_room(job->known, job->n_known) + staged_known_room(job->now, job->n_now);
        for (size_t k = 0; k < job->n_files; k++)
            room += 36 + strlen(job->files[k].name);
        room += 64;
        struct pxed_buf value = {pxed_arena_alloc(&arena, room), room, 0};
        if (after) {
            staged_known_write(&value, job->now, job->n_now);
        } else {
            staged_known_write(&value, job->known, job->n_known);
            for (size_t k = 0; k < job->n_files; k++)
                staged_known_write(
                    &value, &(struct stage_known){job->files[k].place, job->files[k].name, job->files[k].hash}, 1);
            if (job->alias.name)
                staged_known_write(&value, &(struct stage_known){STAGE_SHARE, job->alias.name, job->alias.hash}, 1);
        }
        puts[i] = (struct pxed_put){
            "staged", pxed_arena_dup(&arena, pxed_slice_of(pxed_mac_text(&st->batch[i]->machine->mac, "-", mac))),
            value.len > 0 ? pxed_buf_slice(&value) : PXED_NO_SLICE, PXED_STORE_ANY};
    }
    const struct pxed_store *store = services_find(&st->d->services, "store/1");
    int rc = store->commit(store->self, puts, st->n, done, st);
    pxed_arena_clear(&arena);
    if (rc < 0)
        done(st, rc);
}

static void end_batch(struct stage *st) {
    for (size_t i = 0; i < st->n; i++)
        pxed_arena_clear(&st->jobs[i].arena);
    free(st->jobs);
    free(st->batch);
    st->jobs = NULL;
    st->batch = NULL;
    st->n = 0;
    catalogue_unref(st->catalogue);
    st->catalogue = NULL;
    st->busy = false;
}

static void batch_kept(void *arg, int result) {
    struct stage *st = arg;
    (void)result; /* on failure the record written before has these names too, so pxed's files are still recognised */
    end_batch(st);
    next_batch(st);
}

static void batch_tell(struct stage *st, struct staged *s, const struct stage_job *job) {
    if (job->error) {
        st->failed = true;
        s->key = 0;
        if (!s->told)
            log_core(PXED_LOG_ERROR, "stage", "%s: %s", job->folders[STAGE_SHARE] ? job->folders[STAGE_SHARE] : "",
                     job->error);
        s->told = true;
        return;
    }
    s->told = false;
    if (job->written > 0)
        log_core(PXED_LOG_INFO, "staged", "folder=%s files=%zu operator-files=%zu %s",
                 job->folders[STAGE_SHARE] ? job->folders[STAGE_SHARE] : job->folders[STAGE_PXELINUX], job->written,
                 job->kept, job->opens ? "open" : "closed");
}

static void batch_worked(uv_work_t *work, int status) {
    struct stage *st = work->data;
    (void)status;
    if (st->d->stopping) { /* store and share are closed; the record written before has these names */
        end_batch(st);
        return;
    }
    for (size_t i = 0; i < st->n; i++) {
        struct stage_job *job = &st->jobs[i];
        struct staged *s = st->batch[i];
        staged_known_keep(&s->known, job->now, job->n_now);
        job->now = s->known.items; /* what the job knew was freed with the old arena */
        job->known = NULL;
        job->n_known = 0;
        batch_tell(st, s, job);
        if (job->opens && job->folders[STAGE_SHARE] && !job->leaves && is_live(st, s->machine))
            set_account(st, s, true, job->folders[STAGE_SHARE]);
    }
    commit_known(st, true, batch_kept);
}

static void do_work(uv_work_t *work) {
    struct stage *st = work->data;
    for (size_t i = 0; i < st->n; i++)
        stage_files_apply(&st->jobs[i]);
}

static void told_store(void *arg, int result) {
    struct stage *st = arg;
    st->work.data = st;
    if (result == PXED_STORE_OK && !st->d->stopping &&
        uv_queue_work(st->d->loop, &st->work, do_work, batch_worked) == 0)
        return;
    for (size_t i = 0; i < st->n; i++)
        st->batch[i]->key = 0; /* forget the rendering: the next change, or the timer, tries again */
    st->failed = true;
    end_batch(st);
}

/* --- the queue --- */

void stage_batch_installs(struct stage *st, struct staged *s) {
    struct pxed_arena scratch = {0};
    const char *share = st->d->catalogue->share_dir;
    char mac[PXED_MAC_TEXT];
    bool there = false;
    for (size_t i = 0; i < s->known.n && !there; i++)
        there = s->known.items[i].place == STAGE_SHARE;
    if (there && share && machine_rec(s->machine)->state == LIFECYCLE_INSTALLING)
        set_account(st, s, true,
                    pxed_arena_printf(&scratch, "%s/%s", share, pxed_mac_text(&s->machine->mac, "-", mac)));
    pxed_arena_clear(&scratch);
}

static void batch_collect(struct stage *st) {
    struct staged *s;
    st->jobs = pxed_xalloc(BATCH * sizeof(*st->jobs));
    st->batch = pxed_xalloc(BATCH * sizeof(struct staged *));
    while (st->n < BATCH && (s = st->first)) {
        struct stage_job *job = &st->jobs[st->n];
        st->first = s->next;
        if (!st->first)
            st->last = &st->first;
        s->queued = false;
        uint64_t key = hash_inputs(st, s->machine);
        if (key == s->key)
            continue;
        if (stage_is_orphan(s->machine))
            stage_batch_installs(st, s); /* after a start, or its account would end with those that nobody names */
        else if (!is_live(st, s->machine))
            set_account(st, s, false, NULL);
        if (!stage_make(st, s, job)) {
            pxed_arena_clear(&job->arena);
            s->key = 0; /* queued again when its image is there */
            continue;
        }
        s->key = key;
        job->hard_link = link_file;
        st->batch[st->n++] = s;
    }
}

static void batch_settle(struct stage *st) {
    const struct pxed_share_smb *smb = services_find(&st->d->services, "share.smb/1");
    if (smb && !st->settled)
        smb->settled(smb->self);
    st->settled = true;
}

static void on_idle(uv_idle_t *idle) {
    uv_idle_stop(idle);
    next_batch(idle->data);
}

static void next_batch(struct stage *st) {
    if (st->busy || st->d->stopping)
        return;
    if (!st->first) {
        batch_settle(st);
        return;
    }
    batch_collect(st);
    if (st->n == 0) {
        end_batch(st);
        if (st->first)
            uv_idle_start(&st->idle, on_idle);
        else
            batch_settle(st);
        return;
    }
    st->busy = true;
    st->catalogue = catalogue_ref(st->d->catalogue);
    commit_known(st, false, told_store);
}

void stage_batch_queue(struct stage *st, struct staged *s) {
    if (s->queued)
        return;
    s->queued = true;
    s->next = NULL;
    *st->last = s;
    st->last = &s->next;
    if (!st->busy && !uv_is_active((uv_handle_t *)&st->idle))
        uv_idle_start(&st->idle, on_idle);
}
