/* Steps in two orders: of all machines and of each. Limits count steps and bytes; chatter makes room first. */
#include "journal.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "machines.h"
#include "pxed/arena.h"
#include "pxed/grow.h"

const char *const journal_counted[JOURNAL_COUNTED + 1] = {
    "discovered", "offered", "leased",     "loader",    "script", "kernel",      "answer",  "installer", "local",
    "refused",    "armed",   "installing", "installed", "failed", "unconfirmed", "stalled", "spent",     "disarmed",
};

/* Orders, and what became of them: who armed a host, and how its installation ended. */
static bool journal_stays(struct pxed_slice what) {
    static const char *const words[] = {
        "declared",   "armed",     "not-armed", "disarmed", "adopted", "spent",
        "installing", "installed", "failed",    "stalled",  "fed",     "unconfirmed",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (pxed_slice_is(what, words[i]))
            return true;
    return false;
}

/* The store has it until the next commit removes it. More than it may hold is left to the next start. */
static void journal_gone(struct journal *j, uint64_t seq) {
    if (seq > j->saved_seq || j->n_gone >= JOURNAL_STEPS)
        return;
    PXED_GROW(j->gone, j->n_gone);
    j->gone[j->n_gone++] = seq;
}

static struct journal_entry *next_passing(struct journal_entry *e) {
    while (e && e->stays)
        e = e->newer;
    return e;
}

static void part_unlink(struct journal_part *p, struct journal_entry *e) {
    *(e->machine_older ? &e->machine_older->machine_newer : &p->first) = e->machine_newer;
    *(e->machine_newer ? &e->machine_newer->machine_older : &p->last) = e->machine_older;
    p->n--;
    p->bytes -= e->len;
}

static void drop_entry(struct journal *j, struct journal_entry *e) {
    if (j->passing == e)
        j->passing = next_passing(e->newer);
    *(e->older ? &e->older->newer : &j->first) = e->newer;
    *(e->newer ? &e->newer->older : &j->last) = e->older;
    j->n--;
    j->bytes -= e->len;
    part_unlink(&e->machine->steps, e);
    free(e);
}

static void push_out(struct journal *j, struct journal_entry *e) {
    journal_gone(j, e->seq);
    drop_entry(j, e);
}

static struct journal_entry *part_oldest(const struct journal_part *p) {
    struct journal_entry *e = p->first;
    while (e && e->stays)
        e = e->machine_newer;
    return e ? e : p->first;
}

/* The newest step always stays. */
static void journal_make_room(struct journal *j, struct journal_part *p) {
    while (p->n > 1 && (p->n > JOURNAL_MACHINE_STEPS || p->bytes > JOURNAL_MACHINE_BYTES)) {
        struct journal_entry *e = part_oldest(p);
        push_out(j, e == p->last ? p->first : e);
    }
    while (j->n > 1 && (j->n > JOURNAL_STEPS || j->bytes > JOURNAL_BYTES))
        push_out(j, j->passing && j->passing != j->last ? j->passing : j->first);
}

static void part_append(struct journal_part *p, struct journal_entry *e) {
    e->machine_older = p->last;
    e->machine_newer = NULL;
    *(p->last ? &p->last->machine_newer : &p->first) = e;
    p->last = e;
    p->n++;
    p->bytes += e->len;
}

void journal_append(struct machines *ms, struct machine *m, struct pxed_slice what, enum pxed_reason reason,
                    struct pxed_slice text, uint64_t seq, int64_t at) {
    struct journal *j = &ms->journal;
    text = pxed_slice_head(text, JOURNAL_TEXT_MAX);
    what = pxed_slice_head(what, JOURNAL_WHAT_MAX);
    struct journal_entry *e = pxed_xalloc(sizeof(*e) + what.len + text.len + 2);
    e->seq = seq;
    e->at = at;
    e->machine = m;
    e->reason = (uint16_t)reason;
    e->stays = journal_stays(what);
    memcpy(e->what, what.ptr, what.len);
    e->len = (uint32_t)text.len;
    e->text_at = (uint8_t)(what.len + 1);
    if (text.len > 0)
        memcpy(e->what + e->text_at, text.ptr, text.len);
    e->older = j->last;
    *(j->last ? &j->last->newer : &j->first) = e;
    j->last = e;
    if (!j->passing && !e->stays)
        j->passing = e;
    j->n++;
    j->bytes += e->len;
    j->seq = seq;
    part_append(&m->steps, e);
    journal_make_room(j, &m->steps);
}

void journal_move(struct machines *ms, struct machine *from, struct machine *to) {
    struct journal_entry *a = from->steps.first, *b = to->steps.first;
    from->steps = to->steps = (struct journal_part){0};
    while (a || b) { /* both lists are in order */
        struct journal_entry **pick = !b || (a && a->seq < b->seq) ? &a : &b, *e = *pick;
        *pick = e->machine_newer;
        e->machine = to;
        part_append(&to->steps, e);
    }
    journal_make_room(&ms->journal, &to->steps);
}

void journal_forget(struct machines *ms, struct machine *m) {
    while (m->steps.first)
        drop_entry(&ms->journal, m->steps.first);
}

void journal_removed(struct journal *j, size_t n) {
    j->n_gone -= n;
    if (j->n_gone > 0)
        memmove(j->gone, j->gone + n, j->n_gone * sizeof(*j->gone));
}

void journal_free(struct journal *j) {
    free(j->gone);
}

void journal_step(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason, const char *text,
                  int64_t now) {
    for (size_t i = 0; i < JOURNAL_COUNTED; i++)
        ms->journal.counts[i] += strcmp(what, journal_counted[i]) == 0;
    journal_append(ms, m, pxed_slice_of(what), reason, pxed_slice_of(text ? text : ""), ms->journal.seq + 1, now);
    if (m->declared || reason != PXED_WHY_OK) {
        enum pxed_log_level level = pxed_reason_is_fault(reason) ? PXED_LOG_WARNING
                                    : m->declared                ? PXED_LOG_INFO
                                                                 : PXED_LOG_DEBUG;
        char mac[PXED_MAC_TEXT];
        if (log_wants(level))
            log_core(level, what, "mac=%s%s%s%s%s", pxed_mac_text(&m->mac, ":", mac), reason ? " reason=" : "",
                     reason ? pxed_reason_name(reason) : "", text && *text ? " " : "", text ? text : "");
    }
}
