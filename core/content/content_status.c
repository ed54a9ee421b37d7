/* /status for people, /metrics for Prometheus. */
#include "content_status.h"

#include "content_who.h"
#include "pxed/leases.h"

struct totals {
    size_t declared, strangers, states[LIFECYCLE_STATE_COUNT];
};

static void status_count(void *arg, struct machine *m) {
    struct totals *t = arg;
    if (m->declared) {
        t->declared++;
        t->states[m->rec.state]++;
    } else if (!m->held) {
        t->strangers++;
    }
}

static size_t count_transfers(const struct daemon *d) {
    size_t n = 0;
    for (const struct open_content *c = d->transfers; c; c = c->next)
        n++;
    return n;
}

static void write_line(struct pxed_buf *out, bool metrics, const char *name, const char *label, const char *value,
                       uint64_t n) {
    if (metrics)
        pxed_buf_str(out, "pxed_");
    pxed_buf_str(out, name);
    if (label) {
        pxed_buf_str(out, metrics ? "{" : " ");
        if (metrics) {
            pxed_buf_str(out, label);
            pxed_buf_str(out, "=\"");
        }
        pxed_buf_str(out, value);
        if (metrics)
            pxed_buf_str(out, "\"}");
    }
    pxed_buf_byte(out, ' ');
    pxed_buf_u64(out, n);
    pxed_buf_byte(out, '\n');
}

struct others {
    struct pxed_buf *out;
    bool metrics;
};

static void write_other(void *arg, const struct pxed_other_server *o) {
    const struct others *s = arg;
    char addr[PXED_ADDR_TEXT];
    pxed_buf_str(s->out, s->metrics ? "pxed_other_dhcp{interface=\"" : "other_dhcp interface ");
    pxed_buf_str(s->out, o->interface);
    pxed_buf_str(s->out, s->metrics ? "\",server=\"" : " server ");
    pxed_buf_str(s->out, pxed_addr_text(&o->addr, addr));
    pxed_buf_str(s->out, s->metrics ? "\",fault=\"" : " fault ");
    pxed_buf_str(s->out, o->fault ? o->fault : "none");
    pxed_buf_str(s->out, s->metrics ? "\"} 1\n" : "\n");
}

/* Other DHCP servers on the wires, if a plugin hears them. */
static void write_others(const struct daemon *d, bool metrics, struct pxed_buf *out) {
    const struct pxed_leases_service *leases = services_find(&d->services, "leases/1");
    struct others s = {out, metrics};
    if (leases && leases->size >= sizeof(*leases) && leases->others)
        leases->others(leases->self, write_other, &s);
}

enum pxed_reason content_status(struct lookup *l, bool metrics, struct open_content **ret) {
    enum { ROOM = 16384 };
    struct daemon *d = l->d;
    struct totals t = {0};
    if (!d->catalogue->site.status_all && !content_is_server(l))
        return PXED_WHY_NOT_FOUND;
    machines_each(&d->machines, status_count, &t);
    struct open_content *c = content_new(l);
    struct pxed_buf out = {pxed_arena_alloc(&c->arena, ROOM), ROOM, 0};
    write_line(&out, metrics, "hosts", NULL, NULL, t.declared);
    write_line(&out, metrics, "strangers", NULL, NULL, t.strangers);
    for (unsigned s = 1; s < LIFECYCLE_STATE_COUNT; s++)
        write_line(&out, metrics, "installs", "state", lifecycle_state_names[s], t.states[s]);
    write_line(&out, metrics, "transfers", NULL, NULL, count_transfers(d));
    write_others(d, metrics, &out);
    for (unsigned r = 1; r < PXED_REASON_COUNT; r++)
        if (d->counters[r] > 0 || metrics)
            write_line(&out, metrics, "refusals_total", "reason", pxed_reason_name((enum pxed_reason)r),
                       d->counters[r]);
    content_set_text(c, pxed_buf_slice(&out), metrics ? "text/plain; version=0.0.4" : "text/plain");
    *ret = c;
    return PXED_WHY_OK;
}
