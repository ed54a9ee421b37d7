/* One commit at a time; what is requested meanwhile goes with the next. */
#include "ledger.h"

#include <errno.h>
#include <stdlib.h>

#include "ledger_mark.h"
#include "ledger_rows.h"
#include "packed.h"
#include "pxed/arena.h"
#include "record.h"

struct entry {
    struct machine **list;
    size_t n;
    ledger_make *make;
    ledger_done *done;
    void *arg;
    int result;
    struct entry *next;
};

/* One machine's record in the running commit. */
struct ledger_write {
    struct machine *m;
    const uint64_t *rec; /* packed: a thousand new hosts are one commit */
    bool made;           /* made by an entry: visible once on disk. Otherwise the record is in memory already */
    bool law;            /* raises the counter */
    bool was_dirty;      /* what was seen of it had not been written before */
    bool retaken;        /* a right was taken away while the commit was running */
    bool erase;
    struct ledger_write *next;
};

enum { WRITES_AT_ONCE = 256 };

struct ledger {
    struct machines *ms;
    const struct pxed_store *store;
    struct entry *first, *last; /* waiting */
    /* the running commit */
    bool in_flight;
    bool again;   /* more was requested than the running commit has */
    bool calling; /* from inside ledger_commit or ledger_flush */
    struct entry *going;
    struct ledger_write *writes;
    /* Writes come and go together: 10,000 of them, freed one by one among what stays, would leave their memory in use.
     */
    struct pxed_arena arena;
    struct ledger_write *spare; /* made, and not in use yet */
    size_t n_spare, n_made;     /* n_made: with the last of them */
    uint64_t journal_from;      /* saved_seq before the commit */
    size_t n_gone;              /* steps that it removes */
    bool law;
    void (*write_mark)(void *arg, const struct ledger_mark *mark, void (*written)(void *arg), void *written_arg);
    void *write_mark_arg;
};

enum { REC_WORDS = sizeof(struct lifecycle_record) / sizeof(uint64_t) };
_Static_assert(sizeof(struct lifecycle_record) % sizeof(uint64_t) == 0, "it is packed in words");

static const uint64_t *ledger_pack(struct ledger *l, const struct lifecycle_record *rec) {
    uint64_t packed[PACKED_MAX(REC_WORDS)];
    size_t n = packed_write(rec, REC_WORDS, packed);
    return memcpy(PXED_NEWS(&l->arena, uint64_t, n), packed, n * sizeof(*packed));
}

bool ledger_take(struct machines *ms, struct machine *m, ledger_taker *take, void *arg) {
    struct lifecycle_record rec = *machine_rec(m);
    bool changed = take(arg, &rec);
    if (changed)
        machines_set_record(ms, m, &rec);
    if (m->write && m->write->made) {
        packed_read(m->write->rec, REC_WORDS, &rec);
        if (take(arg, &rec)) {
            m->write->rec = ledger_pack(ms->ledger, &rec);
            m->write->retaken = changed = true;
        }
    }
    if (changed) {
        machines_touch(ms, m);
        m->dirty_law = true;
    }
    return changed;
}

/* --- one commit --- */

static struct ledger_write *new_write(struct ledger *l) {
    if (l->n_spare == 0) {
        l->n_spare = l->n_made = l->n_made == 0 ? 1 : l->n_made < WRITES_AT_ONCE ? l->n_made * 2 : WRITES_AT_ONCE;
        l->spare = PXED_NEWS(&l->arena, struct ledger_write, l->n_made);
    }
    return &l->spare[--l->n_spare];
}

static void free_writes(struct ledger *l) {
    pxed_arena_clear(&l->arena);
    l->n_spare = l->n_made = 0;
}

static struct ledger_write *write_of(struct ledger *l, struct machine *m) {
    if (m->write)
        return m->write;
    struct ledger_write *w = new_write(l);
    w->m = m;
    w->next = l->writes;
    l->writes = m->write = w;
    return w;
}

/* Makes all machines of the entry, or none. */
static void make_entry(struct ledger *l, struct entry *e) {
    const uint64_t **made = pxed_xalloc((e->n + 1) * sizeof(*made));
    struct machine_awake room;
    for (size_t i = 0; i < e->n && e->result == 0; i++) {
        struct machine *m = e->list[i];
        struct lifecycle_record rec;
        if (m->write)
            packed_read(m->write->rec, REC_WORDS, &rec);
        else
            rec = machine_peek(m, &room)->rec;
        int rc = e->make(e->arg, m, &rec);
        e->result = rc < 0 ? rc : 0;
        made[i] = rc > 0 ? ledger_pack(l, &rec) : NULL;
    }
    for (size_t i = 0; i < e->n && e->result == 0; i++) {
        if (!made[i])
            continue;
        struct ledger_write *w = write_of(l, e->list[i]);
        w->rec = made[i];
        w->made = w->law = true;
    }
    free(made);
}

static void ledger_gather(struct ledger *l) {
    struct machines *ms = l->ms;
    l->going = l->first;
    l->first = l->last = NULL;
    for (struct entry *e = l->going; e; e = e->next)
        make_entry(l, e);
    for (struct machine *m = ms->dirty, *next; m; m = next) {
        next = m->next_dirty;
        struct ledger_write *w = write_of(l, m);
        if (!w->rec)
            w->rec = ledger_pack(l, machine_rec(m));
        w->was_dirty = true;
        w->law |= m->dirty_law;
        w->erase = m->erase;
        m->dirty = m->dirty_law = false;
        m->next_dirty = NULL;
    }
    ms->dirty = NULL;
}

static void put_machines(struct ledger *l, struct ledger_rows *b) {
    char text[RECORD_TEXT_MAX], mac[PXED_MAC_TEXT];
    struct lifecycle_record rec;
    for (struct ledger_write *w = l->writes; w; w = w->next) {
        struct pxed_buf value = PXED_BUF(text);
        struct pxed_slice key = pxed_slice_of(pxed_mac_text(&w->m->mac, "-", mac));
        packed_read(w->rec, REC_WORDS, &rec);
        record_write(&rec, &value);
        l->law |= w->law;
        if (!w->erase || w->m->version > 0)
            ledger_rows_add(b, "machine", key, w->erase ? PXED_NO_SLICE : pxed_buf_slice(&value), w->m->version);
    }
}

/* Writes new steps of machines that are kept, and removes those that memory dropped: both have the same. Steps give no
 * right, so an older row with their number is replaced. */
static void put_journal(struct ledger *l, struct ledger_rows *b) {
    struct machines *ms = l->ms;
    struct journal *j = &ms->journal;
    struct journal_entry *e = j->last;
    for (size_t i = 0; i < j->n_gone; i++)
        ledger_rows_no_step(b, j->gone[i]);
    l->n_gone = j->n_gone;
    for (const struct ledger_write *w = l->writes; w; w = w->next)
        for (const struct journal_entry *old = w->m->move_steps ? w->m->steps.first : NULL; old;
             old = old->machine_newer)
            if (old->seq <= j->saved_seq)
                ledger_rows_step(b, old);
    while (e && e->older && e->seq > j->saved_seq)
        e = e->older;
    l->journal_from = j->saved_seq;
    for (; e; e = e->newer)
        if (e->seq > j->saved_seq && (e->machine->held || (e->machine->write && !e->machine->write->erase)))
            ledger_rows_step(b, e);
    j->saved_seq = j->seq;
}

static void put_mark(struct ledger *l, struct ledger_rows *b) {
    char text[96];
    struct pxed_buf value = PXED_BUF(text);
    struct ledger_mark next = l->ms->mark;
    next.counter++;
    ledger_mark_write(&next, &value);
    ledger_rows_add(b, "meta", PXED_SLICE("store"), pxed_buf_slice(&value), l->ms->mark_version);
    if (l->ms->restored_ends)
        ledger_rows_add(b, "meta", PXED_SLICE(LEDGER_RESTORED), PXED_NO_SLICE, PXED_STORE_ANY);
}

/* --- its answer --- */

static int ledger_send(struct ledger *l);

/* Requests made by the callbacks wait for the next commit. */
static void answer_entries(void *arg) {
    struct ledger *l = arg;
    struct entry *going = l->going;
    l->going = NULL;
    while (going) {
        struct entry *e = going;
        going = e->next;
        if (e->done && !l->calling)
            e->done(e->arg, e->result);
        for (size_t i = 0; i < e->n; i++)
            machines_pin(l->ms, e->list[i], false);
        free(e->list);
        free(e);
    }
    bool more = l->first || l->again;
    l->again = l->in_flight = false;
    if (more)
        ledger_send(l);
}

static void ledger_show(struct ledger *l, struct ledger_write *w) {
    struct machine *m = w->m;
    if (w->erase) {
        m->version = 0;
        m->erase = false;
        machines_hold(l->ms, m, false);
        return;
    }
    m->version++;
    m->move_steps = false;
    if (!m->held)
        machines_hold(l->ms, m, true);
    if (!w->made)
        return;
    struct lifecycle_record rec;
    packed_read(w->rec, REC_WORDS, &rec);
    lifecycle_sighted(&rec, machine_rec(m));
    machines_set_record(l->ms, m, &rec);
    if (l->ms->touched)
        l->ms->touched(l->ms->touched_arg, m);
    if (w->retaken)
        machines_dirty(l->ms, m, true);
}

/* What was seen or taken away goes with the next commit; what an entry made is dropped. */
static void keep_unwritten(struct ledger *l, struct ledger_write *w) {
    if (w->was_dirty)
        machines_dirty(l->ms, w->m, w->law);
}

static void ledger_answered(void *arg, int result) {
    struct ledger *l = arg;
    bool ok = result == PXED_STORE_OK;
    while (l->writes) {
        struct ledger_write *w = l->writes;
        l->writes = w->next;
        w->m->write = NULL;
        if (ok)
            ledger_show(l, w);
        else
            keep_unwritten(l, w);
    }
    free_writes(l);
    for (struct entry *e = l->going; e && !ok; e = e->next)
        e->result = result > 0 ? -EBUSY : result;
    if (!ok && l->journal_from < l->ms->journal.saved_seq)
        l->ms->journal.saved_seq = l->journal_from;
    if (ok)
        journal_removed(&l->ms->journal, l->n_gone);
    if (!ok || !l->law) {
        answer_entries(l);
        return;
    }
    l->ms->mark_due = l->ms->restored_ends = false;
    l->ms->mark.counter++;
    l->ms->mark_version++;
    if (l->write_mark)
        l->write_mark(l->write_mark_arg, &l->ms->mark, answer_entries, l);
    else
        answer_entries(l);
}

static bool somebody_waits(const struct ledger *l) {
    for (const struct entry *e = l->going; e; e = e->next)
        if (e->done)
            return true;
    return false;
}

/* 0, or the store's immediate error, after everyone has been informed. */
static int ledger_send(struct ledger *l) {
    struct ledger_rows b = {0};
    int rc = 0;
    l->law = false;
    l->in_flight = true;
    ledger_gather(l);
    put_machines(l, &b);
    put_journal(l, &b);
    l->law |= l->ms->mark_due;
    if (l->law)
        put_mark(l, &b);
    if (b.n > 0 || somebody_waits(l))
        rc = l->store->commit(l->store->self, b.items, b.n, ledger_answered, l);
    else
        ledger_answered(l, PXED_STORE_OK); /* only steps of undeclared machines */
    ledger_rows_free(&b);
    if (rc < 0)
        ledger_answered(l, rc);
    return rc;
}

/* --- called by others --- */

/* On an idle ledger an error is returned: `done` is never called from inside. */
static int ledger_submit(struct ledger *l, struct entry *e) {
    *(l->last ? &l->last->next : &l->first) = e;
    l->last = e;
    for (size_t i = 0; i < e->n; i++)
        machines_pin(l->ms, e->list[i], true);
    if (l->in_flight)
        return 0;
    l->calling = true;
    int rc = ledger_send(l);
    l->calling = false;
    return rc;
}

int ledger_commit(struct machines *ms, struct machine *const *list, size_t n, ledger_make *make, ledger_done *done,
                  void *arg) {
    struct entry *e = pxed_xalloc(sizeof(*e));
    *e = (struct entry){.n = n, .make = make, .done = done, .arg = arg};
    e->list = pxed_xalloc((n + 1) * sizeof(*e->list));
    if (n > 0)
        memcpy(e->list, list, n * sizeof(struct machine *));
    return ledger_submit(ms->ledger, e);
}

int ledger_flush(struct machines *ms, ledger_done *done, void *arg) {
    if (done)
        return ledger_commit(ms, NULL, 0, NULL, done, arg);
    ms->ledger->again |= ms->ledger->in_flight; /* the rest follows the running commit */
    if (ms->ledger->in_flight || (!ms->dirty && ms->journal.saved_seq == ms->journal.seq && !ms->mark_due))
        return 0;
    return ledger_send(ms->ledger);
}

size_t ledger_in_flight(const struct machines *ms) {
    return ms->ledger->in_flight;
}

void ledger_open(struct machines *ms, const struct pxed_store *store) {
    struct ledger *l = ms->ledger = pxed_xalloc(sizeof(*l));
    l->ms = ms;
    l->store = store;
}

void ledger_free(struct machines *ms) {
    struct ledger *l = ms->ledger;
    if (!l)
        return;
    for (struct entry *lists[] = {l->first, l->going, NULL}, **list = lists; list < lists + 2; list++)
        for (struct entry *e = *list, *next; e; e = next) {
            next = e->next;
            free(e->list);
            free(e);
        }
    free_writes(l);
    free(l);
    ms->ledger = NULL;
}

void ledger_on_mark(struct machines *ms,
                    void (*write)(void *arg, const struct ledger_mark *mark, void (*written)(void *arg),
                                  void *written_arg),
                    void *arg) {
    ms->ledger->write_mark = write;
    ms->ledger->write_mark_arg = arg;
}
