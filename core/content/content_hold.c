/* What must be on disk before a content or its end leaves: the step of a script that installs, the use of an arming.
 * One commit serves all waiting contents. */
#include "content_hold.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "decide.h"
#include "ledger.h"
#include "pxed/arena.h"
#include "told.h"

enum { AGAIN_MS = 10 * 1000 };

/* A commit that a content waits for. The content may end before the commit does. */
struct hold {
    struct open_content *c; /* NULL: it has ended */
    struct daemon *d;
    struct machine *m;
    int64_t now;
    bool changed;
    enum lifecycle_state before;
    const char *path;
    /* who waits for what */
    bool feeds;
    bool opens; /* an installer, by the record as it will be */
    uint8_t token[16];
    void (*done)(void *arg, bool may_send);
    void *arg;
    /* HTTP: the content itself waits */
    uint64_t ticket;
};

static void leave_hold(struct open_content *c) {
    c->hold->c = NULL;
    c->hold = NULL;
}

static struct hold *new_hold(struct open_content *c, struct machine *m) {
    struct hold *h = pxed_xalloc(sizeof(*h));
    *h = (struct hold){.c = c, .d = c->daemon, .m = m, .now = clock_wall(), .feeds = c->feeds};
    memcpy(h->token, c->token, sizeof(h->token));
    h->path = pxed_xstrdup(pxed_slice_of(c->path));
    machines_pin(&h->d->machines, m, true);
    c->hold = h;
    c->leave_hold = leave_hold;
    return h;
}

static void free_hold(struct hold *h) {
    machines_pin(&h->d->machines, h->m, false);
    if (h->c)
        h->c->hold = NULL;
    free((char *)(uintptr_t)h->path);
    free(h);
}

/* --- steps --- */

/* Does the record of this boot say more than before it was noted? A machine that asks again and again is written once
 * in ten seconds: less than the pause after which its request begins another boot. */
static bool tells_more(const struct lifecycle_record *rec, const struct lifecycle_record *before) {
    return rec->judged != before->judged || rec->own_script != before->own_script ||
           rec->exits.good != before->exits.good || rec->exits.back != before->exits.back ||
           rec->exits.up != before->exits.up || rec->script_at / AGAIN_MS != before->script_at / AGAIN_MS;
}

static void note_boot(struct open_content *c, struct machine *m) {
    struct daemon *d = c->daemon;
    struct lifecycle_record before = *machine_rec(m);
    if (lifecycle_script_opens(machine_rec(m), clock_wall()))
        decide_power_on(d, m, false);
    machine_rec_edit(m)->judged = true;
    machine_rec_edit(m)->own_script |= c->note.own_script;
    if (c->note.reason == PXED_WHY_OK && !c->note.live)
        exits_forget(&machine_rec_edit(m)->exits);
    decide_step(d, &c->mac, PXED_STAGE_SCRIPT, PXED_WHY_OK, NULL, c->note.detail);
    if (c->note.reason != PXED_WHY_OK)
        decide_step(d, &c->mac, PXED_STAGE_LOCAL, c->note.reason, NULL, c->note.why);
    if (c->note.unused_config) /* explains to the operator why the file has no effect */
        decide_step(d, &c->mac, PXED_STAGE_NONE, PXED_WHY_OPERATOR_CONFIG, NULL, c->note.unused_config);
    if (tells_more(machine_rec(m), &before)) /* a step forward, or a new boot, has touched it already */
        machines_touch(&d->machines, m);
}

/* The first file of a boot is its stage; that the others were asked for is told beside it. */
static void note_step(struct open_content *c) {
    struct daemon *d = c->daemon;
    struct machine *m = decide_machine(d, &c->mac, NULL);
    if (c->note.also && machine_rec(m)->stage == c->note.stage)
        told_once(d, m, c->note.also, PXED_WHY_OK, c->note.detail);
    else
        decide_step(d, &c->mac, c->note.stage, PXED_WHY_OK, NULL, c->note.detail);
}

static int make_judged(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct hold *h = arg;
    (void)m;
    h->before = rec->state;
    h->changed = lifecycle_judge(rec, h->now);
    return h->changed;
}

/* Journals what a power-on means for a used arming. */
static void tell_judged(struct hold *h) {
    enum lifecycle_state state = machine_rec(h->m)->state;
    if (h->changed && state != h->before)
        journal_step(&h->d->machines, h->m, lifecycle_state_names[state],
                     state == LIFECYCLE_UNCONFIRMED ? PXED_WHY_INSTALL_UNCONFIRMED : PXED_WHY_OK, "it started again",
                     clock_calendar());
}

/* A boot from disk and a live system use no right: they are given even if what they tell cannot be written. */
static bool needs_record(const struct open_content *c) {
    return c->note.reason == PXED_WHY_OK && !c->note.live;
}

/* Records the request. GO; WAIT: `answered` is called with `h`; REFUSE: it is never called, and `h` is freed. */
static int hold_note(struct open_content *c, ledger_done *answered, struct hold **ret) {
    struct daemon *d = c->daemon;
    *ret = NULL;
    if (c->note.kind == CONTENT_NOTE_NOTHING)
        return PXED_HOLD_GO;
    if (c->note.kind == CONTENT_NOTE_STEP) {
        note_step(c);
        return PXED_HOLD_GO;
    }
    struct machine *m = decide_machine(d, &c->mac, NULL);
    bool judged = machine_rec(m)->judged && !lifecycle_script_opens(machine_rec(m), clock_wall());
    struct lifecycle_record copy = *machine_rec(m);
    bool law = !judged && m->held && lifecycle_judge(&copy, clock_wall());
    /* Asked again in the same boot, and all that is known of it is on disk: then this request tells nothing new. */
    bool known = judged && m->held && !m->dirty && !m->write && (machine_rec(m)->own_script || !c->note.own_script);
    note_boot(c, m);
    if (known)
        return PXED_HOLD_GO;
    if (!law && !needs_record(c))
        return PXED_HOLD_GO;
    struct hold *h = *ret = new_hold(c, m);
    h->opens = lifecycle_open(&copy);
    int rc =
        law ? ledger_commit(&d->machines, &m, 1, make_judged, answered, h) : ledger_flush(&d->machines, answered, h);
    if (rc < 0) {
        free_hold(h);
        *ret = NULL;
        return needs_record(c) ? PXED_HOLD_REFUSE : PXED_HOLD_GO;
    }
    return PXED_HOLD_WAIT;
}

static void tell_unwritten(struct daemon *d, const struct pxed_hwaddr *mac) {
    decide_step(d, mac, PXED_STAGE_LOCAL, PXED_WHY_STORE_CANNOT_WRITE, NULL, NULL);
}

/* What it was given for was taken away while it waited: disarmed, expired, its line removed. */
static bool is_over(const struct hold *h) {
    return h->opens && !lifecycle_open(machine_rec(h->m));
}

/* --- HTTP: the content is sent once the request is recorded --- */

/* Sends a boot from disk: otherwise an installer would run without the server knowing. */
static void give_disk(struct open_content *c, enum pxed_reason why) {
    if (c->pub.kind == PXED_CONTENT_CGI)
        c->pub.cgi = NULL;
    boot_refuse(c->boot, why);
    content_set_text(c, boot_write(c->boot, &c->arena), "text/plain");
}

static void hold_noted(void *arg, int result) {
    struct hold *h = arg;
    struct open_content *c = h->c;
    void *later_arg = NULL;
    pxed_open_fn *later = content_take_pending(h->d, h->ticket, &later_arg);
    if (result == 0)
        tell_judged(h);
    else if (c && needs_record(c))
        tell_unwritten(c->daemon, &c->mac);
    if (c && needs_record(c) && (result != 0 || is_over(h)))
        give_disk(c, result != 0 ? PXED_WHY_STORE_CANNOT_WRITE : PXED_WHY_NOT_ARMED);
    free_hold(h);
    if (later)
        later(later_arg, PXED_WHY_OK, &c->pub);
    else if (c)
        c->pub.release(&c->pub, false);
}

bool content_release_when_noted(struct open_content *c, struct opening *o) {
    struct hold *h;
    int hold = hold_note(c, hold_noted, &h);
    if (hold == PXED_HOLD_REFUSE) {
        tell_unwritten(c->daemon, &c->mac);
        give_disk(c, PXED_WHY_STORE_CANNOT_WRITE);
    }
    if (hold != PXED_HOLD_WAIT)
        return true;
    content_pend(c->daemon, o);
    h->ticket = o->ticket;
    return false;
}

/* --- TFTP: the content waits after the first ACK --- */

static void heard_and_noted(void *arg, int result) {
    struct hold *h = arg;
    void (*done)(void *, bool) = h->c ? h->done : NULL;
    void *done_arg = h->arg;
    bool may_send = (result == 0 && !is_over(h)) || (h->c && !needs_record(h->c));
    if (result == 0)
        tell_judged(h);
    else if (h->c && !may_send)
        tell_unwritten(h->d, &h->c->mac);
    free_hold(h);
    if (done)
        done(done_arg, may_send);
}

static int hold_heard(struct pxed_content *pub, void (*done)(void *arg, bool may_send), void *arg) {
    struct open_content *c = (struct open_content *)pub;
    struct hold *h;
    int hold = hold_note(c, heard_and_noted, &h);
    if (h && hold == PXED_HOLD_WAIT) {
        h->done = done;
        h->arg = arg;
    }
    if (hold == PXED_HOLD_REFUSE)
        tell_unwritten(c->daemon, &c->mac);
    return hold;
}

/* --- the end of a content that uses up an arming --- */

static bool same_arming(const struct lifecycle_record *rec, const uint8_t token[16]) {
    return lifecycle_open(rec) && memcmp(rec->token, token, sizeof(rec->token)) == 0;
}

static int make_settled(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct hold *h = arg;
    (void)m;
    if (!same_arming(rec, h->token)) /* disarmed or armed again during the transfer */
        return -EPERM;
    h->changed = h->feeds ? lifecycle_fed(rec) : lifecycle_delivered(rec, h->now);
    return h->changed;
}

static void hold_settled(void *arg, int result) {
    struct hold *h = arg;
    struct daemon *d = h->d;
    char detail[256];
    void (*done)(void *, bool) = h->c ? h->done : NULL;
    void *done_arg = h->arg;
    if (result == 0 && h->changed && !h->feeds) {
        snprintf(detail, sizeof(detail), "the right to write is used up by %s", h->path);
        journal_step(&d->machines, h->m, "spent", PXED_WHY_OK, detail, clock_calendar());
        ledger_flush(&d->machines, NULL, NULL);
    } else if (result < 0 && result != -EPERM) {
        decide_step(d, &h->m->mac, PXED_STAGE_NONE, PXED_WHY_STORE_CANNOT_WRITE, NULL, h->path);
    }
    free_hold(h);
    if (done)
        done(done_arg, result == 0);
}

static int hold_settle(struct pxed_content *pub, void (*done)(void *arg, bool may_send), void *arg) {
    struct open_content *c = (struct open_content *)pub;
    struct daemon *d = c->daemon;
    struct machine *m = decide_find(d, &c->mac, NULL);
    if (!m || !same_arming(machine_rec(m), c->token))
        return PXED_HOLD_REFUSE;
    if (machine_rec(m)->state != LIFECYCLE_ARMED || (c->feeds && !c->spends && machine_rec(m)->fed))
        return PXED_HOLD_GO; /* already used up: a retry within the same boot */
    struct hold *h = new_hold(c, m);
    h->feeds = !c->spends;
    h->done = done;
    h->arg = arg;
    int rc = ledger_commit(&d->machines, &m, 1, make_settled, hold_settled, h);
    if (rc < 0) {
        free_hold(h);
        decide_step(d, &c->mac, PXED_STAGE_NONE, PXED_WHY_STORE_CANNOT_WRITE, NULL, c->path);
        return PXED_HOLD_REFUSE;
    }
    return PXED_HOLD_WAIT;
}

void content_arm_holds(struct open_content *c) {
    if (c->via == PXED_VIA_TFTP && c->note.kind != CONTENT_NOTE_NOTHING)
        c->pub.heard = hold_heard;
    if (c->spends || c->feeds)
        c->pub.settle = hold_settle;
}
