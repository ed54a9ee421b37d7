/* Writes the table as host lines that hostfile.c can read. */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "beneath.h"
#include "context.h"
#include "log.h"

static void write_quoted(FILE *to, struct pxed_slice value) {
    putc_unlocked('"', to);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            putc_unlocked('"', to);
        putc_unlocked(value.ptr[i], to);
    }
    putc_unlocked('"', to);
}

/* Is this the content of an @FILE that a line cannot hold? Other content is kept, because the file may disappear. */
static bool stays_outside(const struct catalogue_host *h, const struct pxed_var *var) {
    struct pxed_slice value = var->value;
    bool line = value.ptr != NULL;
    for (size_t i = 0; i < value.len; i++)
        line &= (unsigned char)value.ptr[i] >= ' ' || value.ptr[i] == '\t';
    return catalogue_from(h, var) && !line;
}

static void write_host(FILE *to, const struct catalogue_host *h, struct pxed_arena *scratch) {
    char mac[PXED_MAC_TEXT];
    fprintf(to, "%s, %.*s", pxed_mac_text(&h->pub.macs[0], ":", mac), PXED_S(h->os->id.text));
    for (size_t i = 0; i < h->pub.n_vars; i++) { /* of sections: the ini still has them */
        const struct pxed_var *v = &h->pub.vars[i];
        bool answer = pxed_slice_is(v->key, "answer") && h->rare->answer;
        fprintf(to, ", %.*s=", PXED_S(v->key));
        if (stays_outside(h, v))
            write_quoted(to, pxed_slice_of(pxed_arena_printf(scratch, "@%s", catalogue_from(h, v))));
        else
            write_quoted(to, answer ? pxed_slice_of(h->rare->answer) : v->value);
    }
    putc_unlocked('\n', to);
}

static int write_table(const struct catalogue *c) {
    char path[PATH_MAX], temporary[PATH_MAX];
    snprintf(path, sizeof(path), "%s/hosts.good", c->settings.state);
    if (snprintf(temporary, sizeof(temporary), "%s/hosts.good.new", c->settings.state) >= (int)sizeof(temporary))
        return -ENAMETOOLONG;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* the lines have secrets */
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!to)
        return -errno;
    fprintf(to, "# the last good host table, written by pxed; read when the host file is broken at start\n");
    struct pxed_arena scratch = {0};
    for (size_t i = 0; i < c->n_hosts; i++)
        write_host(to, &c->hosts[i], &scratch);
    pxed_arena_clear(&scratch);
    bool ok = fflush(to) == 0 && fdatasync(fd) == 0;
    ok &= fclose(to) == 0;
    if (!ok || rename(temporary, path) < 0)
        return errno ? -errno : -EIO;
    return sync_folder(c->settings.state);
}

/* --- on a worker --- */

struct keep {
    uv_work_t work;
    struct daemon *d;
    struct catalogue *now, *next; /* referenced */
    int rc;
};

static void keep_tell(const struct daemon *d, int rc) {
    if (rc < 0)
        log_core(PXED_LOG_WARNING, "state", "cannot keep the host table in %s: %s", d->state_dir, strerror(-rc));
}

static void keep_write_in_worker(uv_work_t *work) {
    struct keep *k = work->data;
    k->rc = write_table(k->now);
}

static void keep_written(uv_work_t *work, int status);

static void keep_start(struct keep *k) {
    k->now = k->next;
    k->next = NULL;
    if (!k->now || uv_queue_work(k->d->loop, &k->work, keep_write_in_worker, keep_written) == 0)
        return;
    catalogue_unref(k->now);
    k->now = NULL;
}

static void keep_written(uv_work_t *work, int status) {
    struct keep *k = work->data;
    (void)status;
    keep_tell(k->d, k->rc);
    catalogue_unref(k->now);
    k->now = NULL;
    keep_start(k);
}

void keep_table(struct daemon *d, struct catalogue *c) {
    static struct keep keep; /* one file, one writer */
    if (!d->loop) {
        keep_tell(d, write_table(c));
        return;
    }
    keep.d = d;
    keep.work.data = &keep;
    if (keep.next)
        catalogue_unref(keep.next);
    keep.next = catalogue_ref(c);
    if (!keep.now)
        keep_start(&keep);
}
