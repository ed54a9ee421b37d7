/* Reports what is well-formed but wrong: addresses that cannot be a machine's, variables that nothing reads. */
#define _GNU_SOURCE
#include "build_judge.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "build_trouble.h"
#include "interfaces.h"
#include "nets.h"
#include "vars.h"

/* --- addresses --- */

static bool is_v4_in(const struct pxed_addr *a, const struct pxed_addr *net, unsigned prefix) {
    return a->family == 4 && pxed_addr_in_net(a, net, (uint8_t)prefix);
}

static const struct pxed_iface *net_of(const struct build *b, const struct pxed_addr *a) {
    for (size_t i = 0; i < b->in->n_ifaces; i++)
        if (is_v4_in(a, &b->in->ifaces[i].addr, b->in->ifaces[i].prefix))
            return &b->in->ifaces[i];
    return NULL;
}

/* Network and broadcast address, if the net is large enough to have them. */
static const char *judge_special(const struct pxed_addr *a, unsigned prefix) {
    if (a->family != 4 || prefix == 0 || prefix >= 31)
        return NULL;
    uint32_t host = pxed_addr_u32(a) & ~pxed_prefix_mask(prefix);
    return host == 0 ? "the network's own address" : host == ~pxed_prefix_mask(prefix) ? "the broadcast address" : NULL;
}

enum { OUTSIDE_TOLD = 20 }; /* a wrong interface puts all of them outside: the rest is only counted */

static void judge_ip(struct build *b, struct catalogue_host *h, size_t *n_outside) {
    struct pxed_slice text = pxed_host_value(&h->pub, "ip");
    const char *wrong = judge_special(&h->pub.ip, h->pub.prefix);
    for (size_t i = 0; i < b->in->n_ifaces; i++)
        if (pxed_addr_eq(&h->pub.ip, &b->in->ifaces[i].addr))
            wrong = "this server's own address";
    if (wrong)
        build_trouble(b, h, PXED_WHY_HOST_BROKEN, h->pub.file, h->pub.line,
                      "ip=%.*s: %s, which no machine can have: choose another", PXED_S(text), wrong);
    else if (b->in->n_ifaces > 0 && !net_of(b, &h->pub.ip) && !nets_find(b->c, &h->pub.ip) &&
             pxed_host_value(&h->pub, "vlan").len == 0 && ++*n_outside <= OUTSIDE_TOLD)
        pxed_diag_add(b->diags, PXED_WARNING, h->pub.file, h->pub.line,
                      "ip=%.*s: in no net that is served here: the machine cannot boot with it; correct ip=, name its "
                      "net by [subnet], or its [pxed] interface",
                      PXED_S(text));
}

static void judge_gateway(struct build *b, const struct catalogue_host *h) {
    const struct pxed_var *v = pxed_host_var(&h->pub, "gateway");
    struct pxed_slice rest = v ? v->value : PXED_NO_SLICE, word;
    struct pxed_addr gateway;
    while (h->pub.prefix > 0 && (word = pxed_slice_word(&rest, " ,")).len > 0) {
        if (!pxed_addr_parse(word, &gateway) || gateway.family != 4)
            continue;
        bool own = pxed_addr_eq(&gateway, &h->pub.ip);
        if (own || !is_v4_in(&gateway, &h->pub.ip, h->pub.prefix))
            pxed_diag_add(
                b->diags, PXED_WARNING, v->file ? v->file : h->pub.file, v->file ? v->line : h->pub.line,
                "gateway=%.*s: %s %.*s (ip=%.*s/%u): it cannot be reached; correct gateway= or ip=", PXED_S(word),
                own ? "the address of the host itself," : "outside the net of", PXED_S(h->pub.name),
                PXED_S(pxed_slice_head(pxed_host_value(&h->pub, "ip"), 40)), h->pub.prefix);
    }
}

/* --- variables that the host's system does not read --- */

/* Read by pxed itself, for any system. */
static const char *const always[] = {"name",       "domain", "ip",   "gateway",     "dns",  "ntp",
                                     "net",        "group",  "mac",  "protect",     "args", "answer",
                                     "answer-raw", "loader", "repo", "install-net", NULL};

static bool judge_mentions(struct pxed_slice text, struct pxed_slice key, struct pxed_arena *arena) {
    const char *tag = pxed_arena_printf(arena, "host.%.*s", PXED_S(key));
    return text.ptr && memmem(text.ptr, text.len, tag, strlen(tag)) != NULL;
}

/* Without templates it cannot be known which variables a profile reads. */
static bool has_templates(struct build *b, const struct catalogue_os *os) {
    for (const struct pxed_file *f = os->profile->files; f && f->name; f++)
        if (catalogue_text(b->c, catalogue_template_path(&b->c->arena, os->plugin, f->source)).ptr)
            return true;
    return false;
}

/* Do templates or kernel lines of this system use it? A plugin that checks hosts reports unneeded variables itself. */
static bool is_read(struct build *b, const struct catalogue_os *os, struct pxed_slice key) {
    struct pxed_arena *a = &b->c->arena;
    const char *folder = catalogue_template_path(a, os->plugin, "");
    for (const char *const *k = always; *k; k++)
        if (pxed_slice_is(key, *k))
            return true;
    for (const struct pxed_os_var *v = os->profile->vars; v && v->key; v++)
        if (pxed_slice_is(key, v->key))
            return true;
    for (const struct pxed_boot *row = os->profile->boots; row && row->how != PXED_HOW_LOCAL; row++)
        if (judge_mentions(pxed_slice_of(row->args), key, a))
            return true;
    for (size_t i = 0; i < os->n_as; i++)
        if (judge_mentions(pxed_slice_of(os->as[i].value), key, a))
            return true;
    for (size_t i = 0; i < b->c->n_templates; i++)
        if (strncmp(b->c->templates[i].path, folder, strlen(folder)) == 0 &&
            judge_mentions(b->c->templates[i].text, key, a))
            return true;
    return CATALOGUE_HAS_OP(os->ops, host) || CATALOGUE_HAS_OP(os->ops, value) || !has_templates(b, os);
}

enum { ROWS_MAX = 64 };

struct reads {
    const struct catalogue_os *os;
    signed char row[ROWS_MAX]; /* of vars_rows: 0 unknown, 1 read, -1 not read */
};

static bool is_read_known(struct build *b, struct reads *r, struct pxed_slice key) {
    for (size_t i = 0; vars_rows[i].key && i < ROWS_MAX; i++) {
        if (!pxed_slice_is(key, vars_rows[i].key))
            continue;
        if (r->row[i] == 0)
            r->row[i] = is_read(b, r->os, key) ? 1 : -1;
        return r->row[i] > 0;
    }
    return true; /* an unknown one is an error already */
}

/* Only the line's own variables: a section is for many systems. */
static void judge_unread(struct build *b, struct reads *reads, const struct catalogue_host *h) {
    for (size_t i = 0; i < h->pub.n_vars; i++) {
        const struct pxed_var *v = &h->pub.vars[i];
        if (v->value.len == 0 || is_read_known(b, reads, v->key) ||
            (h->rare->answer && judge_mentions(catalogue_text(b->c, h->rare->answer), v->key, &b->c->arena)))
            continue;
        pxed_diag_add(
            b->diags, PXED_WARNING, v->file, v->line,
            "'%.*s' has no effect: %.*s (%s) does not read it; remove it, or use it in an answer= of your own",
            PXED_S(v->key), PXED_S(h->os->id.text), h->os->plugin);
    }
}

static struct reads *reads_of(struct reads *all, size_t *n, const struct catalogue_os *os) {
    for (size_t i = 0; i < *n; i++)
        if (all[i].os == os)
            return &all[i];
    all[*n].os = os;
    return &all[(*n)++];
}

/* Warns if clients are not identified at all, or the neighbour table is too small to identify all hosts. */
static void judge_believing(struct build *b) {
    const struct catalogue *c = b->c;
    const struct ini_entry *e = ini_get(b->in->ini, "pxed", "believe");
    unsigned room = interfaces_neighbour_room();
    if (c->settings.believe == SETTINGS_BELIEVE_QUERY)
        pxed_diag_add(
            b->diags, PXED_WARNING, e ? e->file : c->settings.file, e ? e->line : 0,
            "believe = query: any client that names a host's MAC gets its installer, answer file and token, and can "
            "use up its arming; believe = wire checks the network card");
    if (room > 0 && c->n_hosts > room)
        pxed_diag_add(
            b->diags, PXED_WARNING, c->settings.file, 0,
            "here: NEIGHBOUR_TABLE_FULL: %zu hosts, and the kernel's neighbour table holds %u: machines "
            "could not be identified; sysctl -w net.ipv4.neigh.default.gc_thresh3=%zu, gc_thresh2 and gc_thresh1 below",
            c->n_hosts, room, c->n_hosts * 2);
}

void build_judge(struct build *b) {
    struct catalogue *c = b->c;
    struct reads *reads = PXED_NEWS(&c->arena, struct reads, c->n_systems + 1);
    size_t n = 0, n_outside = 0;
    judge_believing(b);
    for (size_t i = 0; i < c->n_hosts; i++) {
        struct catalogue_host *h = &c->hosts[i];
        if (h->pub.ip.family == 4) {
            judge_ip(b, h, &n_outside);
            judge_gateway(b, h);
        }
        if (h->os->profile)
            judge_unread(b, reads_of(reads, &n, h->os), h);
    }
    if (n_outside > OUTSIDE_TOLD)
        pxed_diag_add(b->diags, PXED_WARNING, c->settings.file, 0,
                      "%zu further hosts have an ip= in no net that is served here: is [pxed] interface right?",
                      n_outside - OUTSIDE_TOLD);
}
