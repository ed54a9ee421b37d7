/* Takes away what lines gave that are gone, or that arm nothing. */
#include "declare_away.h"

#include "clock.h"
#include "ledger.h"

static bool take_arming(void *arg, struct lifecycle_record *rec) {
    return (rec->state == LIFECYCLE_ARMED || rec->held_new) && lifecycle_disarm(rec, *(const int64_t *)arg);
}

struct removal {
    struct daemon *d;
    const struct catalogue *c;
};

/* A removed line ends an unused arming; a running installation continues. If the line comes back it arms nothing. After
 * a start no machine is marked as declared yet, so this also ends armings whose line was removed while the daemon was
 * down. */
static void remove_line(void *arg, struct machine *m) {
    struct removal *r = arg;
    const struct catalogue_host *h = catalogue_find(r->c, &m->mac);
    if (h && pxed_hwaddr_eq(&h->pub.macs[0], &m->mac))
        return;
    if (m->declared)
        machines_declare(&r->d->machines, m, false);
    int64_t now = clock_wall();
    if (ledger_take(&r->d->machines, m, take_arming, &now))
        journal_step(&r->d->machines, m, "disarmed", PXED_WHY_OK, "its line was removed", clock_calendar());
}

static bool take_protected(void *arg, struct lifecycle_record *rec) {
    return rec->state == LIFECYCLE_ARMED && lifecycle_disarm(rec, *(const int64_t *)arg);
}

static enum pxed_reason never_armed(const struct catalogue_host *h) {
    return pxed_slice_is(h->os->id.text, "local") ? PXED_WHY_OS_LOCAL
           : h->os->live                          ? PXED_WHY_OS_LIVE
           : h->pub.protect                       ? PXED_WHY_PROTECTED
                                                  : PXED_WHY_OK;
}

/* protect=yes, a live system, or the OS id `local`: takes an unused arming away for good. */
void declare_away(struct daemon *d, const struct catalogue *c, const struct changes *changes) {
    int64_t now = clock_wall();
    struct removal r = {d, c};
    if (!changes)
        machines_each(&d->machines, remove_line, &r);
    for (size_t i = 0; changes && i < changes->n_gone; i++) {
        struct machine *m = machines_find(&d->machines, &changes->before->hosts[changes->gone[i]].pub.macs[0]);
        if (m)
            remove_line(&r, m);
    }
    for (size_t i = 0; i < changes_lines(c, changes); i++) {
        const struct catalogue_host *h = changes_line(c, changes, i);
        enum pxed_reason why = never_armed(h);
        struct machine *m = why != PXED_WHY_OK ? machines_find(&d->machines, &h->pub.macs[0]) : NULL;
        if (m && ledger_take(&d->machines, m, take_protected, &now))
            journal_step(&d->machines, m, "disarmed", why, NULL, clock_calendar());
    }
}
