/* The service control/1: what live commands read. Their orders: orders.c. */
#include "control.h"

#include <signal.h>

#include "boot_plan.h"
#include "busy.h"
#include "causes.h"
#include "clock.h"
#include "content_item.h"
#include "decide.h"
#include "log.h"
#include "orders.h"
#include "site_url.h"

struct each_machine {
    struct daemon *d;
    struct near near;
    void (*row)(void *arg, const struct pxed_machine_view *m);
    void *arg;
};

/* Is it being sent something whose end uses up its arming, or may do so? */
static bool view_loads(const struct daemon *d, const struct pxed_hwaddr *mac) {
    for (const struct open_content *c = d->transfers; c; c = c->next)
        if ((c->spends || c->feeds) && pxed_hwaddr_eq(&c->mac, mac))
            return true;
    return false;
}

static const char *view_busy(const struct daemon *d, const struct lifecycle_record *rec, enum pxed_reason ready) {
    bool armed = rec->state == LIFECYCLE_ARMED;
    return armed && ready != PXED_WHY_OK ? "" : busy_with(rec, armed && view_loads(d, &rec->mac), clock_wall());
}

/* What was seen of loaders on it, and of itself. A line with loader= needs no ladder. */
static void view_loader(const struct catalogue_host *h, const struct lifecycle_record *rec,
                        struct pxed_machine_view *v) {
    const struct ladder *l = &rec->ladder;
    v->disk_good = rec->exits.good;
    v->disk_back = rec->exits.back;
    v->product = pxed_slice_of(rec->hardware.product);
    v->serial = pxed_slice_of(rec->hardware.serial);
    v->memory = (uint64_t)rec->hardware.memory;
    if (h && pxed_host_value(&h->pub, "loader").len > 0)
        return;
    v->loader = pxed_slice_of(l->rung);
    v->loader_silent = l->silent;
    v->loader_good = l->good;
    v->loader_was = pxed_slice_of(l->was);
}

/* A further port, whose host has its own row; or one whose line was removed and that never did anything. */
static bool is_no_row(const struct catalogue_host *h, const struct machine *m) {
    return h ? !pxed_hwaddr_eq(&h->pub.macs[0], &m->mac)
             : machine_rec(m)->stage == PXED_STAGE_NONE && machine_rec(m)->armed_at == 0;
}

enum { CAUSE_ID = 40 };

/* `id` and `evidence` must live as long as the view. */
static void view_cause(struct each_machine *e, struct machine *m, const struct catalogue_host *h,
                       char id[static CAUSE_ID], char evidence[static CAUSE_EVIDENCE], struct pxed_machine_view *v) {
    enum pxed_reason fault = pxed_machine_fault(v);
    enum cause cause = causes_find(e->d, m, h, fault, &e->near, evidence);
    v->waits = cause_waits(cause);
    v->cause = cause_id(cause, fault, id);
    v->evidence = evidence;
    v->cause_sentence = cause_sentence(cause, fault);
    v->cause_cure = cause_cure(cause, fault);
}

static void view_machine(void *arg, struct machine *m) {
    struct each_machine *e = arg;
    const struct catalogue_host *h = catalogue_find(e->d->catalogue, &m->mac);
    if (is_no_row(h, m))
        return;
    const struct lifecycle_record *r = machine_rec(m);
    struct pxed_arena scratch = {0};
    struct pxed_slice looked_for = PXED_NO_SLICE;
    enum pxed_reason ready =
        h && r->state == LIFECYCLE_ARMED ? boot_ready(e->d, h, r, PXED_NO_SLICE, &scratch, &looked_for) : PXED_WHY_OK;
    struct pxed_machine_view v = {
        .mac = m->mac,
        .declared = h != NULL,
        .name = h ? h->pub.name : PXED_NO_SLICE,
        .os = h ? h->os->id.text : PXED_NO_SLICE,
        .arm_os = pxed_slice_of(r->os),
        .ip = r->ip.family || !h ? r->ip : h->pub.ip,
        .firmware = r->firmware,
        .stage = pxed_stage_names[r->stage],
        .stage_at = r->stage_at,
        .reason = r->reason,
        .install = h && h->os->live && !lifecycle_open(r) ? "live" : lifecycle_state_names[r->state],
        .install_at = r->state_at,
        .right = r->armed_at > 0 ? lifecycle_right_names[r->right] : "",
        .held_new = r->held_new,
        .protect = h && h->pub.protect,
        .tries_left = r->state == LIFECYCLE_ARMED ? r->tries : 0,
        .armed_at = r->armed_at,
        .armed_by = pxed_slice_of(r->by),
        .step = pxed_slice_of(r->step),
        .disk = h ? pxed_host_value(&h->pub, "disk") : PXED_NO_SLICE,
        .fail = pxed_slice_of(r->fail),
        .file = h ? h->pub.file : NULL,
        .line = h ? h->pub.line : 0,
        .not_ready = ready,
        .not_ready_text = looked_for,
        .disk_cleared = r->on_disk,
        .was_install = lifecycle_state_names[r->was.state],
        .was_os = pxed_slice_of(r->was.os),
        .was_at = r->was.state_at,
        .unguarded = h && h->os->profile && !h->guarded,
        .busy = view_busy(e->d, r, ready),
    };
    view_loader(h, r, &v);
    char id[CAUSE_ID], evidence[CAUSE_EVIDENCE] = "";
    view_cause(e, m, h, id, evidence, &v);
    e->row(e->arg, &v);
    pxed_arena_clear(&scratch);
}

static void machines_view(void *self, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    struct daemon *d = self;
    struct each_machine e = {d, {0}, row, arg};
    /* Declared machines in the order of the host file, then the others. */
    for (size_t i = 0; i < d->catalogue->n_hosts; i++)
        view_machine(&e, decide_machine(d, &d->catalogue->hosts[i].pub.macs[0], NULL));
    for (size_t i = 0; i < d->machines.table; i++)
        for (struct machine *m = d->machines.by_mac[i]; m; m = m->next_mac)
            if (!m->declared)
                view_machine(&e, m);
    near_end(&e.near);
}

static void machine_view(void *self, const struct pxed_hwaddr *mac,
                         void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    struct daemon *d = self;
    struct each_machine e = {d, {0}, row, arg};
    const struct catalogue_host *h = catalogue_find(d->catalogue, mac);
    struct machine *m = h ? decide_machine(d, &h->pub.macs[0], NULL) : machines_find(&d->machines, mac);
    if (m)
        view_machine(&e, m);
    near_end(&e.near);
}

static size_t some_machines(void *self, size_t from, size_t n,
                            void (*row)(void *arg, const struct pxed_machine_view *m), void *arg) {
    struct daemon *d = self;
    struct each_machine e = {d, {0}, row, arg};
    size_t hosts = d->catalogue->n_hosts, at = hosts;
    for (size_t i = from; i < hosts && i - from < n; i++)
        view_machine(&e, decide_machine(d, &d->catalogue->hosts[i].pub.macs[0], NULL));
    for (size_t i = 0; i < d->machines.table; i++)
        for (struct machine *m = d->machines.by_mac[i]; m; m = m->next_mac)
            if (!m->declared) {
                if (at >= from && at - from < n)
                    view_machine(&e, m);
                at++;
            }
    near_end(&e.near);
    return at;
}

static void images_view(void *self, void (*row)(void *arg, const struct pxed_image_view *i), void *arg) {
    const struct catalogue *c = ((struct daemon *)self)->catalogue;
    for (size_t i = 0; i < c->n_systems; i++) {
        const struct catalogue_os *os = c->systems[i];
        struct pxed_image_view v = {.os = os->id.text,
                                    .reason = !os->profile ? PXED_WHY_NO_PROFILE
                                              : os->lacks  ? PXED_WHY_NO_IMAGE
                                                           : PXED_WHY_OK,
                                    .text = os->lacks ? os->lacks : "",
                                    .plugin = os->plugin ? os->plugin : "",
                                    .profile = os->profile ? os->profile->name : "",
                                    .live = os->live,
                                    .file = os->file,
                                    .line = os->line};
        for (size_t k = 0; k < c->n_hosts; k++)
            v.hosts += c->hosts[k].os == os;
        row(arg, &v);
    }
}

static uint64_t control_refused(void *self, enum pxed_reason reason) {
    const struct daemon *d = self;
    return reason < PXED_REASON_COUNT ? d->counters[reason] : 0;
}

static bool control_boot_url(void *self, const struct pxed_hwaddr *mac, struct pxed_buf *out) {
    struct daemon *d = self;
    const struct machine *m = machines_find(&d->machines, mac);
    const struct catalogue_host *h = catalogue_find(d->catalogue, mac);
    if (!m || !h || !lifecycle_open(machine_rec(m)))
        return false;
    pxed_buf_str(out, site_url_of(d->catalogue, NULL, &h->pub.ip)->base);
    pxed_buf_str(out, "s/");
    pxed_buf_hex(out, machine_rec(m)->token, sizeof(machine_rec(m)->token), "");
    pxed_buf_str(out, "/boot.efi");
    return !pxed_buf_full(out);
}

static uint64_t control_generation(void *self) {
    return ((const struct daemon *)self)->catalogue->serial;
}

static void view_entry(struct daemon *d, const struct journal_entry *j,
                       void (*row)(void *arg, const struct pxed_journal_view *j), void *arg) {
    const struct catalogue_host *h = catalogue_find(d->catalogue, &j->machine->mac);
    struct pxed_journal_view v = {j->seq,
                                  j->at,
                                  j->machine->mac,
                                  h ? h->pub.name : PXED_NO_SLICE,
                                  pxed_slice_of(j->what),
                                  j->reason,
                                  pxed_slice_of(journal_text(j))};
    row(arg, &v);
}

static void journal_view(void *self, uint64_t since, const struct pxed_hwaddr *mac,
                         void (*row)(void *arg, const struct pxed_journal_view *j), void *arg) {
    struct daemon *d = self;
    if (mac) {
        const struct catalogue_host *h = catalogue_find(d->catalogue, mac);
        const struct machine *m = machines_find(&d->machines, h ? &h->pub.macs[0] : mac);
        for (const struct journal_entry *j = m ? m->steps.first : NULL; j; j = j->machine_newer)
            if (j->seq > since)
                view_entry(d, j, row, arg);
        return;
    }
    const struct journal_entry *j = d->machines.journal.last;
    while (j && j->seq > since && j->older)
        j = j->older;
    for (; j; j = j->newer)
        if (j->seq > since)
            view_entry(d, j, row, arg);
}

static void control_resolve_name(const struct daemon *d, const struct pxed_hwaddr *mac, struct pxed_slice *ret) {
    const struct catalogue_host *h = catalogue_find(d->catalogue, mac);
    *ret = h ? h->pub.name : PXED_NO_SLICE;
}

static void transfers_view(void *self, void (*row)(void *arg, const struct pxed_transfer_view *t), void *arg) {
    struct daemon *d = self;
    for (const struct open_content *c = d->transfers; c; c = c->next) {
        struct pxed_transfer_view v = {
            .mac = c->mac,
            .ip = c->peer,
            .path = pxed_slice_of(c->path),
            .via = c->via == PXED_VIA_TFTP ? "tftp" : "http",
            .sent = c->pub.sent,
            .size = c->pub.size,
            .since = c->since,
        };
        if (c->mac.len > 0)
            control_resolve_name(d, &c->mac, &v.name);
        row(arg, &v);
    }
}

static bool control_resolve(void *self, struct pxed_slice host, struct pxed_hwaddr *ret_mac) {
    struct daemon *d = self;
    const struct catalogue *c = d->catalogue;
    const struct catalogue_host *h = NULL;
    struct pxed_hwaddr mac;
    struct pxed_addr ip;
    if (pxed_mac_parse(host, &mac)) {
        h = catalogue_find(c, &mac);
        *ret_mac = h ? h->pub.macs[0] : mac;
        return h || machines_find(&d->machines, &mac);
    }
    if (pxed_addr_parse(host, &ip)) {
        h = catalogue_find_ip(c, &ip);
        const struct machine *m = h ? NULL : machines_find_ip(&d->machines, &ip);
        if (m)
            *ret_mac = m->mac;
        if (m || !h)
            return m != NULL;
    }
    for (size_t i = 0; i < c->n_hosts && !h; i++)
        if (pxed_slice_eq_nocase(c->hosts[i].pub.name, host))
            h = &c->hosts[i];
    if (h)
        *ret_mac = h->pub.macs[0];
    return h != NULL;
}

/* By the signal, so that there is one way to end; a second one would cut what is drained. */
static void control_stop(void *self, struct pxed_slice who) {
    struct daemon *d = self;
    log_core(PXED_LOG_INFO, "stop", "ordered by %.*s", PXED_S(who));
    if (!d->stopping)
        raise(SIGTERM);
}

void control_init(struct daemon *d) {
    static struct pxed_control control;
    control = (struct pxed_control){
        .size = sizeof(control),
        .self = d,
        .machines = machines_view,
        .journal = journal_view,
        .transfers = transfers_view,
        .resolve = control_resolve,
        .arm_check = orders_check,
        .arm = orders_arm,
        .disarm = orders_disarm,
        .adopt = orders_adopt,
        .event = orders_event,
        .stop = control_stop,
        .machine = machine_view,
        .some = some_machines,
        .images = images_view,
        .refused = control_refused,
        .generation = control_generation,
        .boot_url = control_boot_url,
    };
    services_publish(&d->services, "control/1", &control);
}
