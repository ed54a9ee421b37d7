/* What ends by itself: an arming that nobody used, an installation that fell silent. */
#include "overdue.h"

#include "clock.h"
#include "ledger.h"

struct tick {
    struct daemon *d;
    int64_t now, timeout;
    int64_t next; /* the earliest that is due later */
};

static bool end_silent(void *arg, struct lifecycle_record *rec) {
    const struct tick *t = arg;
    return lifecycle_tick(rec, t->timeout, t->now);
}

static bool end_unused(void *arg, struct lifecycle_record *rec) {
    return lifecycle_expire(rec, ((const struct tick *)arg)->now);
}

static void tick_machine(void *arg, struct machine *m) {
    struct tick *t = arg;
    struct daemon *d = t->d;
    if (ledger_take(&d->machines, m, end_unused, t)) {
        machine_rec_edit(m)->reason = PXED_WHY_ARM_EXPIRED;
        journal_step(&d->machines, m, "not-armed", PXED_WHY_ARM_EXPIRED, NULL, clock_calendar());
    }
    if (!ledger_take(&d->machines, m, end_silent, t))
        return;
    enum pxed_reason why =
        machine_rec(m)->state == LIFECYCLE_STALLED ? PXED_WHY_INSTALL_STALLED : PXED_WHY_INSTALL_UNCONFIRMED;
    d->counters[why]++;
    journal_step(&d->machines, m, lifecycle_state_names[machine_rec(m)->state], why, NULL, clock_calendar());
}

static void look_ahead(void *arg, struct machine *m) {
    struct tick *t = arg;
    if (!m->awake && m->quiet && !m->write)
        return;
    int64_t due = lifecycle_due(machine_rec(m), t->timeout);
    if (due <= t->now || m->write) /* what is being written may have become due */
        tick_machine(t, m);
    due = lifecycle_due(machine_rec(m), t->timeout);
    if (due < t->next)
        t->next = due;
}

void overdue_end(struct daemon *d) {
    struct overdue *o = &d->overdue;
    struct tick t = {d, clock_wall(), (int64_t)d->catalogue->settings.install_timeout, INT64_MAX};
    bool same = o->n_set == d->machines.n_set && o->timeout == t.timeout;
    if (d->machines.n_open == 0 || (same && t.now < o->next))
        return;
    machines_each(&d->machines, look_ahead, &t);
    *o = (struct overdue){t.next, t.timeout, d->machines.n_set};
}
