/* The journal itself knows what was told. */
#include "told.h"

#include "clock.h"

void told_once(struct daemon *d, struct machine *m, const char *what, enum pxed_reason reason, const char *text) {
    unsigned n = 0;
    d->counters[reason]++;
    for (const struct journal_entry *e = m->steps.last; e && e->seq > machine_awake(m)->boot_seq;
         e = e->machine_older) {
        if (strcmp(e->what, what) != 0)
            continue;
        if (++n == TOLD_MOST || strcmp(journal_text(e), text) == 0)
            return;
    }
    journal_step(&d->machines, m, what, reason, text, clock_calendar());
}

const char *told_text(const struct machine *m, const char *what) {
    for (const struct journal_entry *e = m->steps.last; e && e->seq > machine_awake(m)->boot_seq; e = e->machine_older)
        if (strcmp(e->what, what) == 0)
            return journal_text(e);
    return NULL;
}
