/* Puts a generation into force. The only place, besides `pxed arm`, that arms. */
#include "declare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

#include "clock.h"
#include "decide.h"
#include "keep.h"
#include "ledger.h"
#include "log.h"
#include "pxed/grow.h"

void declare_secrets(struct declare_secrets *ret) {
    if (getrandom(ret, sizeof(*ret), 0) != sizeof(*ret))
        abort(); /* no secrets without random numbers */
}

void declare_arm(struct lifecycle_record *rec, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 const struct declare_secrets *secrets, struct pxed_slice by, int64_t now) {
    lifecycle_arm(rec, right, os, tries, secrets->token, by, now);
    memcpy(rec->account, secrets->account, sizeof(rec->account));
}

void declare_tell_armed(struct daemon *d, struct machine *m) {
    char text[256];
    const struct lifecycle_record *r = machine_rec(m);
    memset(machine_edit(m)->told, 0, sizeof(machine_edit(m)->told));
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
    return !m->write && pxed_slice_eq_nocase(h->os->id.text, pxed_slice_of(machine_rec(m)->line_os)) &&
           lifecycle_had_name(machine_rec(m), h->pub.name, &now) && now;
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

struct held_name {
    struct pxed_slice name;
    struct machine *m;
    bool now; /* its current name, not a former one */
};

/* Every name that a record of the store has or had, sorted. Collected for the first line that is new: after an
 * ordinary start there is none. */
struct held_names {
    struct machines *machines;
    bool collected;
    struct held_name *items;
    size_t n;
    struct pxed_arena arena;
};

static void note_names(void *arg, struct machine *m) {
    struct held_names *all = arg;
    struct pxed_slice rest = m->held ? pxed_slice_of(machine_rec(m)->names) : PXED_NO_SLICE, word;
    for (bool now = true; (word = pxed_slice_word(&rest, " ")).len > 0; now = false) {
        PXED_GROW(all->items, all->n);
        all->items[all->n++] = (struct held_name){pxed_arena_dup(&all->arena, word), m, now};
    }
}

/* The current holder of a name comes before former ones. */
static int declare_by_name(const void *a, const void *b) {
    const struct held_name *p = a, *q = b;
    int order = strcasecmp(p->name.ptr, q->name.ptr);
    return order ? order : q->now - p->now;
}

static const struct held_name *find_name(struct held_names *all, struct pxed_slice name) {
    if (!all->collected) {
        machines_each(all->machines, note_names, all);
        if (all->n > 0)
            qsort(all->items, all->n, sizeof(*all->items), declare_by_name);
        all->collected = true;
    }
    size_t low = 0, high = all->n;
    char text[64];
    if (name.len >= sizeof(text))
        return NULL;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcasecmp(all->items[middle].name.ptr, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->n && strcasecmp(all->items[low].name.ptr, text) == 0 ? &all->items[low] : NULL;
}

/* A known name under a MAC that was never seen. If a board was replaced it is the same host: its record moves. True:
 * not new. */
static bool name_is_known(struct daemon *d, struct held_names *names, struct machine *m,
                          const struct catalogue_host *h) {
    const struct held_name *known = find_name(names, h->pub.name);
    char text[512], before[PXED_MAC_TEXT], after[PXED_MAC_TEXT];
    if (!known || known->m == m)
        return false;
    snprintf(text, sizeof(text), "%.*s: MAC %s changed to %s (%s:%u): known, not armed", PXED_S(h->pub.name),
             pxed_mac_text(&known->m->mac, ":", before), pxed_mac_text(&m->mac, ":", after), h->pub.file, h->pub.line);
    if (known->now && known->m->held && !catalogue_find(d->catalogue, &known->m->mac))
        ledger_move(&d->machines, known->m, m);
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
    size_t made; /* make_known has processed the first `made` */
};

static struct new_line *add_line(struct declaring *all, struct machine *m, const struct catalogue_host *host) {
    all->lines[all->n] = (struct new_line){.m = m, .host = host};
    return &all->lines[all->n++];
}

/* Collects hosts that are not in the store. Further ports are recorded as known too, so that swapping a host's ports
 * arms nothing. */
static void find_new(struct daemon *d, const struct catalogue *c, struct declaring *all) {
    struct held_names names = {.machines = &d->machines};
    for (size_t i = 0; i < c->n_hosts; i++) {
        const struct catalogue_host *h = &c->hosts[i];
        bool held = false;
        for (size_t k = 0; k < h->pub.n_macs; k++) {
            struct machine *port = machines_find(&d->machines, &h->pub.macs[k]);
            held |= port && port->held;
        }
        struct machine *m = machines_get(&d->machines, &h->pub.macs[0]);
        machines_declare(&d->machines, m, true);
        if (!held && name_is_known(d, &names, m, h))
            held = true;
        if (held) {
            if (!m->held)
                machines_hold(&d->machines, m, true);
            declare_follow(d, m, h);
        } else {
            add_line(all, m, h);
        }
        for (size_t k = 1; k < h->pub.n_macs; k++) {
            struct machine *port = machines_get(&d->machines, &h->pub.macs[k]);
            if (!port->held)
                add_line(all, port, NULL);
        }
    }
    free(names.items);
    pxed_arena_clear(&names.arena);
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
        if (l->why == PXED_WHY_OK)
            declare_secrets(&l->secrets);
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

static void declare_declared(void *arg, int result) {
    struct declaring *all = arg;
    struct daemon *d = all->d;
    bool again = d->declare_again || all->catalogue != d->catalogue;
    d->declaring = NULL;
    d->declare_again = false;
    if (result == 0) {
        d->distrusted = false;
        d->machines.mark_due |= d->machines.restored;
        d->machines.restored_ends |= d->machines.restored;
        d->machines.restored = false;
        tell_new(all);
        ledger_flush(&d->machines, NULL, NULL);
        keep_table(d, all->catalogue);
    } else {
        log_core(PXED_LOG_ERROR, "new-lines", "%zu new hosts could not be recorded, so none was armed: %s", all->n,
                 result == -EBUSY ? "another writer changed the store; only one pxed may use a state folder"
                                  : "the store cannot be written");
    }
    catalogue_unref(all->catalogue);
    free(all->lines);
    free(all);
    if (again && !d->stopping)
        declare_hosts(d, d->catalogue);
}

static size_t count_ports(const struct catalogue *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_hosts; i++)
        n += c->hosts[i].pub.n_macs;
    return n;
}

static void declare_new(struct daemon *d, struct catalogue *c) {
    struct declaring *all = pxed_xalloc(sizeof(*all));
    *all = (struct declaring){.d = d, .lines = pxed_xalloc((count_ports(c) + 1) * sizeof(*all->lines))};
    find_new(d, c, all);
    judge_new(d, c, all);
    struct machine **list = pxed_xalloc((all->n + 1) * sizeof(*list));
    for (size_t i = 0; i < all->n; i++)
        list[i] = all->lines[i].m;
    all->catalogue = catalogue_ref(c);
    d->declaring = all;
    int rc = ledger_commit(&d->machines, list, all->n, make_known, declare_declared, all);
    free(list);
    if (rc < 0)
        declare_declared(all, rc);
}

/* --- removed lines --- */

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
    int64_t now = clock_wall();
    const struct catalogue_host *h = catalogue_find(r->c, &m->mac);
    if (h && pxed_hwaddr_eq(&h->pub.macs[0], &m->mac))
        return;
    if (m->declared)
        machines_declare(&r->d->machines, m, false);
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
static void take_away(struct daemon *d, const struct catalogue *c) {
    int64_t now = clock_wall();
    struct removal r = {d, c};
    machines_each(&d->machines, remove_line, &r);
    for (size_t i = 0; i < c->n_hosts; i++) {
        const struct catalogue_host *h = &c->hosts[i];
        enum pxed_reason why = never_armed(h);
        struct machine *m = why != PXED_WHY_OK ? machines_find(&d->machines, &h->pub.macs[0]) : NULL;
        if (m && ledger_take(&d->machines, m, take_protected, &now))
            journal_step(&d->machines, m, "disarmed", why, NULL, clock_calendar());
    }
}

void declare_hosts(struct daemon *d, struct catalogue *c) {
    take_away(d, c);
    if (d->declaring) {
        d->declare_again = true;
        ledger_flush(&d->machines, NULL, NULL);
        return;
    }
    declare_new(d, c);
}
