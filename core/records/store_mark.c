/* The mark is overwritten in place after each commit that changes a right, and read at the next start. */
#define _GNU_SOURCE
#include "store_mark.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "clock.h"
#include "context.h"
#include "ledger.h"
#include "ledger_mark.h"
#include "log.h"
#include "store_mark_text.h"

enum { MARK_BYTES = 192, GOOD_MAX = 64 << 20 };

static const char witness_prefix[] = "store.mark.";

/* --- the file --- */

static bool mark_path(const char *state_dir, char path[PATH_MAX]) {
    return snprintf(path, PATH_MAX, "%s/store.mark", state_dir) < PATH_MAX;
}

static bool mark_identify(int fd, struct store_identity *ret) {
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &st) < 0)
        return false;
    ret->inode = st.stx_ino;
    ret->born = st.stx_mask & STATX_BTIME ? (uint64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec : 0;
    return true;
}

/* --- the witness: an empty file whose name has the counter. A copy put over the folder overwrites files of the same
 * name but not their identity; the witness remains beside those of the copy. No sync: after a power cut the mark itself
 * is there. --- */

static bool witness_counter(const char *name, uint64_t *ret) {
    size_t n = sizeof(witness_prefix) - 1;
    return strncmp(name, witness_prefix, n) == 0 && pxed_slice_u64(pxed_slice_of(name + n), UINT64_MAX, ret);
}

static uint64_t highest_witness(const char *state_dir) {
    DIR *dir = opendir(state_dir);
    uint64_t highest = 0, counter;
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (witness_counter(e->d_name, &counter) && counter > highest)
            highest = counter;
    if (dir)
        closedir(dir);
    return highest;
}

static int move_witness(const char *state_dir, uint64_t counter) {
    char name[64];
    DIR *dir = opendir(state_dir);
    bool there = false;
    uint64_t other;
    int rc = dir ? 0 : -errno;
    snprintf(name, sizeof(name), "%s%llu", witness_prefix, (unsigned long long)counter);
    for (struct dirent *e; dir && rc == 0 && (e = readdir(dir));) {
        if (!witness_counter(e->d_name, &other))
            continue;
        if (other != counter &&
            (there ? unlinkat(dirfd(dir), e->d_name, 0) : renameat(dirfd(dir), e->d_name, dirfd(dir), name)) < 0)
            rc = -errno;
        there = true;
    }
    int fd = rc == 0 && !there ? openat(dirfd(dir), name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (rc == 0 && !there && fd < 0)
        rc = -errno;
    if (fd >= 0)
        close(fd);
    if (dir)
        closedir(dir);
    return rc;
}

/* --- both files --- */

int store_mark_read(const char *state_dir, struct store_mark *ret) {
    char path[PATH_MAX], text[MARK_BYTES];
    struct store_identity own;
    *ret = (struct store_mark){.there = false};
    int fd = mark_path(state_dir, path) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    ssize_t n = pread(fd, text, sizeof(text), 0);
    ret->there = true;
    if (n < 0 || !mark_identify(fd, &own) || !store_mark_parse(pxed_slice(text, (size_t)n), &own, ret))
        ret->copied = true;
    close(fd);
    uint64_t witness = highest_witness(state_dir);
    if (witness > ret->mark.counter)
        ret->mark.counter = witness;
    return 0;
}

static int write_text(int fd, const struct ledger_mark *mark) {
    char text[MARK_BYTES + 1];
    struct pxed_buf b = {text, sizeof(text), 0};
    struct store_identity own;
    if (!mark_identify(fd, &own))
        return -errno;
    pxed_buf_str(&b, "pxed-mark 1 inode=");
    pxed_buf_u64(&b, own.inode);
    pxed_buf_str(&b, " born=");
    pxed_buf_u64(&b, own.born);
    pxed_buf_byte(&b, ' ');
    ledger_mark_write(mark, &b);
    while (b.len < MARK_BYTES - 1)
        pxed_buf_byte(&b, ' ');
    pxed_buf_byte(&b, '\n');
    errno = 0;
    if (pwrite(fd, text, MARK_BYTES, 0) != MARK_BYTES || fdatasync(fd) < 0)
        return errno ? -errno : -EIO;
    return 0;
}

int store_mark_write(const char *state_dir, const struct ledger_mark *mark) {
    char path[PATH_MAX];
    struct stat st;
    int fd = mark_path(state_dir, path) ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd < 0)
        return -errno;
    int rc = fstat(fd, &st) < 0 ? -errno : write_text(fd, mark);
    if (rc == 0 && st.st_size == 0)
        rc = sync_folder(state_dir);
    close(fd);
    return rc == 0 ? move_witness(state_dir, mark->counter) : rc;
}

/* --- updating with each commit --- */

struct mark_work {
    uv_work_t work;
    struct daemon *d;
    struct ledger_mark mark;
    int rc;
    void (*written)(void *arg);
    void *arg;
};

static void mark_write_in_worker(uv_work_t *work) {
    struct mark_work *w = work->data;
    w->rc = store_mark_write(w->d->state_dir, &w->mark);
}

static void tell_failure(int rc) {
    static int told; /* one log line per change */
    if (rc < 0 && rc != told)
        log_core(PXED_LOG_ERROR, "store-mark",
                 "store.mark cannot be written: %s; an older copy of the store would not be noticed", strerror(-rc));
    told = rc;
}

static void written_in_worker(uv_work_t *work, int status) {
    struct mark_work *w = work->data;
    (void)status;
    tell_failure(w->rc);
    w->written(w->arg);
    free(w);
}

static void write_mark(void *arg, const struct ledger_mark *mark, void (*written)(void *arg), void *written_arg) {
    struct mark_work *w = pxed_xalloc(sizeof(*w));
    *w = (struct mark_work){.d = arg, .mark = *mark, .written = written, .arg = written_arg};
    w->work.data = w;
    if (uv_queue_work(w->d->loop, &w->work, mark_write_in_worker, written_in_worker) < 0) {
        written(written_arg);
        free(w);
    }
}

/* --- at start --- */

/* Counts hosts of the last good table that the store does not have. That table is written after their records. */
static size_t count_lost(struct daemon *d) {
    char path[PATH_MAX];
    struct pxed_arena arena = {0};
    size_t lost = 0;
    snprintf(path, sizeof(path), "%s/hosts.good", d->state_dir);
    struct pxed_slice rest = hostfile_slurp(path, GOOD_MAX, &arena), line;
    while ((line = pxed_slice_word(&rest, "\n")).len > 0) {
        struct hostfile_line host;
        if (hostfile_split(line, &arena, &host) || host.mac.len == 0)
            continue;
        const struct machine *m = machines_find(&d->machines, &host.mac);
        lost += !m || !m->held;
    }
    pxed_arena_clear(&arena);
    return lost;
}

static const char *find_fault(const struct daemon *d, const struct store_mark *file, size_t lost) {
    const struct machines *ms = &d->machines;
    if (ms->restored)
        return "the store was put back from a backup";
    if (file->there && ms->mark_version == 0)
        return "the store is new or lost";
    if (file->there && file->copied)
        return "the state folder was put back from a copy";
    if (file->there && memcmp(file->mark.id, ms->mark.id, sizeof(ms->mark.id)) != 0)
        return "the store is another one";
    if (file->there && ms->mark.counter < file->mark.counter)
        return "the store is older than what was done since";
    return lost > 0 ? "the store lacks hosts that were known" : NULL;
}

struct distrust {
    struct daemon *d;
    size_t armed, running;
};

static bool mark_distrust(void *arg, struct lifecycle_record *rec) {
    return lifecycle_distrust(rec, *(const int64_t *)arg);
}

static void distrust_one(void *arg, struct machine *m) {
    struct distrust *t = arg;
    enum lifecycle_state before = machine_rec(m)->state;
    int64_t now = clock_wall();
    if (!ledger_take(&t->d->machines, m, mark_distrust, &now))
        return;
    t->armed += before == LIFECYCLE_ARMED;
    t->running += before == LIFECYCLE_INSTALLING;
    journal_step(&t->d->machines, m,
                 before == LIFECYCLE_ARMED ? "not-armed" : lifecycle_state_names[machine_rec(m)->state],
                 PXED_WHY_STORE_OLD, NULL, clock_calendar());
}

void store_mark_start(struct daemon *d) {
    struct machines *ms = &d->machines;
    struct store_mark file;
    int rc = store_mark_read(d->state_dir, &file);
    if (rc < 0) {
        log_core(PXED_LOG_ERROR, "store-mark", "store.mark cannot be read: %s; the store is not trusted",
                 strerror(-rc));
        file = (struct store_mark){.there = true, .copied = true};
    }
    size_t lost = count_lost(d);
    const char *fault = find_fault(d, &file, lost);
    if (fault) {
        struct distrust t = {.d = d};
        d->guard.old = d->distrusted = true;
        d->counters[PXED_WHY_STORE_OLD]++;
        machines_each(ms, distrust_one, &t);
        log_core(
            PXED_LOG_ERROR, "store-old",
            "%s (STORE_OLD): %zu armings and %zu running installations ended, %zu hosts of the last good table are "
            "known, not armed; look at `pxed machines`, then `pxed arm HOST`, or `pxed arm --new` for blank disks",
            fault, t.armed, t.running, lost);
    }
    if (ms->mark_version == 0 && getrandom(ms->mark.id, sizeof(ms->mark.id), 0) != sizeof(ms->mark.id))
        abort(); /* without random numbers no store can be identified */
    if (file.there && file.mark.counter > ms->mark.counter)
        ms->mark.counter = file.mark.counter;
    if (fault || !file.there || ms->mark_version == 0)
        ms->mark_due = true;
    ledger_on_mark(ms, write_mark, d);
}
