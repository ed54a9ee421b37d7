/* Every commit passes through here, so that a failure is noticed in one place. */
#include "store_guard.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "pxed/arena.h"

enum { PROBE_MS = 2000 };

struct guarded {
    struct store_guard *guard;
    void (*done)(void *arg, int result);
    void *arg;
};

static void guard_note(struct store_guard *g, int result);

static void guard_probed(void *arg, int result) {
    guard_note(arg, result);
}

static void on_probe(uv_timer_t *timer) {
    struct store_guard *g = timer->data;
    struct pxed_put put = {"meta", PXED_SLICE("probe"), PXED_SLICE("can the store be written?"), PXED_STORE_ANY};
    int rc = g->inner->commit(g->inner->self, &put, 1, guard_probed, g);
    if (rc < 0)
        guard_note(g, rc);
}

static void guard_note(struct store_guard *g, int result) {
    bool failing = result < 0;
    if (failing == g->failing || result > 0) /* a conflict says nothing about the disk */
        return;
    g->failing = failing;
    if (g->has_loop && failing)
        uv_timer_start(&g->probe, on_probe, PROBE_MS, PROBE_MS);
    if (g->has_loop && !failing)
        uv_timer_stop(&g->probe);
    if (g->changed)
        g->changed(g->arg, failing);
}

static void guard_answered(void *arg, int result) {
    struct guarded w = *(struct guarded *)arg;
    free(arg);
    guard_note(w.guard, result);
    if (w.done)
        w.done(w.arg, result);
}

static int guard_commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result),
                        void *arg) {
    struct store_guard *g = self;
    struct guarded *w = pxed_xalloc(sizeof(*w));
    *w = (struct guarded){g, done, arg};
    int rc = g->inner->commit(g->inner->self, puts, n, guard_answered, w);
    if (rc < 0) {
        free(w);
        guard_note(g, rc);
    }
    return rc;
}

static int guard_load(void *self, const char *table,
                      void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version),
                      void *arg) {
    const struct store_guard *g = self;
    return g->inner->load(g->inner->self, table, row, arg);
}

static int guard_backup(void *self, void (*done)(void *arg, int result, const char *file), void *arg) {
    const struct pxed_store *inner = ((const struct store_guard *)self)->inner;
    if (inner->size < offsetof(struct pxed_store, backup) + sizeof(inner->backup) || !inner->backup)
        return -EOPNOTSUPP;
    return inner->backup(inner->self, done, arg);
}

static bool is_failing(void *self) {
    return ((const struct store_guard *)self)->failing;
}

static bool is_old(void *self) {
    return ((const struct store_guard *)self)->old;
}

void store_guard_init(struct store_guard *g, const struct pxed_store *inner, uv_loop_t *loop,
                      void (*changed)(void *arg, bool failing), void *arg) {
    *g = (struct store_guard){.inner = inner, .has_loop = loop != NULL, .changed = changed, .arg = arg};
    g->pub = (struct pxed_store){.size = sizeof(g->pub),
                                 .self = g,
                                 .load = guard_load,
                                 .commit = guard_commit,
                                 .failing = is_failing,
                                 .old = is_old,
                                 .backup = guard_backup};
    if (loop) {
        uv_timer_init(loop, &g->probe);
        g->probe.data = g;
    }
}

void store_guard_close(struct store_guard *g) {
    g->changed = NULL;
    if (g->has_loop && !uv_is_closing((uv_handle_t *)&g->probe))
        uv_close((uv_handle_t *)&g->probe, NULL);
    g->has_loop = false;
}
