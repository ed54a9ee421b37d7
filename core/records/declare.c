/* Puts a generation into force. The only place, besides `pxed arm`, that arms. */
#include "declare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "clock.h"
#include "decide.h"
#include "declare_away.h"
#include "held_names.h"
#include "keep.h"
#include "ledger.h"
#include "log.h"

void declare_secrets(struct declare_secrets *ret, size_t n) {
    if (getrandom(ret, n * sizeof(*ret), 0) != (ssize_t)(n * sizeof(*ret)))
        abort(); /* no secrets without random numbers */
}

void declare_arm(struct lifecycle_record *rec, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 const struct declare_secrets *secrets, struct pxed_slice by, int64_t now) {
    lifecycle_arm(rec, right, os, tries, secrets->token, by, now);
    memcpy(rec->account, secrets->account, sizeof(rec->account));
}

void declare_tell_armed(struct daemon *d, struct machine *m) {
    char text[256];
    static const uint64_t none[sizeof(machine_awake(m)->told) / sizeof(uint64_t)];
    struct machine_awake room;
    const struct machine_awake *known = machine_peek(m, &room);
    const struct lifecycle_record *r = &known->rec;
    if (memcmp(known->told, none, sizeof(none)) != 0)
        memset(machine_edit(m)->told, 0, sizeof(none));
    snprintf(text, sizeof(text), "os=%s right=%s by=\"%s\"%s", r->os, lifecycle_right_names[r->right], r->by,
             r->tries > 1 ? " more than one try" : "");
    journal_step(&d->machines, m, "armed", PXED_WHY_OK, text, clock_calendar());
}

/* --- known hosts: the current state of their lines --- */

static void set_line_os(struct lifecycle_record *rec, struct pxed_slice os) {
    snprintf(rec->line_os, sizeof(rec->line_os), "%.*s", PXED_S(os));
}

struct now_says {
    struct pxed_slice os;
    int64_t now;
};

static bool take_os(void *arg, struct lifecycle_record *rec) {
    const struct now_says *line = arg;
    if (pxed_slice_eq_nocase(line->os, pxed_slice_of(rec->line_os)))
        return false;
    set_line_os(rec, line->os);
    lifecycle_follow(rec, line->os, line->now);
    return true;
}

/* Nothing changed: so it is for most lines, at each start and reload. */
static bool follows(const struct machine *m, const struct catalogue_host *h) {
    bool now = false;
    struct machine_awake room;
    const struct lifecycle_record *rec = &machine_peek(m, &room)->rec;
    return !m->write && pxed_slice_eq_nocase(h->os->id.text, pxed_slice_of(rec->line_os)) &&
           lifecycle_had_name(rec, h->pub.name, &now) && now;
}

/* The line's OS id or name changed: an unused arming takes over the id. */
static void declare_follow(struct daemon *d, struct machine *m, const struct catalogue_host *h) {
    struct now_says line = {h->os->id.text, clock_wall()};
    char text[160], was[64];
    if (follows(m, h))
        return;
    snprintf(was, sizeof(was), "%s", machine_rec(m)->line_os);
    if (ledger_take(&d->machines, m, take_os, &line)) {
        snprintf(text, sizeof(text), "os=%.*s was=%s", PXED_S(line.os), was[0] ? was : "none");
        journal_step(&d->machines, m, "declared", PXED_WHY_OK, text, clock_calendar());
    }
    if (lifecycle_name(machine_rec_edit(m), h->pub.name))
        machines_touch(&d->machines, m);
}

/* --- hosts whose MAC has changed --- */

/* A known name under a MAC that was never seen. If a board was replaced it is the same host: its record moves. True:
 * not new. */
static bool name_is_known(struct daemon *d, const struct held_names *names, struct machine *m,
                          const struct catalogue_host *h) {
    const struct held_name *known = held_names_find(names, h->pub.name);
    struct machine *holder = known ? machines_find(&d->machines, &known->mac) : NULL;
    char text[512], before[PXED_MAC_TEXT], after[PXED_MAC_TEXT];
    if (!holder || holder == m)
        return false;
    snprintf(text, sizeof(text), "%.*s: MAC %s changed to %s (%s:%u): known, not armed", PXED_S(h->pub.name),
             pxed_mac_text(&holder->mac, ":", before), pxed_mac_text(&m->mac, ":", after), h->pub.file, h->pub.line);
    if (known->now && holder->held && !catalogue_find(d->catalogue, &holder->mac))
        ledger_move(&d->machines, holder, m);
    journal_step(&d->machines, m, "not-armed", PXED_WHY_NAME_KNOWN, text, clock_calendar());
    return true;
}

/* --- new lines --- */

struct new_line {
    struct machine *m;
    const struct catalogue_host *host; /* NULL: a further port of a host, only marked as known */
    enum pxed_reason why;              /* OK: it will be armed */
    enum lifecycle_right right;
    struct declare_secrets secrets;
};

struct declaring {
    struct daemon *d;
    struct catalogue *catalogue; /* referenced */
    struct new_line *lines;
    size_t n;
    size_t made;             /* make_known has processed the first `made` */
    struct held_names names; /* while it is found out which of the lines have a name that is known */
    uv_timer_t timer;        /* for that */
};

static void add_line(struct declaring *all, struct machine *m, const struct catalogue_host *host) {
    machines_pin(&all->d->machines, m, true);
    all->lines[all->n++] = (struct new_line){.m = m, .host = host};
}

/* Further ports are recorded as known too, so that swapping a host's ports arms nothing. */
static void find_new_ports(struct declaring *all, const struct catalogue_host *h) {
    for (size_t k = 1; k < h->pub.n_macs; k++) {
        struct machine *port = machines_get(&all->d->machines, &h->pub.macs[k]);
        if (!port->held)
            add_line(all, port, NULL);
    }
}

/* Collects hosts that are not in the store. */
static void find_new(struct declaring *all, const struct changes *changes) {
    struct daemon *d = all->d;
    for (size_t i = 0; i < changes_lines(all->catalogue, changes); i++) {
        const struct catalogue_host *h = changes_line(all->catalogue, changes, i);
        bool held = false;
        for (size_t k = 0; k < h->pub.n_macs; k++) {
            struct machine *port = machines_find(&d->machines, &h->pub.macs[k]);
            held |= port && port->held;
        }
        struct machine *m = machines_get(&d->machines, &h->pub.macs[0]);
        machines_declare(&d->machines, m, true);
        if (held) {
            if (!m->held)
                machines_hold(&d->machines, m, true);
            declare_follow(d, m, h);
        } else {
            add_line(all, m, h);
            held_names_want(&all->names, h->pub.name);
        }
        find_new_ports(all, h);
    }
}

/* A line whose name is known is not new. */
static void take_known_names(struct declaring *all) {
    struct machines *ms = &all->d->machines;
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct new_line l = all->lines[i];
        if (l.host && !l.m->held && name_is_known(all->d, &all->names, l.m, l.host)) {
            machines_hold(ms, l.m, true);
            declare_follow(all->d, l.m, l.host);
            machines_pin(ms, l.m, false);
        } else {
            all->lines[n++] = l;
        }
    }
    all->n = n;
    held_names_end(&all->names);
}

/* A line is read at once, a hook answers later: so where hooks are asked, orders alone arm. */
static enum lifecycle_mode arm_mode(const struct daemon *d, const struct settings *s) {
    return services_find(&d->services, "veto/1") ? LIFECYCLE_MODE_COMMAND : (enum lifecycle_mode)s->arm;
}

/* Decides which of them are armed, and why the others are not. */
static void judge_new(struct daemon *d, const struct catalogue *c, struct declaring *all) {
    const struct settings *s = &c->settings;
    size_t would = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct new_line *l = &all->lines[i];
        struct lifecycle_line line =
            l->host ? decide_line(l->host, l->host->os) : (struct lifecycle_line){.protect = true};
        would += lifecycle_new_line(&line, arm_mode(d, s), false, &l->right) == PXED_WHY_OK;
    }
    bool over = s->arm_limit > 0 && would > s->arm_limit;
    if (over) {
        d->counters[PXED_WHY_ARM_LIMIT] += would;
        log_core(PXED_LOG_ERROR, "arm-limit",
                 "%zu new hosts would be armed, arm-limit is %llu: none was; if they run already: `pxed adopt --new` "
                 "(known, not armed); if their disks are blank: `pxed arm --new`",
                 would, (unsigned long long)s->arm_limit);
    }
    for (size_t i = 0; i < all->n; i++) {
        struct new_line *l = &all->lines[i];
        if (!l->host)
            continue;
        struct lifecycle_line line = decide_line(l->host, l->host->os);
        l->why = lifecycle_new_line(&line, arm_mode(d, s), over, &l->right);
        if (l->why == PXED_WHY_OK && d->distrusted) /* the store was lost: the host may be installed */
            l->why = PXED_WHY_STORE_OLD;
    }
}

/* The kernel is asked once for several. */
static void take_secrets(struct declaring *all) {
    struct declare_secrets some[DECLARE_SECRETS_MAX];
    size_t left = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (!all->lines[i].host || all->lines[i].why != PXED_WHY_OK)
            continue;
        if (left == 0)
            declare_secrets(some, left = DECLARE_SECRETS_MAX);
        all->lines[i].secrets = some[--left];
    }
}

static bool is_held_new(enum pxed_reason why) {
    return why == PXED_WHY_ARM_LIMIT || why == PXED_WHY_ARM_COMMAND || why == PXED_WHY_ANSWER_UNGUARDED ||
           why == PXED_WHY_STORE_OLD;
}

static int make_known(void *arg, struct machine *m, struct lifecycle_record *rec) {
    struct declaring *all = arg;
    const struct new_line *l = &all->lines[all->made++];
    if (m->held)
        return 0;
    if (!l->host)
        return 1;
    set_line_os(rec, l->host->os->id.text);
    lifecycle_name(rec, l->host->pub.name);
    rec->held_new = is_held_new(l->why);
    if (l->why == PXED_WHY_OK)
        declare_arm(rec, l->right, l->host->os->id.text, 1, &l->secrets, PXED_SLICE("new line"), clock_wall());
    return 1;
}

static void tell_new(struct declaring *all) {
    struct daemon *d = all->d;
    for (size_t i = 0; i < all->n; i++) {
        const struct new_line *l = &all->lines[i];
        if (!l->host)
            continue;
        if (l->why == PXED_WHY_OK)
            declare_tell_armed(d, l->m);
        else
            journal_step(&d->machines, l->m, "not-armed", l->why, NULL, clock_calendar());
    }
}

static void declare_free(struct declaring *all) {
    free(all->lines);
    free(all);
}

static void declare_closed(uv_handle_t *timer) {
    declare_free(timer->data);
}

static void declare_end(struct declaring *all) {
    for (size_t i = 0; i < all->n; i++)
        machines_pin(&all->d->machines, all->lines[i].m, false);
    held_names_end(&all->names);
    catalogue_unref(all->catalogue);
    if (all->timer.data)
        uv_close((uv_handle_t *)&all->timer, declare_closed);
    else
        declare_free(all);
}

static void declare_declared(void *arg, int result) {
    struct declaring *all = arg;
    struct daemon *d = all->d;
    bool again = d->declare_again || all->catalogue != d->catalogue;
    d->declaring = NULL;
    d->declare_again = false;
    d->declare_whole = result != 0;
    if (result == 0) {
        d->distrusted = false;
        d->machines.mark_due |= d->machines.restored;
        d->machines.restored_ends |= d->machines.restored;
        d->machines.restored = false;
        tell_new(all);
        if (d->started_at > 0 || d->machines.mark_due) /* steps of a start are written while it answers */
            ledger_flush(&d->machines, NULL, NULL);
        keep_table(d, all->catalogue);
    } else {
        log_core(PXED_LOG_ERROR, "new-lines", "%zu new hosts could not be recorded, so none was armed: %s", all->n,
                 result == -EBUSY ? "another writer changed the store; only one pxed may use a state folder"
                                  : "the store cannot be written");
    }
    declare_end(all);
    if (again && !d->stopping)
        declare_hosts(d, d->catalogue, NULL);
}

static size_t count_ports(const struct catalogue *c, const struct changes *changes) {
    size_t n = 0;
    for (size_t i = 0; i < changes_lines(c, changes); i++)
        n += changes_line(c, changes, i)->pub.n_macs;
    return n;
}

static void write_new(struct declaring *all) {
    take_known_names(all);
    judge_new(all->d, all->catalogue, all);
    take_secrets(all);
    struct machine **list = pxed_xalloc((all->n + 1) * sizeof(*list));
    for (size_t i = 0; i < all->n; i++)
        list[i] = all->lines[i].m;
    int rc = ledger_commit(&all->d->machines, list, all->n, make_known, declare_declared, all);
    free(list);
    if (rc < 0)
        declare_declared(all, rc);
}

static void on_names(uv_timer_t *timer) {
    struct declaring *all = timer->data;
    struct daemon *d = all->d;
    if (d->stopping || all->catalogue != d->catalogue) { /* another generation: all of it counts */
        d->declaring = NULL;
        d->declare_again = false;
        declare_end(all);
        if (!d->stopping)
            declare_hosts(d, d->catalogue, NULL);
    } else if (held_names_collect(&all->names)) {
        write_new(all);
    } else {
        uv_timer_start(timer, on_names, 1, 0); /* 0 would come before what the loop has to read */
    }
}

/* A look at the names of many machines is spread over turns of the loop. */
static void declare_new(struct daemon *d, struct catalogue *c, const struct changes *changes) {
    struct declaring *all = pxed_xalloc(sizeof(*all));
    *all = (struct declaring){.d = d, .catalogue = catalogue_ref(c)};
    if (d->machines.n > 0) /* a store without machines holds no names */
        all->names.machines = &d->machines;
    all->lines = pxed_xalloc((count_ports(c, changes) + 1) * sizeof(*all->lines));
    d->declaring = all;
    find_new(all, changes);
    if (held_names_collect(&all->names)) {
        write_new(all);
        return;
    }
    uv_timer_init(d->loop, &all->timer);
    all->timer.data = all;
    uv_timer_start(&all->timer, on_names, 1, 0);
}

void declare_hosts(struct daemon *d, struct catalogue *c, const struct changes *changes) {
    if (d->declare_whole) /* what the last one could not write is no change any more */
        changes = NULL;
    declare_away(d, c, changes);
    if (d->declaring) {
        d->declare_again = true;
        ledger_flush(&d->machines, NULL, NULL);
        return;
    }
    declare_new(d, c, changes);
}
