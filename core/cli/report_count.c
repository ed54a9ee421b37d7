/* Follows each machine from power-on to the end of its installation. */
#include "report_count.h"

#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"
#include "pxed/slice.h"

const char *const report_stages[REPORT_STAGES] = {"discovered", "leased", "loader",     "script",
                                                  "kernel",     "answer", "installing", "installed"};
enum { STAGE_BEGIN = 0, STAGE_END = REPORT_STAGES - 1 };

struct report_machine {
    const char *mac, *os;      /* os: NULL, no installation runs */
    int64_t at[REPORT_STAGES]; /* 0: not reached in this boot */
};

/* Its place in the table by MAC, which is never full: the machine's number + 1, or 0 where it would stand. */
static uint32_t *slot_of(const struct report *r, const char *mac) {
    uint64_t at = pxed_hash(mac, strlen(mac), 0);
    while (r->by_mac[at & (r->table - 1)] && strcmp(r->machines[r->by_mac[at & (r->table - 1)] - 1].mac, mac) != 0)
        at++;
    return &r->by_mac[at & (r->table - 1)];
}

static void grow_table(struct report *r) {
    free(r->by_mac);
    r->table = r->table ? r->table * 2 : 1024;
    r->by_mac = pxed_xalloc(r->table * sizeof(*r->by_mac));
    for (size_t i = 0; i < r->n_machines; i++)
        *slot_of(r, r->machines[i].mac) = (uint32_t)i + 1;
}

static struct report_machine *machine_of(struct report *r, const char *mac) {
    if (r->n_machines * 2 >= r->table)
        grow_table(r);
    uint32_t *slot = slot_of(r, mac);
    if (*slot == 0) {
        PXED_GROW(r->machines, r->n_machines);
        r->machines[r->n_machines++] = (struct report_machine){.mac = pxed_arena_printf(&r->arena, "%s", mac)};
        *slot = (uint32_t)r->n_machines;
    }
    return &r->machines[*slot - 1];
}

static struct report_system *system_of(struct report *r, const char *os) {
    for (size_t i = 0; i < r->n_systems; i++)
        if (strcmp(r->systems[i].os, os) == 0)
            return &r->systems[i];
    PXED_GROW(r->systems, r->n_systems);
    struct report_system *s = &r->systems[r->n_systems++];
    *s = (struct report_system){.os = os};
    return s;
}

static void add_time(struct report_times *t, int64_t ms) {
    PXED_GROW(t->items, t->n);
    t->items[t->n++] = ms > 0 ? ms : 0;
}

static void add_failure(struct report *r, const struct report_step *step) {
    size_t i = 0;
    while (i < r->n_failures && strcmp(r->failures[i].reason, step->reason) != 0)
        i++;
    if (i == r->n_failures) {
        PXED_GROW(r->failures, r->n_failures);
        r->failures[r->n_failures++] =
            (struct report_failure){.reason = pxed_arena_printf(&r->arena, "%s", step->reason),
                                    .sentence = pxed_arena_printf(&r->arena, "%s", step->sentence)};
    }
    struct report_failure *f = &r->failures[i];
    const char *name = *step->name ? step->name : step->mac;
    f->times++;
    for (size_t k = 0; k < f->n_machines; k++)
        if (strcmp(f->machines[k], name) == 0)
            return;
    PXED_GROW(f->machines, f->n_machines);
    f->machines[f->n_machines++] = pxed_arena_printf(&r->arena, "%s", name);
}

/* Each stage's time is counted once the installation has ended well: a boot that came to nothing is a failure, and no
 * measure. */
static void count_stages(struct report *r, const struct report_machine *m) {
    int64_t before = 0;
    for (size_t i = 0; i < REPORT_STAGES; i++) {
        if (m->at[i] == 0)
            continue;
        if (before > 0)
            add_time(&r->stages[i], m->at[i] - before);
        before = m->at[i];
    }
}

static void end_installation(struct report *r, struct report_machine *m, const struct report_step *step, bool well) {
    struct report_system *s = system_of(r, m->os);
    int64_t began = 0;
    for (size_t i = 0; i < REPORT_STAGES && began == 0; i++)
        began = m->at[i];
    if (well) {
        r->installed++;
        m->at[STAGE_END] = step->at;
        add_time(&s->whole, step->at - began);
        count_stages(r, m);
    } else {
        r->failed++;
        s->failed++;
        add_failure(r, step);
    }
}

static bool is_end(const char *what) {
    return strcmp(what, "installed") == 0 || strcmp(what, "failed") == 0 || strcmp(what, "stalled") == 0 ||
           strcmp(what, "unconfirmed") == 0;
}

void report_take(struct report *r, const struct report_step *step, int64_t since) {
    struct report_machine *m = machine_of(r, step->mac);
    struct pxed_slice text = pxed_slice_of(step->text), begins = PXED_SLICE("install=");
    if (is_end(step->what)) {
        if (m->os && step->at >= since)
            end_installation(r, m, step, strcmp(step->what, "installed") == 0);
        *m = (struct report_machine){.mac = m->mac};
        return;
    }
    size_t stage = 0;
    while (stage < STAGE_END && strcmp(report_stages[stage], step->what) != 0)
        stage++;
    if (stage == STAGE_END)
        return;
    if (stage == STAGE_BEGIN)
        memset(m->at, 0, sizeof(m->at));
    if (m->at[stage] == 0)
        m->at[stage] = step->at;
    if (strcmp(step->what, "script") == 0 && pxed_slice_starts(text, begins)) {
        text = pxed_slice_skip(text, begins.len);
        m->os = pxed_arena_dup(&r->arena, pxed_slice_word(&text, " ")).ptr;
    }
}

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_os(const void *a, const void *b) {
    return strcmp(((const struct report_system *)a)->os, ((const struct report_system *)b)->os);
}

static int by_times(const void *a, const void *b) {
    size_t x = ((const struct report_failure *)a)->times, y = ((const struct report_failure *)b)->times;
    return (x < y) - (x > y);
}

static void sort_times(struct report_times *t) {
    if (t->n > 0)
        qsort(t->items, t->n, sizeof(*t->items), by_time);
}

void report_close(struct report *r) {
    for (size_t i = 0; i < r->n_machines; i++)
        r->running += r->machines[i].os != NULL;
    for (size_t i = 0; i < r->n_systems; i++)
        sort_times(&r->systems[i].whole);
    for (size_t i = 0; i < REPORT_STAGES; i++)
        sort_times(&r->stages[i]);
    if (r->n_systems > 0)
        qsort(r->systems, r->n_systems, sizeof(*r->systems), by_os);
    if (r->n_failures > 0)
        qsort(r->failures, r->n_failures, sizeof(*r->failures), by_times);
}

void report_free(struct report *r) {
    for (size_t i = 0; i < r->n_systems; i++)
        free(r->systems[i].whole.items);
    for (size_t i = 0; i < REPORT_STAGES; i++)
        free(r->stages[i].items);
    for (size_t i = 0; i < r->n_failures; i++)
        free(r->failures[i].machines);
    free(r->systems);
    free(r->failures);
    free(r->machines);
    free(r->by_mac);
    pxed_arena_clear(&r->arena);
}

int64_t report_median(const struct report_times *t) {
    return t->n > 0 ? t->items[(t->n - 1) / 2] : 0;
}

int64_t report_longest(const struct report_times *t) {
    return t->n > 0 ? t->items[t->n - 1] : 0;
}
