/* A generation comes into force. The only place, besides `pxed arm`, where anything is armed. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "daemon.h"
#include "log.h"

void declare_arm(struct daemon *d, struct machine *m, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 struct pxed_slice by) {
    uint8_t random[32]; /* token, account */
    char text[256];
    int64_t now = daemon_wall(d);
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        abort(); /* without randomness no secret can be kept */
    lifecycle_arm(&m->rec, right, os, tries, random, by, now);
    memcpy(m->rec.account, random + 16, sizeof(m->rec.account));
    m->told = PXED_WHY_OK;
    snprintf(text, sizeof(text), "os=%.*s right=%s by=\"%.*s\"%s", PXED_S(os), lifecycle_right_names[right], PXED_S(by),
             tries > 1 ? " more than one try" : "");
    machines_journal(&d->machines, m, "armed", PXED_WHY_OK, text, now);
    machines_touch(&d->machines, m);
}

static void set_line_os(struct machine *m, struct pxed_slice os) {
    snprintf(m->rec.line_os, sizeof(m->rec.line_os), "%.*s", PXED_S(os));
}

/* The line's OS id changed: an unused arming follows it. */
static void follow(struct daemon *d, struct machine *m, struct pxed_slice os) {
    char text[160];
    if (pxed_slice_is(os, m->rec.line_os))
        return;
    snprintf(text, sizeof(text), "os=%.*s was=%s", PXED_S(os), m->rec.line_os[0] ? m->rec.line_os : "none");
    machines_journal(&d->machines, m, "declared", PXED_WHY_OK, text, daemon_wall(d));
    set_line_os(m, os);
    lifecycle_follow(&m->rec, os, daemon_wall(d));
    machines_touch(&d->machines, m);
}

struct new_line {
    struct machine *m;
    const struct catalogue_host *host;
};

/* Hosts that the store has never held. Further ports are known machines too, so that swapping a host's ports arms
 * nothing. */
static size_t find_new(struct daemon *d, const struct catalogue *c, struct new_line *ret) {
    size_t n = 0;
    int64_t now = daemon_wall(d);
    for (size_t i = 0; i < c->n_hosts; i++) {
        const struct catalogue_host *h = &c->hosts[i];
        bool held = false;
        for (size_t k = 0; k < h->pub.n_macs; k++) {
            struct machine *port = machines_find(&d->machines, &h->pub.macs[k]);
            held |= port && port->held;
        }
        struct machine *m = machines_get(&d->machines, &h->pub.macs[0], now);
        machines_declare(&d->machines, m, true, now);
        for (size_t k = 1; k < h->pub.n_macs; k++) {
            struct machine *port = machines_get(&d->machines, &h->pub.macs[k], now);
            if (!port->held) {
                machines_declare(&d->machines, port, false, now);
                machines_touch(&d->machines, port);
            }
        }
        if (held) {
            follow(d, m, h->os->id.text);
        } else {
            set_line_os(m, h->os->id.text);
            machines_touch(&d->machines, m);
            ret[n++] = (struct new_line){m, h};
        }
    }
    return n;
}

static void arm_new(struct daemon *d, const struct catalogue *c, const struct new_line *lines, size_t n) {
    const struct settings *s = &c->settings;
    enum lifecycle_right right;
    size_t would = 0;
    for (size_t i = 0; i < n; i++) {
        struct lifecycle_line line = decide_line(lines[i].host);
        would += lifecycle_new_line(&line, (enum lifecycle_mode)s->arm, false, &right) == PXED_WHY_OK;
    }
    bool over = s->arm_limit > 0 && would > s->arm_limit;
    if (over) {
        d->counters[PXED_WHY_ARM_LIMIT] += would;
        log_core(PXED_LOG_ERROR, "arm-limit",
                 "%zu new hosts would be armed, arm-limit is %llu: none was; `pxed arm --new` lists and arms them",
                 would, (unsigned long long)s->arm_limit);
    }
    for (size_t i = 0; i < n; i++) {
        struct machine *m = lines[i].m;
        struct lifecycle_line line = decide_line(lines[i].host);
        enum pxed_reason why = lifecycle_new_line(&line, (enum lifecycle_mode)s->arm, over, &right);
        if (why == PXED_WHY_OK) {
            declare_arm(d, m, right, line.os, 1, PXED_SLICE("new line"));
            continue;
        }
        m->rec.held_new = why == PXED_WHY_ARM_LIMIT || why == PXED_WHY_ARM_COMMAND || why == PXED_WHY_ANSWER_UNGUARDED;
        machines_journal(&d->machines, m, "not-armed", why, NULL, daemon_wall(d));
    }
}

struct removal {
    struct daemon *d;
    const struct catalogue *c;
};

/* A removed line takes an unused arming with it; what runs goes on. When the line comes back it arms nothing. */
static void remove_line(void *arg, struct machine *m) {
    struct removal *r = arg;
    const struct catalogue_host *h = m->declared ? catalogue_find(r->c, &m->rec.mac) : NULL;
    if (!m->declared || (h && pxed_hwaddr_eq(&h->pub.macs[0], &m->rec.mac)))
        return;
    m->declared = false;
    if (m->rec.state == LIFECYCLE_ARMED || m->rec.held_new) {
        lifecycle_disarm(&m->rec, daemon_wall(r->d));
        machines_journal(&r->d->machines, m, "disarmed", PXED_WHY_OK, "its line was removed", daemon_wall(r->d));
    }
    machines_touch(&r->d->machines, m);
}

/* After a start nobody is marked declared yet: an arming of a line removed while the daemon was down must go too. */
static void disarm_undeclared(void *arg, struct machine *m) {
    struct removal *r = arg;
    if (!m->declared && m->rec.state == LIFECYCLE_ARMED && lifecycle_disarm(&m->rec, daemon_wall(r->d))) {
        machines_journal(&r->d->machines, m, "disarmed", PXED_WHY_OK, "its line was removed", daemon_wall(r->d));
        machines_touch(&r->d->machines, m);
    }
}

void declare_hosts(struct daemon *d, struct catalogue *c) {
    struct removal r = {d, c};
    struct new_line *lines = pxed_xalloc((c->n_hosts + 1) * sizeof(*lines));
    machines_each(&d->machines, remove_line, &r);
    size_t n = find_new(d, c, lines);
    arm_new(d, c, lines, n);
    machines_each(&d->machines, disarm_undeclared, &r);
    free(lines);
    machines_flush(&d->machines, NULL, NULL);
}
