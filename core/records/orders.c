/* Checks each order for every host before anything changes; all of it is committed, or nothing. */
#include "orders.h"

#include <errno.h>
#include <stdlib.h>

#include "boot_plan.h"
#include "catalogue_os.h"
#include "clock.h"
#include "decide.h"
#include "declare.h"
#include "ledger.h"
#include "pxed/veto.h"

/* --- may it be armed? --- */

/* Calls `each` for every host of an order, with h NULL for one that is not declared. */
static void each_ordered(struct daemon *d, const struct pxed_arm_order *order,
                         void (*each)(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h),
                         void *arg) {
    for (size_t i = 0; i < order->n && !order->new_lines; i++)
        each(arg, &order->macs[i], catalogue_find(d->catalogue, &order->macs[i]));
    for (size_t i = 0; i < d->catalogue->n_hosts && order->new_lines; i++) {
        const struct catalogue_host *h = &d->catalogue->hosts[i];
        const struct machine *m = machines_find(&d->machines, &h->pub.macs[0]);
        if (m && machine_rec(m)->held_new)
            each(arg, &h->pub.macs[0], h);
    }
}

struct check {
    struct daemon *d;
    const struct pxed_arm_order *order;
    void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason);
    void *arg;
    bool over_limit;
    size_t n, refused;
};

static void count_one(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h) {
    (void)mac, (void)h;
    ((struct check *)arg)->n++;
}

struct recent {
    int64_t since;
    size_t n;
};

static void count_recent(void *arg, struct machine *m) {
    struct recent *r = arg;
    r->n += machine_rec(m)->right == LIFECYCLE_ANY && machine_rec(m)->armed_at > r->since;
}

/* arm-any-limit: a runaway script or a wrong wildcard erases a few machines, not the whole site. */
static bool over_any_limit(struct daemon *d, const struct pxed_arm_order *order, size_t n) {
    uint64_t limit, ms;
    if (order->new_lines || order->typed ||
        !settings_any_limit(pxed_slice_of(d->catalogue->settings.arm_any_limit), &limit, &ms) || limit == 0)
        return false;
    struct recent recent = {.since = clock_wall() - (int64_t)ms};
    machines_each(&d->machines, count_recent, &recent);
    return recent.n + n > limit;
}

/* Only what could be delivered now may be armed. */
static enum pxed_reason may_arm(struct daemon *d, const struct catalogue_host *h, const struct pxed_arm_order *order) {
    struct pxed_arena scratch = {0};
    struct pxed_slice looked_for;
    struct lifecycle_line line =
        decide_line(h, order->os.len > 0 ? catalogue_os_make(d->catalogue, &d->plugins, order->os, &scratch) : h->os);
    line.blind &= !order->new_lines; /* new lines need a guard; naming the disk is not enough */
    enum pxed_reason why = lifecycle_may_arm(&line);
    /* A new line gets the right `blank`, which needs an answer file with the guard. */
    if (why == PXED_WHY_OK && order->new_lines && !line.guarded)
        why = PXED_WHY_ANSWER_UNGUARDED;
    if (why == PXED_WHY_OK && !order->new_lines) {
        const struct machine *m = machines_find(&d->machines, &h->pub.macs[0]);
        struct lifecycle_record rec = m ? *machine_rec(m) : (struct lifecycle_record){.mac = h->pub.macs[0]};
        rec.state = LIFECYCLE_ARMED;
        rec.tries = 1;
        why = boot_ready(d, h, &rec, line.os, &scratch, &looked_for);
    }
    pxed_arena_clear(&scratch);
    return why;
}

static void check_one(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h) {
    struct check *w = arg;
    enum pxed_reason why = !h              ? PXED_WHY_UNKNOWN_MACHINE
                           : w->over_limit ? PXED_WHY_ARM_ANY_LIMIT
                                           : may_arm(w->d, h, w->order);
    if (why == PXED_WHY_OK)
        return;
    w->refused++;
    if (w->refusal)
        w->refusal(w->arg, mac, why);
}

size_t orders_check(void *self, const struct pxed_arm_order *order,
                    void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason), void *arg) {
    struct check w = {.d = self, .order = order, .refusal = refusal, .arg = arg};
    each_ordered(self, order, count_one, &w);
    w.over_limit = over_any_limit(self, order, w.n);
    each_ordered(self, order, check_one, &w);
    return w.refused;
}

/* --- arm --- */

struct arming {
    struct daemon *d;
    struct pxed_arena arena;
    struct machine **list;
    struct declare_secrets *secrets; /* one per host */
    size_t n, made;                  /* make_armed has processed the first `made` */
    struct pxed_slice os, who;       /* os empty: the line's */
    enum lifecycle_right right;
    unsigned tries;
    int64_t now, expires_at;
    void (*done)(void *arg, int result);
    void *arg;
};

static int make_armed(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct arming *a = arg;
    const struct catalogue_host *h = catalogue_find(a->d->catalogue, &m->mac);
    const struct declare_secrets *secrets = &a->secrets[a->made++];
    if (!h || h->pub.protect) /* changed since the order was given */
        return -EPERM;
    declare_arm(rec, a->right, a->os.len > 0 ? a->os : h->os->id.text, a->tries, secrets, a->who, a->now);
    rec->expires_at = a->expires_at;
    return 1;
}

static void order_armed(void *arg, int result) {
    struct arming *a = arg;
    for (size_t i = 0; i < a->n && result == 0; i++)
        declare_tell_armed(a->d, a->list[i]);
    if (result == 0)
        ledger_flush(&a->d->machines, NULL, NULL);
    a->done(a->arg, result);
    pxed_arena_clear(&a->arena);
    free(a);
}

static void add_ordered(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h) {
    struct arming *a = arg;
    (void)mac;
    declare_secrets(&a->secrets[a->n], 1);
    a->list[a->n++] = decide_machine(a->d, &h->pub.macs[0], NULL);
}

static void arm_now(struct daemon *d, const struct pxed_arm_order *order, void (*done)(void *arg, int result),
                    void *arg) {
    struct check count = {.n = 0};
    each_ordered(d, order, count_one, &count);
    struct arming *a = pxed_xalloc(sizeof(*a));
    *a = (struct arming){.d = d, .tries = order->tries, .now = clock_wall(), .done = done, .arg = arg};
    a->right = order->new_lines ? LIFECYCLE_BLANK : LIFECYCLE_ANY;
    int64_t valid = order->valid_ms ? (int64_t)order->valid_ms : (int64_t)d->catalogue->settings.arm_for;
    a->expires_at = a->right == LIFECYCLE_ANY && valid > 0 ? a->now + valid : 0;
    a->os = pxed_arena_dup(&a->arena, order->os);
    a->who = pxed_arena_dup(&a->arena, order->who);
    a->list = PXED_NEWS(&a->arena, struct machine *, count.n + 1);
    a->secrets = PXED_NEWS(&a->arena, struct declare_secrets, count.n + 1);
    each_ordered(d, order, add_ordered, a);
    int rc = ledger_commit(&d->machines, a->list, a->n, make_armed, order_armed, a);
    if (rc < 0)
        order_armed(a, rc);
}

/* An order that waits for the answers of hooks. Nothing of it is recorded yet. */
struct asking {
    struct daemon *d;
    struct pxed_arena arena;
    struct pxed_arm_order order;
    struct pxed_veto_host *hosts;
    size_t n, looked;
    bool other; /* the order is for other hosts by now */
    void (*done)(void *arg, int result);
    void *arg;
};

static void add_asked(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h) {
    struct asking *a = arg;
    struct pxed_slice os = a->order.os.len > 0 ? a->order.os : h->os->id.text;
    a->hosts[a->n++] = (struct pxed_veto_host){
        .mac = *mac, .name = pxed_arena_dup(&a->arena, h->pub.name), .os = pxed_arena_dup(&a->arena, os)};
}

static void is_asked(void *arg, const struct pxed_hwaddr *mac, const struct catalogue_host *h) {
    struct asking *a = arg;
    size_t at = a->looked++;
    a->other |= !h || at >= a->n || !pxed_hwaddr_eq(&a->hosts[at].mac, mac) ||
                !pxed_slice_eq(a->hosts[at].os, a->order.os.len > 0 ? a->order.os : h->os->id.text);
}

static void tell_vetoed(struct asking *a, enum pxed_reason why, const char *text) {
    for (size_t i = 0; i < a->n; i++)
        journal_step(&a->d->machines, decide_machine(a->d, &a->hosts[i].mac, NULL), "not-armed", why, text,
                     clock_calendar());
    a->d->counters[why] += a->n;
    ledger_flush(&a->d->machines, NULL, NULL);
}

/* What was true when it was ordered may have changed: a line was removed, another is new. */
static void on_veto(void *arg, enum pxed_reason why, const char *text) {
    struct asking *a = arg;
    if (why == PXED_WHY_OK)
        each_ordered(a->d, &a->order, is_asked, a);
    if (why != PXED_WHY_OK) {
        tell_vetoed(a, why, text);
        a->done(a->arg, why == PXED_WHY_HOOK_REFUSED ? -EACCES : -ETIMEDOUT);
    } else if (a->other || a->looked != a->n || orders_check(a->d, &a->order, NULL, NULL) > 0) {
        a->done(a->arg, -EPERM);
    } else {
        arm_now(a->d, &a->order, a->done, a->arg);
    }
    pxed_arena_clear(&a->arena);
    free(a);
}

static void ask_hooks(struct daemon *d, const struct pxed_veto_service *veto, const struct pxed_arm_order *order,
                      void (*done)(void *arg, int result), void *arg) {
    struct check count = {.n = 0};
    each_ordered(d, order, count_one, &count);
    struct asking *a = pxed_xalloc(sizeof(*a));
    *a = (struct asking){.d = d, .order = *order, .done = done, .arg = arg};
    struct pxed_hwaddr *macs = PXED_NEWS(&a->arena, struct pxed_hwaddr, order->n + 1);
    for (size_t i = 0; i < order->n; i++)
        macs[i] = order->macs[i];
    a->order.macs = macs;
    a->order.os = pxed_arena_dup(&a->arena, order->os);
    a->order.who = pxed_arena_dup(&a->arena, order->who);
    a->hosts = PXED_NEWS(&a->arena, struct pxed_veto_host, count.n + 1);
    each_ordered(d, order, add_asked, a);
    const struct pxed_veto_question question = {a->hosts, a->n, a->order.who, !order->new_lines};
    veto->ask(veto->self, &question, on_veto, a);
}

void orders_arm(void *self, const struct pxed_arm_order *order, void (*done)(void *arg, int result), void *arg) {
    struct daemon *d = self;
    const struct pxed_veto_service *veto = services_find(&d->services, "veto/1");
    if (orders_check(self, order, NULL, NULL) > 0)
        done(arg, -EPERM);
    else if (veto)
        ask_hooks(d, veto, order, done, arg);
    else
        arm_now(d, order, done, arg);
}

/* --- disarm, adopt: in force at once --- */

static bool take_unused(void *arg, struct lifecycle_record *rec) {
    return lifecycle_disarm(rec, *(const int64_t *)arg);
}

static void take_one(struct daemon *d, struct machine *m, const char *what, struct pxed_slice who) {
    int64_t now = clock_wall();
    struct pxed_arena scratch = {0};
    if (ledger_take(&d->machines, m, take_unused, &now))
        journal_step(&d->machines, m, what, PXED_WHY_OK, pxed_arena_printf(&scratch, "by=\"%.*s\"", PXED_S(who)),
                     clock_calendar());
    pxed_arena_clear(&scratch);
}

static void flush_order(struct daemon *d, void (*done)(void *arg, int result), void *arg) {
    int rc = ledger_flush(&d->machines, done, arg);
    if (rc < 0)
        done(arg, rc);
}

void orders_disarm(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                   void (*done)(void *arg, int result), void *arg) {
    struct daemon *d = self;
    for (size_t i = 0; i < n; i++) {
        struct machine *m = decide_find(d, &macs[i], NULL);
        if (m)
            take_one(d, m, "disarmed", who);
    }
    flush_order(d, done, arg);
}

void orders_adopt(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                  void (*done)(void *arg, int result), void *arg) {
    struct daemon *d = self;
    for (size_t i = 0; macs && i < n; i++) {
        struct machine *m = decide_find(d, &macs[i], NULL);
        if (m)
            take_one(d, m, "adopted", who);
    }
    for (size_t i = 0; !macs && i < d->catalogue->n_hosts; i++) {
        struct machine *m = decide_find(d, &d->catalogue->hosts[i].pub.macs[0], NULL);
        if (m && machine_rec(m)->held_new)
            take_one(d, m, "adopted", who);
    }
    flush_order(d, done, arg);
}

/* --- the end of an installation, reported by a person --- */

struct ending {
    struct daemon *d;
    struct machine *m;
    struct pxed_arena arena;
    struct pxed_slice stage, reason, who;
    bool changed;
    void (*done)(void *arg, int result);
    void *arg;
};

static int make_ended(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct ending *e = arg;
    (void)m;
    lifecycle_delivered(rec, clock_wall()); /* a person's report uses up an unused arming */
    lifecycle_event(rec, e->stage, e->reason, NULL, clock_wall(), &e->changed);
    return e->changed;
}

static void order_ended(void *arg, int result) {
    struct ending *e = arg;
    if (result == 0) {
        journal_step(&e->d->machines, e->m, e->stage.ptr,
                     pxed_slice_is(e->stage, "failed") ? PXED_WHY_INSTALL_FAILED : PXED_WHY_OK,
                     pxed_arena_printf(&e->arena, "%s%.*s%sby=\"%.*s\"%s", e->reason.len ? "reason=" : "",
                                       PXED_S(e->reason), e->reason.len ? " " : "", PXED_S(e->who),
                                       e->changed ? "" : " (no change)"),
                     clock_calendar());
        ledger_flush(&e->d->machines, NULL, NULL);
    }
    e->done(e->arg, result);
    pxed_arena_clear(&e->arena);
    free(e);
}

enum pxed_reason orders_event(void *self, const struct pxed_hwaddr *mac, struct pxed_slice stage,
                              struct pxed_slice reason, struct pxed_slice who, void (*done)(void *arg, int result),
                              void *arg) {
    struct daemon *d = self;
    struct machine *m = decide_find(d, mac, NULL);
    if (!m || !m->held)
        return PXED_WHY_UNKNOWN_MACHINE;
    if (!pxed_slice_is(stage, "installed") && !pxed_slice_is(stage, "failed"))
        return PXED_WHY_BAD_STAGE;
    struct ending *e = pxed_xalloc(sizeof(*e));
    *e = (struct ending){.d = d, .m = m, .done = done, .arg = arg};
    e->stage = pxed_arena_dup(&e->arena, stage);
    e->reason = pxed_arena_dup(&e->arena, reason);
    e->who = pxed_arena_dup(&e->arena, who);
    int rc = ledger_commit(&d->machines, &e->m, 1, make_ended, order_ended, e);
    if (rc < 0)
        order_ended(e, rc);
    return PXED_WHY_OK;
}
