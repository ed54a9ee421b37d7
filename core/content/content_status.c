/* /status for people, /metrics for Prometheus: the same numbers. The text format:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ (0.0.4). Labels have few values, all of them pxed's own
 * words or the configuration's nets; from the wire are only the addresses of other DHCP servers, of which a few are
 * kept. */
#include "content_status.h"

#include "content_who.h"
#include "log.h"
#include "pxed/leases.h"

/* What is counted, once for both texts. */
struct totals {
    size_t declared, strangers, states[LIFECYCLE_STATE_COUNT];
    size_t no_profile, no_image, broken;
    size_t transfers;
    uint64_t sent[2];
};

struct page {
    struct pxed_buf *out;
    bool metrics;
    const char *name;
};

/* Begins the lines of one metric. `name` without `pxed_`; counters end in `_total`. */
static void page_metric(struct page *p, const char *name, const char *type, const char *help) {
    p->name = name;
    if (!p->metrics)
        return;
    pxed_buf_str(p->out, "# HELP pxed_");
    pxed_buf_str(p->out, name);
    pxed_buf_byte(p->out, ' ');
    pxed_buf_str(p->out, help);
    pxed_buf_str(p->out, "\n# TYPE pxed_");
    pxed_buf_str(p->out, name);
    pxed_buf_byte(p->out, ' ');
    pxed_buf_str(p->out, type);
    pxed_buf_byte(p->out, '\n');
}

/* A line of it. */
static void page_labelled(const struct page *p, const struct pxed_metric_label *labels, uint64_t n) {
    if (p->metrics)
        pxed_buf_str(p->out, "pxed_");
    pxed_buf_str(p->out, p->name);
    for (const struct pxed_metric_label *l = labels; l && l->key; l++) {
        if (p->metrics) {
            pxed_buf_str(p->out, l == labels ? "{" : ",");
            pxed_buf_str(p->out, l->key);
            pxed_buf_str(p->out, "=\"");
            pxed_buf_escaped(p->out, pxed_slice_of(l->value));
            pxed_buf_str(p->out, l[1].key ? "\"" : "\"}");
        } else {
            pxed_buf_byte(p->out, ' ');
            pxed_buf_escaped(p->out, pxed_slice_of(l->value));
        }
    }
    pxed_buf_byte(p->out, ' ');
    pxed_buf_u64(p->out, n);
    pxed_buf_byte(p->out, '\n');
}

static void page_line(const struct page *p, const char *key, const char *value, uint64_t n) {
    page_labelled(p, (const struct pxed_metric_label[]){{key, value}, {NULL, NULL}}, n);
}

static void page_number(struct page *p, const char *name, const char *type, const char *help, uint64_t n) {
    page_metric(p, name, type, help);
    page_line(p, NULL, NULL, n);
}

/* ---- what is counted */

static void count_machine(void *arg, struct machine *m) {
    struct totals *t = arg;
    if (m->declared) {
        t->declared++;
        t->states[machine_rec(m)->state]++;
    } else if (!m->held) {
        t->strangers++;
    }
}

static void count_all(struct daemon *d, struct totals *t) {
    const struct catalogue *c = d->catalogue;
    machines_each(&d->machines, count_machine, t);
    for (size_t i = 0; i < c->n_hosts; i++) {
        const struct catalogue_os *os = c->hosts[i].os;
        if (pxed_slice_eq_nocase(os->id.text, PXED_SLICE("local")))
            continue;
        t->no_profile += !os->profile;
        t->no_image += os->profile && os->lacks;
        t->broken += c->hosts[i].rare->trouble != PXED_WHY_OK || c->hosts[i].rare->answer_wrong != PXED_WHY_OK;
    }
    memcpy(t->sent, d->sent, sizeof(t->sent));
    for (const struct open_content *o = d->transfers; o; o = o->next) {
        t->transfers++;
        t->sent[o->via] += o->pub.sent;
    }
}

/* ---- pools, of the DHCP server */

struct pools {
    struct page *page;
    uint64_t (*of)(const struct pxed_pool *pool);
};

static uint64_t pool_size(const struct pxed_pool *pool) {
    return pool->size;
}
static uint64_t pool_used(const struct pxed_pool *pool) {
    return pool->live;
}

static void pool_line(void *arg, const struct pxed_pool *pool) {
    const struct pools *p = arg;
    const struct pxed_metric_label labels[] = {
        {"net", pool->net}, {"behind", pool->behind}, {"mode", pool->mode}, {NULL, NULL}};
    page_labelled(p->page, labels, p->of(pool));
}

static void write_pools(struct page *p, const struct daemon *d) {
    const struct pxed_leases_service *leases = services_find(&d->services, "leases/1");
    if (!leases || leases->size < sizeof(*leases) || !leases->pools)
        return;
    page_metric(p, "pool_addresses", "gauge", "Addresses in the ranges of a served net; mode says whether it leases.");
    leases->pools(leases->self, pool_line, &(struct pools){p, pool_size});
    page_metric(p, "pool_addresses_used", "gauge", "Of these: offered, leased or kept back because somebody has them.");
    leases->pools(leases->self, pool_line, &(struct pools){p, pool_used});
}

/* ---- what plugins count */

static void plugin_begin(void *self, const char *name, const char *type, const char *help) {
    page_metric(self, name, type, help);
}

static void plugin_value(void *self, const struct pxed_metric_label *labels, uint64_t n) {
    page_labelled(self, labels, n);
}

static void write_plugins(struct page *p, const struct daemon *d) {
    const struct pxed_metrics out = {.size = sizeof(out), .self = p, .begin = plugin_begin, .value = plugin_value};
    for (size_t i = 0; i < d->plugins.n; i++) {
        struct plugin *plugin = d->plugins.items[i];
        const struct pxed_protocol_ops *ops = plugin->desc.ops;
        if (plugin->desc.kind != PXED_KIND_OS && plugin->started && ops &&
            ops->size >= offsetof(struct pxed_protocol_ops, metrics) + sizeof(ops->metrics) && ops->metrics)
            ops->metrics(&plugin->ctx, &out);
    }
}

/* ---- the page */

static void write_server(struct page *p, const struct daemon *d) {
    struct log_lost lost = log_lost();
    page_metric(p, "build_info", "gauge", "Always 1; the version is the label.");
    page_line(p, "version", PXED_VERSION, 1);
    page_number(p, "start_time_seconds", "gauge", "When the daemon was ready, in seconds since 1970.",
                (uint64_t)d->started_at / 1000);
    page_number(p, "config_load_success", "gauge",
                "1: the configuration as it was last read is in force; 0: it was refused, an earlier one is.",
                !d->load_refused);
    page_number(p, "store_writable", "gauge", "1: what is done is on disk; 0: STORE_CANNOT_WRITE, nothing armed works.",
                !d->guard.failing);
    page_number(p, "store_old", "gauge", "1: STORE_OLD, the store is lost or older than what this server has done.",
                d->guard.old);
    page_metric(p, "log_lines_lost_total", "counter",
                "Lines that are in no log: nobody read it (unread), or too many of a kind in a second (crowded).");
    page_line(p, "why", "unread", lost.unread);
    page_line(p, "why", "crowded", lost.crowded);
}

static void write_machines(struct page *p, const struct totals *t) {
    page_number(p, "hosts", "gauge", "Declared machines.", t->declared);
    page_number(p, "strangers", "gauge", "Machines that were seen and have no line.", t->strangers);
    page_metric(p, "installs", "gauge", "Declared machines by the state of their last installation.");
    for (unsigned s = 1; s < LIFECYCLE_STATE_COUNT; s++)
        page_line(p, "state", lifecycle_state_names[s], t->states[s]);
    page_metric(p, "hosts_unready", "gauge",
                "Declared machines that could not be installed: no plugin knows their system, its image is missing, "
                "or their line or answer file is wrong.");
    page_line(p, "reason", pxed_reason_name(PXED_WHY_NO_PROFILE), t->no_profile);
    page_line(p, "reason", pxed_reason_name(PXED_WHY_NO_IMAGE), t->no_image);
    page_line(p, "reason", pxed_reason_name(PXED_WHY_HOST_BROKEN), t->broken);
}

static void write_counts(struct page *p, const struct daemon *d, const struct totals *t) {
    static const char *const via[] = {[PXED_VIA_TFTP] = "tftp", [PXED_VIA_HTTP] = "http"};
    page_number(p, "transfers", "gauge", "Files that are being sent now.", t->transfers);
    page_metric(p, "transfer_bytes_total", "counter", "Bytes of files sent to machines.");
    for (size_t i = 0; i < sizeof(via) / sizeof(*via); i++)
        page_line(p, "via", via[i], t->sent[i]);
    page_metric(p, "steps_total", "counter", "Steps of boots and installations in the journal, by kind.");
    for (size_t i = 0; i < JOURNAL_COUNTED; i++)
        page_line(p, "step", journal_counted[i], d->machines.journal.counts[i]);
    page_metric(p, "refusals_total", "counter", "What was refused, ignored or sent to its disk, by reason.");
    for (unsigned r = 1; r < PXED_REASON_COUNT; r++)
        if (d->counters[r] > 0 || p->metrics)
            page_line(p, "reason", pxed_reason_name((enum pxed_reason)r), d->counters[r]);
}

static void write_other(void *arg, const struct pxed_other_server *o) {
    char addr[PXED_ADDR_TEXT];
    page_labelled(arg,
                  (const struct pxed_metric_label[]){{"interface", o->interface},
                                                     {"server", pxed_addr_text(&o->addr, addr)},
                                                     {"fault", o->fault ? o->fault : "none"},
                                                     {NULL, NULL}},
                  1);
}

static void write_others(struct page *p, const struct daemon *d) {
    const struct pxed_leases_service *leases = services_find(&d->services, "leases/1");
    page_metric(p, "other_dhcp", "gauge", "Other DHCP servers heard on the served wires, and what is wrong with them.");
    if (leases && leases->size >= sizeof(*leases) && leases->others)
        leases->others(leases->self, write_other, p);
}

static void write_page(struct pxed_buf *out, bool metrics, const struct daemon *d, const struct totals *t) {
    struct page p = {out, metrics, NULL};
    write_machines(&p, t);
    write_counts(&p, d, t);
    write_pools(&p, d);
    write_others(&p, d);
    write_plugins(&p, d);
    write_server(&p, d);
}

enum pxed_reason content_status(struct lookup *l, bool metrics, struct open_content **ret) {
    struct daemon *d = l->d;
    if (!d->catalogue->site.status_all && !content_is_server(l))
        return PXED_WHY_NOT_FOUND;
    struct totals t = {0};
    count_all(d, &t);
    struct open_content *c = content_new(l);
    struct pxed_buf out = {NULL, 0, 0};
    write_page(&out, metrics, d, &t);
    out = (struct pxed_buf){pxed_arena_alloc(&c->arena, out.len), out.len, 0};
    write_page(&out, metrics, d, &t);
    content_set_text(c, pxed_buf_slice(&out), metrics ? "text/plain; version=0.0.4" : "text/plain");
    *ret = c;
    return PXED_WHY_OK;
}
