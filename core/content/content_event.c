/* /boot/event: reports of installers. Answered once they are on disk; no event ever arms. */
#include "content_event.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalogue_os.h"
#include "clock.h"
#include "content_who.h"
#include "decide.h"
#include "ledger.h"
#include "pxed/path.h"

/* FAILED_BODY, BODY: bytes of a body that are kept. BURST, EVENT_MS: so many events of one machine at once, and then
 * one in this time; an installation has a few dozen. */
enum { FAILED_BODY = 64 * 1024, BODY = 4096, BURST = 60, EVENT_MS = 1000 };

static void release_answer(struct pxed_content *c, bool whole) {
    (void)whole;
    content_free((struct open_content *)c);
}

static struct pxed_slice query_word(const struct lookup *l, const char *key, char *text, size_t size) {
    struct pxed_slice raw;
    struct pxed_buf b = {text, size, 0};
    if (!pxed_query_get(l->request->query, key, &raw) || !pxed_percent_decode(raw, true, &b) || pxed_buf_full(&b))
        return PXED_NO_SLICE;
    return pxed_buf_slice(&b);
}

/* [a-z0-9-]{1,32}; in a reason also upper case and `_`. */
static bool is_word(struct pxed_slice w, bool reason) {
    for (size_t i = 0; i < w.len; i++) {
        char c = w.ptr[i];
        bool ok =
            (c >= 'a' && c <= 'z') || pxed_is_digit(c) || c == '-' || (reason && ((c >= 'A' && c <= 'Z') || c == '_'));
        if (!ok)
            return false;
    }
    return w.len >= 1 && w.len <= 32;
}

static enum pxed_reason reason_of(struct pxed_slice word) {
    enum pxed_reason why;
    return pxed_reason_find(word, &why) && why != PXED_WHY_OK ? why : PXED_WHY_INSTALL_FAILED;
}

/* An event being written to disk. */
struct event {
    struct daemon *d;
    struct machine *m;
    uint64_t ticket;
    struct open_content *answer;
    struct pxed_arena arena;
    struct pxed_slice stage, reason, body;
    const struct pxed_step *steps;
    bool changed, cleared; /* cleared: the installer had started to write the disk */
    bool repeated;         /* what the machine had reported last */
    int64_t now;
};

static void free_event(struct event *e) {
    machines_pin(&e->d->machines, e->m, false);
    pxed_arena_clear(&e->arena);
    free(e);
}

/* Of a body is kept, as the journal writes it: all of the one report of a failure, of other changes less, of a
 * repetition nothing. */
static void journal_event(struct event *e) {
    bool failed = pxed_slice_is(e->stage, "failed");
    struct pxed_slice body = e->changed ? pxed_slice_trim(e->body) : PXED_NO_SLICE;
    size_t room = (failed ? FAILED_BODY : BODY) + 256;
    struct pxed_buf b = {pxed_xalloc(room), room, 0};
    enum pxed_reason why = failed ? reason_of(e->reason) : PXED_WHY_OK;
    if (e->reason.len > 0) {
        pxed_buf_str(&b, "reason=");
        pxed_buf_add(&b, e->reason);
    }
    if (failed && e->changed && e->cleared)
        pxed_buf_str(&b, b.len > 0 ? " disk already cleared" : "disk already cleared");
    if (body.len > 0) {
        pxed_buf_str(&b, b.len > 0 ? " body=\"" : "body=\"");
        pxed_buf_escaped(&b, body);
        pxed_buf_byte(&b, '"');
    }
    journal_step(&e->d->machines, e->m, e->stage.ptr, why, pxed_buf_cstr(&b), clock_calendar());
    if (failed && e->changed)
        machine_rec_edit(e->m)->reason = why;
    free(b.ptr);
}

static int make_event(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct event *e = arg;
    (void)m;
    e->cleared = rec->on_disk;
    e->repeated = rec->state == LIFECYCLE_INSTALLING && rec->reported &&
                  (pxed_slice_is(e->stage, "installing") || pxed_slice_is(e->stage, rec->step));
    lifecycle_event(rec, e->stage, e->reason, e->steps, e->now, &e->changed);
    return e->changed;
}

/* Is there no step of this name yet? A report that changes nothing is told of once. */
static bool never_told(const struct event *e) {
    const struct journal_entry *last = e->m->steps.last;
    while (last && !pxed_slice_is(e->stage, last->what) && last->machine_older)
        last = last->machine_older;
    return !last || !pxed_slice_is(e->stage, last->what);
}

static void event_written(void *arg, int result) {
    struct event *e = arg;
    void *later_arg = NULL;
    struct daemon *d = e->d;
    pxed_open_fn *later = content_take_pending(d, e->ticket, &later_arg);
    struct open_content *answer = e->answer;
    if (result == 0) {
        if (pxed_slice_is(e->stage, "installing")) {
            lifecycle_stage(machine_rec_edit(e->m), PXED_STAGE_INSTALLER, PXED_WHY_OK, e->now);
            hardware_read(&machine_rec_edit(e->m)->hardware, e->body);
        }
        if (e->changed ? !e->repeated : never_told(e))
            journal_event(e);
        machines_touch(&d->machines, e->m);
    } else {
        d->counters[PXED_WHY_STORE_FAILED]++;
    }
    free_event(e);
    if (!later || result != 0)
        content_free(answer);
    if (later)
        later(later_arg, result == 0 ? PXED_WHY_OK : PXED_WHY_STORE_FAILED, result == 0 ? &answer->pub : NULL);
}

/* A token bucket in one number: the time at which it is full again. How an installation ends is always heard. */
static bool event_allowed(struct event *e) {
    struct machine *m = e->m;
    int64_t full = machine_awake(m)->events_full_at > e->now ? machine_awake(m)->events_full_at : e->now;
    bool ends = e->changed && (pxed_slice_is(e->stage, "installed") || pxed_slice_is(e->stage, "failed"));
    if (!ends && full - e->now > (int64_t)(BURST - 1) * EVENT_MS)
        return false;
    machine_edit(m)->events_full_at = full + EVENT_MS;
    return true;
}

/* Finds the event's machine, and checks whether the client may report for it. */
static enum pxed_reason judge_event(struct lookup *l, struct event *e, const struct catalogue_host **ret_host) {
    struct pxed_hwaddr mac;
    enum pxed_reason why = lookup_query_mac(l, &mac);
    if (why != PXED_WHY_OK)
        return why;
    struct machine *m = decide_find(l->d, &mac, ret_host);
    bool runs = m && machine_rec(m)->state == LIFECYCLE_INSTALLING; /* its line may have been removed meanwhile */
    if (!m || (!*ret_host && !runs))
        return PXED_WHY_UNKNOWN_MACHINE;
    char stage_text[64], reason_text[64];
    struct pxed_slice stage = query_word(l, "stage", stage_text, sizeof(stage_text));
    struct pxed_slice reason = query_word(l, "reason", reason_text, sizeof(reason_text));
    if (!is_word(stage, false) || (reason.len > 0 && !is_word(reason, true)))
        return PXED_WHY_BAD_STAGE;
    e->m = l->target = m;
    e->stage = pxed_arena_dup(&e->arena, stage);
    e->reason = pxed_arena_dup(&e->arena, reason);
    e->body = pxed_arena_dup(&e->arena, l->request->body);
    if (l->token && l->token != m)
        return PXED_WHY_EVENT_FOREIGN;
    return believe_may(content_who(l, m, *ret_host, &mac), BELIEVE_EVENT).why;
}

/* The event may outlive the generation that the profile belongs to. */
static const struct pxed_step *keep_steps(const struct pxed_profile *profile, struct pxed_arena *arena) {
    size_t n = 0;
    while (profile && profile->steps && profile->steps[n].name)
        n++;
    struct pxed_step *steps = PXED_NEWS(arena, struct pxed_step, n + 1);
    for (size_t i = 0; i < n; i++)
        steps[i] = (struct pxed_step){pxed_arena_dup(arena, pxed_slice_of(profile->steps[i].name)).ptr,
                                      profile->steps[i].disk};
    return steps;
}

bool content_event(struct lookup *l, struct opening *o) {
    struct daemon *d = l->d;
    struct event *e = pxed_xalloc(sizeof(*e));
    const struct catalogue_host *host = NULL;
    *e = (struct event){.d = d, .now = clock_wall()};
    o->reason = judge_event(l, e, &host);
    if (o->reason == PXED_WHY_OK && !l->wait) {
        const struct catalogue_os *os =
            host ? decide_os(d, host, machine_rec(e->m), &e->arena)
                 : catalogue_os_make(d->catalogue, &d->plugins, pxed_slice_of(machine_rec(e->m)->os), &e->arena);
        struct lifecycle_record copy = *machine_rec(e->m);
        e->steps = keep_steps(os->profile, &e->arena);
        o->reason = lifecycle_event(&copy, e->stage, e->reason, e->steps, e->now, &e->changed);
        if (o->reason == PXED_WHY_OK && !event_allowed(e))
            o->reason = PXED_WHY_EVENT_RATE;
    }
    if (o->reason != PXED_WHY_OK || l->wait) {
        pxed_arena_clear(&e->arena);
        free(e);
        return true;
    }
    machines_pin(&d->machines, e->m, true);
    e->answer = content_new(l);
    e->answer->mac = e->m->mac;
    e->answer->pub.release = release_answer;
    content_set_text(e->answer, PXED_SLICE("ok\n"), "text/plain");
    content_pend(d, o);
    e->ticket = o->ticket;
    if (ledger_commit(&d->machines, &e->m, 1, make_event, event_written, e) == 0)
        return false;
    void *unused;
    content_take_pending(d, o->ticket, &unused);
    content_free(e->answer);
    free_event(e);
    o->reason = PXED_WHY_STORE_FAILED;
    return true;
}
