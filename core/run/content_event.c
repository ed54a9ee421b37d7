/* /boot/event: what installers report. Answered when it is on disk; no event ever arms. */
#include <stdio.h>
#include <stdlib.h>

#include "content.h"

struct event_wait {
    struct daemon *d;
    uint64_t ticket;
    struct open_content *answer;
};

/* Takes the ticket off the list; NULL if the client went away meanwhile. */
static pxed_open_fn *take_pending(struct daemon *d, uint64_t ticket, void **ret_arg) {
    for (struct pending **at = &d->pending; *at; at = &(*at)->next) {
        struct pending *p = *at;
        if (p->ticket != ticket)
            continue;
        pxed_open_fn *later = p->later;
        *ret_arg = p->arg;
        *at = p->next;
        free(p);
        return later;
    }
    return NULL;
}

static void release_answer(struct pxed_content *c, bool whole) {
    (void)whole;
    content_free((struct open_content *)c);
}

static void written(void *arg, int result) {
    struct event_wait *w = arg;
    void *later_arg = NULL;
    pxed_open_fn *later = take_pending(w->d, w->ticket, &later_arg);
    if (later && result == 0) {
        later(later_arg, PXED_WHY_OK, &w->answer->pub);
    } else {
        content_free(w->answer);
        if (later) {
            w->d->counters[PXED_WHY_STORE_FAILED]++;
            later(later_arg, PXED_WHY_STORE_FAILED, NULL);
        }
    }
    free(w);
}

static struct pxed_slice query_word(const struct lookup *l, const char *key, char *text, size_t size) {
    struct pxed_slice raw;
    struct pxed_buf b = {text, size, 0};
    if (!pxed_query_get(l->request->query, key, &raw) || !pxed_percent_decode(raw, true, &b) || pxed_buf_full(&b))
        return PXED_NO_SLICE;
    return pxed_buf_slice(&b);
}

/* [a-z0-9-]{1,32}, and for a reason's word upper case and `_` too. */
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
    for (unsigned r = 1; r < PXED_REASON_COUNT; r++)
        if (pxed_slice_is(word, pxed_reason_name((enum pxed_reason)r)))
            return (enum pxed_reason)r;
    return PXED_WHY_INSTALL_FAILED;
}

static void journal_event(const struct lookup *l, struct machine *m, struct pxed_slice stage, struct pxed_slice reason,
                          bool changed) {
    size_t room = l->request->body.len * 4 + 256; /* a byte may become \xNN */
    struct pxed_buf b = {pxed_xalloc(room), room, 0};
    bool failed = pxed_slice_is(stage, "failed");
    char what[40];
    snprintf(what, sizeof(what), "%.*s", PXED_S(stage));
    if (reason.len > 0) {
        pxed_buf_str(&b, "reason=");
        pxed_buf_add(&b, reason);
    }
    if (l->request->body.len > 0) {
        pxed_buf_str(&b, b.len > 0 ? " body=\"" : "body=\"");
        pxed_buf_escaped(&b, pxed_slice_trim(l->request->body));
        pxed_buf_byte(&b, '"');
    }
    if (!changed)
        pxed_buf_str(&b, b.len > 0 ? " (no change)" : "(no change)");
    machines_journal(&l->d->machines, m, what, failed ? reason_of(reason) : PXED_WHY_OK, pxed_buf_cstr(&b),
                     daemon_wall(l->d));
    if (failed && changed)
        m->rec.reason = reason_of(reason);
    free(b.ptr);
}

/* May this address speak for the machine? Its own, a live token, or the server itself. */
static bool may_report(const struct lookup *l, const struct machine *m, const struct catalogue_host *host) {
    const struct pxed_addr *peer = &l->request->peer;
    return l->token ? l->token == m : who_is_server(l->d, peer) || who_is_machine(l->d, m, host, peer);
}

static enum pxed_reason take(const struct lookup *l, struct machine **ret) {
    struct pxed_hwaddr mac;
    const struct catalogue_host *host;
    char stage_text[64], reason_text[64];
    struct pxed_arena scratch = {0};
    enum pxed_reason why = content_query_mac(l, &mac);
    if (why != PXED_WHY_OK)
        return why;
    const struct machine *known = machines_find(&l->d->machines, &mac);
    bool runs = known && known->rec.state == LIFECYCLE_INSTALLING; /* whose line may have been removed meanwhile */
    if (!catalogue_find(l->d->catalogue, &mac) && !runs)
        return PXED_WHY_UNKNOWN_MACHINE;
    struct machine *m = decide_machine(l->d, &mac, &host);
    struct pxed_slice stage = query_word(l, "stage", stage_text, sizeof(stage_text));
    struct pxed_slice reason = query_word(l, "reason", reason_text, sizeof(reason_text));
    if (!is_word(stage, false) || (reason.len > 0 && !is_word(reason, true)))
        return PXED_WHY_BAD_STAGE;
    if (!may_report(l, m, host))
        return PXED_WHY_EVENT_FOREIGN;
    const struct catalogue_os *os = host ? decide_os(l->d, host, m, &scratch)
                                         : catalogue_os_make(&l->d->plugins, pxed_slice_of(m->rec.os), &scratch);
    bool changed = false;
    why = lifecycle_event(&m->rec, stage, reason, os->profile ? os->profile->steps : NULL, daemon_wall(l->d), &changed);
    pxed_arena_clear(&scratch);
    if (why != PXED_WHY_OK)
        return why;
    if (pxed_slice_is(stage, "installing"))
        lifecycle_stage(&m->rec, PXED_STAGE_INSTALLER, PXED_WHY_OK, daemon_wall(l->d));
    journal_event(l, m, stage, reason, changed);
    machines_touch(&l->d->machines, m);
    *ret = m;
    return PXED_WHY_OK;
}

bool content_event(const struct lookup *l, enum pxed_reason *ret_why, pxed_open_fn *later, void *arg,
                   uint64_t *ret_ticket) {
    struct machine *m = NULL;
    *ret_why = take(l, &m);
    if (*ret_why != PXED_WHY_OK)
        return true;
    struct event_wait *w = pxed_xalloc(sizeof(*w));
    struct pending *p = pxed_xalloc(sizeof(*p));
    struct daemon *d = l->d;
    *p = (struct pending){++d->tickets, later, arg, d->pending};
    d->pending = p;
    *w = (struct event_wait){d, p->ticket, content_new(l)};
    w->answer->mac = m->rec.mac;
    w->answer->pub.release = release_answer;
    content_set_text(w->answer, PXED_SLICE("ok\n"), "text/plain");
    *ret_ticket = p->ticket;
    if (machines_flush(&d->machines, written, w) == 0)
        return false;
    void *unused;
    take_pending(d, w->ticket, &unused);
    content_free(w->answer);
    free(w);
    *ret_why = PXED_WHY_STORE_FAILED;
    return true;
}
