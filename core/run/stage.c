/* Files that lie on disk for machines: rendered on the loop when a record or the catalogue changes, written by a
 * worker, remembered in the store before and after, so that pxed always knows its own files from an operator's. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eyes.h"
#include "linker.h"
#include "log.h"
#include "stage.h"

enum { BATCH = 16 /* rendered in one turn of the loop */, RETRY_MS = 5000, LINKER_PATIENCE = 1000 /* ms */ };

/* --- the store's record: one line for each file --- */

static void load_row(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct daemon *d = arg;
    struct pxed_hwaddr mac;
    struct pxed_slice rest = value, line;
    (void)version;
    if (!pxed_mac_parse(key, &mac))
        return;
    struct machine *m = machines_find(&d->machines, &mac); /* what was staged for was declared, and so is on record */
    if (!m)
        return;
    struct staged *s = m->staged = pxed_xalloc(sizeof(*s));
    s->machine = m;
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++)
        n += value.ptr[i] == '\n';
    s->known = PXED_NEWS(&s->arena, struct stage_known, n + 1);
    while ((line = pxed_slice_word(&rest, "\n")).len > 0) {
        struct stage_known *k = &s->known[s->n_known];
        if (line.len < 36 || line.ptr[1] != ' ' || line.ptr[34] != ' ' || s->n_known == n)
            continue;
        k->place = line.ptr[0] == 's' ? STAGE_SHARE : STAGE_PXELINUX;
        memcpy(k->hash.hex, line.ptr + 2, 32);
        k->name = pxed_arena_dup(&s->arena, pxed_slice_skip(line, 35)).ptr;
        s->n_known++;
    }
}

static void write_known(struct pxed_buf *out, const struct stage_known *known, size_t n) {
    for (size_t i = 0; i < n; i++) {
        pxed_buf_str(out, known[i].place == STAGE_SHARE ? "s " : "p ");
        pxed_buf_str(out, known[i].hash.hex);
        pxed_buf_byte(out, ' ');
        pxed_buf_str(out, known[i].name);
        pxed_buf_byte(out, '\n');
    }
}

static size_t known_room(const struct stage_known *known, size_t n) {
    size_t room = 1;
    for (size_t i = 0; i < n; i++)
        room += 36 + strlen(known[i].name);
    return room;
}

static void keep_known(struct staged *s, const struct stage_known *known, size_t n) {
    struct pxed_arena arena = {0};
    struct stage_known *copy = PXED_NEWS(&arena, struct stage_known, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = (struct stage_known){known[i].place, pxed_arena_dup(&arena, pxed_slice_of(known[i].name)).ptr,
                                       known[i].hash};
    pxed_arena_clear(&s->arena);
    s->arena = arena;
    s->known = copy;
    s->n_known = n;
}

/* --- one batch: the store is told, the worker writes, the store is told again --- */

static int link_file(void *arg, const char *source, int dir_fd, const char *name) {
    return linker_link(((struct stage *)arg)->linker.socket, source, dir_fd, name);
}

static void commit(struct stage *st, bool after, void (*done)(void *arg, int result)) {
    struct pxed_arena arena = {0};
    struct pxed_put *puts = PXED_NEWS(&arena, struct pxed_put, st->n + 1);
    char mac[PXED_MAC_TEXT];
    for (size_t i = 0; i < st->n; i++) {
        const struct stage_job *job = &st->jobs[i];
        size_t room = known_room(job->known, job->n_known) + known_room(job->now, job->n_now);
        for (size_t k = 0; k < job->n_files; k++)
            room += 36 + strlen(job->files[k].name);
        room += 64;
        struct pxed_buf value = {pxed_arena_alloc(&arena, room), room, 0};
        if (after) {
            write_known(&value, job->now, job->n_now);
        } else {
            write_known(&value, job->known, job->n_known);
            for (size_t k = 0; k < job->n_files; k++)
                write_known(&value, &(struct stage_known){job->files[k].place, job->files[k].name, job->files[k].hash},
                            1);
            if (job->alias.name)
                write_known(&value, &(struct stage_known){STAGE_SHARE, job->alias.name, job->alias.hash}, 1);
        }
        puts[i] = (struct pxed_put){
            "staged", pxed_arena_dup(&arena, pxed_slice_of(pxed_mac_text(&st->batch[i]->machine->rec.mac, "-", mac))),
            value.len > 0 ? pxed_buf_slice(&value) : PXED_NO_SLICE, PXED_STORE_ANY};
    }
    const struct pxed_store *store = daemon_find(st->d, "store/1");
    int rc = store->commit(store->self, puts, st->n, done, st);
    pxed_arena_clear(&arena);
    if (rc < 0)
        done(st, rc);
}

static void next_batch(struct stage *st);

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

static void kept(void *arg, int result) {
    struct stage *st = arg;
    (void)result; /* the record written before holds these names too: nothing of ours is ever taken for another's */
    end_batch(st);
    next_batch(st);
}

static bool is_live(const struct stage *st, const struct machine *m);

static void set_account(struct stage *st, struct staged *s, bool open, const char *folder) {
    const struct pxed_share_smb *smb = daemon_find(st->d, "share.smb/1");
    struct pxed_arena scratch = {0};
    char password[33];
    struct pxed_buf b = PXED_BUF(password);
    if (!smb || !st->d->catalogue->share.accounts || (!open && !s->account))
        return;
    s->account = open;
    if (!open) {
        smb->close(smb->self, &s->machine->rec.mac);
        return;
    }
    pxed_buf_hex(&b, s->machine->rec.account, 16, "");
    smb->open(smb->self, &(struct pxed_share_account){.mac = s->machine->rec.mac,
                                                      .folder = folder,
                                                      .user = render_share_user(&scratch, &s->machine->rec.mac),
                                                      .password = pxed_buf_cstr(&b)});
    pxed_arena_clear(&scratch);
}

static void tell(struct stage *st, struct staged *s, const struct stage_job *job) {
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

static void worked(uv_work_t *work, int status) {
    struct stage *st = work->data;
    (void)status;
    if (st->d->stopping) { /* store and share have gone; the record written before holds these names */
        end_batch(st);
        return;
    }
    for (size_t i = 0; i < st->n; i++) {
        struct stage_job *job = &st->jobs[i];
        struct staged *s = st->batch[i];
        keep_known(s, job->now, job->n_now);
        job->now = s->known; /* what the job knew went with the old arena */
        job->known = NULL;
        job->n_known = 0;
        tell(st, s, job);
        if (job->opens && job->folders[STAGE_SHARE] && !job->leaves && is_live(st, s->machine))
            set_account(st, s, true, job->folders[STAGE_SHARE]);
    }
    commit(st, true, kept);
}

static void do_work(uv_work_t *work) {
    struct stage *st = work->data;
    for (size_t i = 0; i < st->n; i++)
        stage_files_apply(&st->jobs[i]);
}

static void told_store(void *arg, int result) {
    struct stage *st = arg;
    st->work.data = st;
    if (result == PXED_STORE_OK && !st->d->stopping && uv_queue_work(st->d->loop, &st->work, do_work, worked) == 0)
        return;
    for (size_t i = 0; i < st->n; i++)
        st->batch[i]->key = 0; /* as if it had not been rendered: the next change, or the timer, tries again */
    st->failed = true;
    end_batch(st);
}

/* --- the queue --- */

static uint64_t hash_inputs(const struct stage *st, const struct machine *m) {
    const struct lifecycle_record *r = &m->rec;
    uint64_t h = pxed_hash(r->os, strlen(r->os), st->generation * 2 + m->declared);
    uint32_t words[] = {
        r->state, r->right, r->has_firmware, r->has_firmware ? r->firmware : 0, r->tries > 0, st->d->guard.failing};
    h = pxed_hash(words, sizeof(words), h);
    h = pxed_hash(r->token, sizeof(r->token), h);
    h = pxed_hash(r->account, sizeof(r->account), h);
    return h ? h : 1;
}

/* May its account be open? Not while its arming takes no effect. */
static bool is_live(const struct stage *st, const struct machine *m) {
    return m->declared && lifecycle_open(&m->rec) && !(m->rec.state == LIFECYCLE_ARMED && st->d->guard.failing);
}

static void collect(struct stage *st) {
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
        if (!is_live(st, s->machine))
            set_account(st, s, false, NULL);
        if (!stage_make(st, s, job)) {
            pxed_arena_clear(&job->arena);
            s->key = 0; /* it comes back when its image is there */
            continue;
        }
        s->key = key;
        job->hard_link = link_file;
        st->batch[st->n++] = s;
    }
}

static void settle(struct stage *st) {
    const struct pxed_share_smb *smb = daemon_find(st->d, "share.smb/1");
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
        settle(st);
        return;
    }
    collect(st);
    if (st->n == 0) {
        end_batch(st);
        if (st->first)
            uv_idle_start(&st->idle, on_idle);
        else
            settle(st);
        return;
    }
    st->busy = true;
    st->catalogue = catalogue_ref(st->d->catalogue);
    commit(st, false, told_store);
}

static void enqueue(struct stage *st, struct staged *s) {
    if (s->queued)
        return;
    s->queued = true;
    s->next = NULL;
    *st->last = s;
    st->last = &s->next;
    if (!st->busy && !uv_is_active((uv_handle_t *)&st->idle))
        uv_idle_start(&st->idle, on_idle);
}

void stage_mark(struct daemon *d, struct machine *m) {
    struct stage *st = d->stage;
    if (!st || !st->started || (!m->staged && !m->declared))
        return;
    if (!m->staged) {
        const struct catalogue_host *host = catalogue_find(d->catalogue, &m->rec.mac);
        if (!host || !stage_shares(host->os) || !pxed_hwaddr_eq(&host->pub.macs[0], &m->rec.mac))
            return;
        m->staged = pxed_xalloc(sizeof(*m->staged));
        m->staged->machine = m;
    }
    enqueue(st, m->staged);
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

static bool anybody_shares(const struct catalogue *c) {
    for (size_t i = 0; i < c->n_systems; i++)
        if (stage_shares(c->systems[i]))
            return true;
    return false;
}

/* A folder of root's becomes the account's; one of anybody else stays as it is. */
static int give_folder(const struct catalogue *c, const char *path) {
    const struct passwd *pw = geteuid() == 0 ? eyes_account(&c->settings) : NULL;
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;
    if (fd < 0)
        return -errno;
    if (pw && fstat(fd, &st) == 0 && st.st_uid == 0 && fchown(fd, pw->pw_uid, pw->pw_gid) < 0)
        rc = -errno;
    close(fd);
    return rc;
}

/* As root: the folder, and who may write to it. The folders above it are only made for a host that needs them. */
static int prepare_share(const struct catalogue *c) {
    const char *path = c->share_dir;
    char part[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash && anybody_shares(c); slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return -errno;
    }
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return anybody_shares(c) ? -errno : 0;
    return give_folder(c, path);
}

/* The copies of PXELINUX's configurations are written as the account, too. An operator's root/tftp stays root's. */
static void prepare_pxelinux_cfg(const struct catalogue *c) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/pxelinux.cfg", c->tftp_dir) >= (int)sizeof(path))
        return;
    int rc = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : give_folder(c, path);
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "stage", "cannot make %s: %s; write-pxelinux-cfg has no effect", path,
                 strerror(-rc));
}

int stage_init(struct daemon *d) {
    const struct catalogue *c = d->catalogue;
    if (!c->share_dir && !c->writes_pxelinux_cfg)
        return 0;
    struct stage *st = d->stage = pxed_xalloc(sizeof(*st));
    st->d = d;
    st->linker.socket = -1;
    st->last = &st->first;
    if (c->writes_pxelinux_cfg)
        prepare_pxelinux_cfg(c);
    if (!c->share_dir)
        return 0;
    int rc = prepare_share(c);
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "stage", "cannot make %s: %s; nothing is staged for machines", c->share_dir,
                 strerror(-rc));
    linker_start(c->share_dir, &st->linker);
    return 0;
}

static void on_touched(void *arg, struct machine *m) {
    stage_mark(arg, m);
}

int stage_start(struct daemon *d) {
    struct stage *st = d->stage;
    if (!st)
        return 0;
    uv_idle_init(d->loop, &st->idle);
    uv_timer_init(d->loop, &st->retry);
    st->idle.data = st->retry.data = st;
    uv_timer_start(&st->retry, on_retry, RETRY_MS, RETRY_MS);
    const struct pxed_store *store = daemon_find(d, "store/1");
    int rc = store->load(store->self, "staged", load_row, d);
    if (rc < 0)
        return rc;
    st->images = images_new(d->loop, image_ready, d);
    st->started = true;
    const struct pxed_share_smb *smb = daemon_find(d, "share.smb/1");
    if (smb && d->catalogue->share_dir)
        smb->serve(smb->self, &d->catalogue->share);
    d->machines.touched = on_touched;
    d->machines.touched_arg = d;
    stage_all(d);
    return 0;
}

bool stage_wrote(struct daemon *d, const struct pxed_hwaddr *mac, int fd) {
    char text[8192 + 1];
    const struct machine *m = machines_find(&d->machines, mac);
    ssize_t n = m && m->staged ? pread(fd, text, sizeof(text), 0) : -1;
    if (n < 0 || n == (ssize_t)sizeof(text))
        return false;
    struct stage_hash hash = stage_hash_text(pxed_slice(text, (size_t)n));
    for (size_t i = 0; i < m->staged->n_known; i++)
        if (m->staged->known[i].place == STAGE_PXELINUX && strcmp(m->staged->known[i].hash.hex, hash.hex) == 0)
            return true;
    return false;
}

void stage_stop(struct daemon *d) {
    struct stage *st = d->stage;
    d->machines.touched = NULL;
    if (!st || !st->started)
        return;
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
