/* Makes the table of served nets: one of each interface, and one of each [subnet]. */
#include "dhcp_nets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hostopt.h"
#include "rows.h"
#include "subnet.h"

/* A net before the table is in order. */
struct draft {
    const struct dhcp_config *config;
    const char *label;
    uint32_t net, server;
    uint8_t prefix;
    int link;
};

struct drafts {
    struct dhcp *d;
    struct draft *items;
    unsigned n;
};

static void port_init(struct dhcp_port *port, struct dhcp_link *link, uint16_t number) {
    port->link = link;
    port->number = number;
    port->fd = port->out.fd = -1;
}

static void add_link(struct drafts *all, const struct pxed_iface *iface) {
    struct dhcp *d = all->d;
    struct dhcp_link *link = &d->links[d->n_links];
    char text[PXED_ADDR_TEXT];
    uint32_t server = pxed_addr_u32(&iface->addr);
    struct pxed_addr net = pxed_addr_v4(server & pxed_prefix_mask(iface->prefix));
    link->d = d; /* not all of it: zeros written to its outboxes would be a hundred kilobytes of memory */
    link->iface = *iface;
    link->arp = link->foreign.fd = -1;
    link->scope = DHCP_NO_SCOPE;
    port_init(&link->server, link, DHCP_PORT_SERVER);
    port_init(&link->pxe, link, DHCP_PORT_PXE);
    all->items[all->n++] = (struct draft){
        .config = d->config,
        .label = pxed_arena_printf(&d->arena, "%s/%u", pxed_addr_text(&net, text), (unsigned)iface->prefix),
        .net = pxed_addr_u32(&net),
        .server = server,
        .prefix = iface->prefix,
        .link = (int)d->n_links,
    };
    d->n_links++;
}

static int find_link(const struct dhcp *d, const char *name) {
    for (unsigned i = 0; name && i < d->n_links; i++)
        if (strcmp(d->links[i].iface.name, name) == 0)
            return (int)i;
    return DHCP_NO_LINK;
}

/* The draft that shares addresses with this net, or NULL. */
static struct draft *find_draft(const struct drafts *all, uint32_t net, uint8_t prefix) {
    for (unsigned i = 0; i < all->n; i++)
        if (dhcp_nets_meet(all->items[i].net, all->items[i].prefix, net, prefix))
            return &all->items[i];
    return NULL;
}

static int subnet_fail(const struct dhcp *d, const struct pxed_section *s, const char *wrong) {
    pxed_log(d->ctx, PXED_LOG_ERROR, "bad-subnet", NULL, NULL, "%s:%u: [subnet %s]: %s", s->file, s->line, s->name,
             wrong);
    return -EINVAL;
}

/* The section of an interface's own net configures that net; any other makes a further one. */
static int add_subnet(struct drafts *all, const struct pxed_section *s) {
    struct dhcp *d = all->d;
    const struct dhcp_config *config = s->config;
    struct draft one = {.config = config, .label = s->name, .link = find_link(d, config->interface)};
    const char *wrong = dhcp_cidr(s->name, &one.net, &one.prefix);
    if (wrong)
        return subnet_fail(d, s, wrong);
    if (config->interface && one.link == DHCP_NO_LINK)
        return subnet_fail(d, s, "interface: not one of [pxed] interface, or without an IPv4 address");
    struct draft *same = find_draft(all, one.net, one.prefix);
    if (!same) {
        all->items[all->n++] = one;
        return 0;
    }
    if (same->net != one.net || same->prefix != one.prefix || same->config != d->config)
        return subnet_fail(d, s, "overlaps another net that is served");
    same->config = config;
    same->label = s->name;
    return 0;
}

static bool on_one_wire(const struct draft *a, const struct draft *b) {
    if (a->link != DHCP_NO_LINK && a->link == b->link)
        return true;
    return a->config->shared && b->config->shared && strcmp(a->config->shared, b->config->shared) == 0;
}

static int by_address(const void *a, const void *b) {
    const struct draft *x = a, *y = b;
    return (x->net > y->net) - (x->net < y->net);
}

/* ---- what is said in a net ---- */

/* The operator's options of one net and class. Later sections win over earlier ones of the same number. */
struct options {
    struct dhcp *d;
    struct pxed_slice always[256];
    struct pxed_slice without_boot[256]; /* what boot data uses itself: for clients that get none */
};

static int option_fail(const struct options *o, const char *line, const char *wrong) {
    pxed_log(o->d->ctx, PXED_LOG_ERROR, "bad-option", NULL, NULL, "option = %s: %s", line, wrong);
    return -EINVAL;
}

static int read_options(struct options *o, const struct pxed_list *lines, bool class) {
    bool begun[256] = {false}; /* sub-options of this list are put behind each other */
    for (size_t i = 0; i < lines->n; i++) {
        char bytes[512], wrong[DHCP_EXTRA_WRONG];
        struct pxed_buf out = PXED_BUF(bytes);
        struct dhcp_extra one;
        if (!dhcp_extra_parse(pxed_slice_of(lines->items[i]), &out, &one, wrong))
            return option_fail(o, lines->items[i], wrong);
        struct pxed_slice *at =
            &(dhcp_extra_is_of_boot(one.number) && !class ? o->without_boot : o->always)[one.number];
        struct pxed_slice before = one.sub && begun[one.number] ? *at : PXED_NO_SLICE;
        if (before.len + out.len > 255)
            return option_fail(o, lines->items[i], "with its other sub-options it is longer than 255 bytes");
        char *joined = pxed_arena_alloc(&o->d->arena, before.len + out.len + 1);
        if (before.len > 0)
            memcpy(joined, before.ptr, before.len);
        memcpy(joined + before.len, bytes, out.len);
        *at = pxed_slice(joined, before.len + out.len);
        begun[one.number] = true;
    }
    return 0;
}

static struct pxed_slice join_options(const struct options *o, const struct pxed_slice by_number[static 256]) {
    size_t len = 0;
    for (size_t i = 0; i < 256; i++)
        len += by_number[i].ptr ? 2 + by_number[i].len : 0;
    struct pxed_buf out = {.ptr = pxed_arena_alloc(&o->d->arena, len + 1), .cap = len + 1};
    for (size_t i = 0; i < 256; i++) {
        if (!by_number[i].ptr)
            continue;
        pxed_buf_byte(&out, (char)i);
        pxed_buf_byte(&out, (char)by_number[i].len);
        pxed_buf_add(&out, by_number[i]);
    }
    return pxed_buf_slice(&out);
}

/* [0] is the net without a class; then one for each class. */
static int make_terms(struct dhcp *d, const struct dhcp_config *config, const struct dhcp_terms **ret) {
    const struct pxed_sections *classes = &d->config->classes;
    struct dhcp_terms *terms = PXED_NEWS(&d->arena, struct dhcp_terms, classes->n + 1);
    struct options net = {.d = d};
    *ret = terms;
    int r = read_options(&net, &d->config->option, false);
    if (r == 0 && config->option.items != d->config->option.items)
        r = read_options(&net, &config->option, false);
    for (size_t i = 0; i <= classes->n && r == 0; i++) {
        struct options options = net;
        terms[i].config = *config;
        if (i > 0)
            pxed_option_overlay(dhcp_class_rows, classes->items[i - 1].set, classes->items[i - 1].config,
                                &terms[i].config);
        if (terms[i].config.option.items != config->option.items)
            r = read_options(&options, &terms[i].config.option, true);
        terms[i].extra = join_options(&options, options.always);
        terms[i].extra_without_boot = join_options(&options, options.without_boot);
    }
    return r;
}

/* ---- the table ---- */

/* The parts of the classes' ranges that lie in this net. */
static void add_class_pools(struct dhcp *d, struct dhcp_scope *scope) {
    for (size_t i = 0; i < d->config->classes.n; i++) {
        const struct pxed_ranges *range = &((const struct dhcp_config *)d->config->classes.items[i].config)->range;
        for (size_t k = 0; range->items != d->config->range.items && k < range->n; k++)
            dhcp_scope_add_class_pool(scope, pxed_addr_u32(&range->items[k].first),
                                      pxed_addr_u32(&range->items[k].last), (unsigned)i + 1);
    }
}

static void add_pools(struct dhcp *d, const struct draft *from, struct dhcp_scope *scope) {
    const struct pxed_ranges *range = &from->config->range;
    add_class_pools(d, scope);
    bool own = range->items != d->config->range.items || from->config == d->config;
    for (size_t i = 0; i < range->n; i++)
        dhcp_scope_add_pool(scope, pxed_addr_u32(&range->items[i].first), pxed_addr_u32(&range->items[i].last));
    struct pxed_addr net = pxed_addr_v4(from->net);
    if (own && range->n > 0 && scope->size == 0)
        pxed_log(d->ctx, PXED_LOG_WARNING, "no-range", NULL, &net, "net=%s no part of range lies in it", from->label);
}

static int net_make(struct dhcp *d, const struct draft *from, unsigned index) {
    struct dhcp_net *net = &d->nets[index];
    struct dhcp_scope *scope = &d->scopes[index];
    *net = (struct dhcp_net){.label = from->label,
                             .link = from->link,
                             .address = pxed_addr_u32(&from->config->address),
                             .relays = &from->config->relay};
    *scope = (struct dhcp_scope){.net = from->net, .prefix = from->prefix, .server = from->server};
    if (from->server != 0) /* a further net of the same interface has no address of ours */
        d->links[from->link].scope = (int)index;
    int r = make_terms(d, from->config, &net->terms);
    if (r < 0 || from->config->mode != DHCP_MODE_SERVER)
        return r;
    d->serves = true;
    add_pools(d, from, scope);
    return 0;
}

static bool in_one_ring(const struct dhcp *d, unsigned a, unsigned b) {
    unsigned at = a;
    do
        at = d->nets[at].beside;
    while (at != a && at != b);
    return at == b;
}

/* The nets of one wire in a ring: two rings become one when an end of each goes on in the other. */
static void ring_nets(const struct drafts *all) {
    struct dhcp *d = all->d;
    for (unsigned i = 0; i < all->n; i++) {
        d->nets[i].beside = i;
        for (unsigned k = 0; k < i; k++) {
            if (!on_one_wire(&all->items[i], &all->items[k]) || in_one_ring(d, i, k))
                continue;
            unsigned next = d->nets[i].beside;
            d->nets[i].beside = d->nets[k].beside;
            d->nets[k].beside = next;
        }
    }
}

static int by_giaddr(const void *a, const void *b) {
    const struct dhcp_listed *x = a, *y = b;
    return (x->giaddr > y->giaddr) - (x->giaddr < y->giaddr);
}

static void list_relays(struct dhcp *d) {
    size_t n = 0;
    for (unsigned i = 0; i < d->n_nets; i++)
        n += d->nets[i].relays->n;
    d->relays = PXED_NEWS(&d->arena, struct dhcp_listed, n + 1);
    for (unsigned i = 0; i < d->n_nets; i++)
        for (size_t k = 0; k < d->nets[i].relays->n; k++)
            d->relays[d->n_relays++] = (struct dhcp_listed){pxed_addr_u32(&d->nets[i].relays->items[k]), i};
    qsort(d->relays, d->n_relays, sizeof(*d->relays), by_giaddr);
    if (d->n_relays > 0)
        d->named = PXED_NEW(&d->arena, struct dhcp_named);
}

static int nets_make(struct drafts *all) {
    struct dhcp *d = all->d;
    if (all->n > UINT16_MAX) { /* the type of a lease's net */
        pxed_log(d->ctx, PXED_LOG_ERROR, "bad-subnet", NULL, NULL, "%u nets; at most %u are served", all->n,
                 UINT16_MAX);
        return -E2BIG;
    }
    qsort(all->items, all->n, sizeof(*all->items), by_address);
    d->nets = pxed_xalloc(sizeof(*d->nets) * (all->n + 1));
    d->scopes = pxed_xalloc(sizeof(*d->scopes) * (all->n + 1));
    d->n_nets = all->n;
    int r = 0;
    for (unsigned i = 0; i < all->n && r == 0; i++)
        r = net_make(d, &all->items[i], i);
    ring_nets(all);
    if (r == 0)
        list_relays(d);
    return r;
}

int dhcp_nets_init(struct dhcp *d) {
    const struct pxed_iface *ifaces;
    const struct pxed_sections *subnets = &d->config->subnets;
    size_t n = d->core->ifaces(d->ctx, &ifaces);
    struct drafts all = {.d = d, .items = pxed_xalloc(sizeof(*all.items) * (n + subnets->n + 1))};
    d->links = pxed_xalloc(sizeof(*d->links) * (n + 1));
    for (size_t i = 0; i < n; i++) {
        if (ifaces[i].addr.family == 4)
            add_link(&all, &ifaces[i]);
        else
            pxed_log(d->ctx, PXED_LOG_WARNING, "no-address", NULL, NULL, "interface=%s has no IPv4 address: no DHCP",
                     ifaces[i].name);
    }
    int r = n + subnets->n > UINT16_MAX ? -E2BIG : 0;
    for (size_t i = 0; i < subnets->n && r == 0; i++)
        r = add_subnet(&all, &subnets->items[i]);
    if (r == 0)
        r = nets_make(&all);
    free(all.items);
    return r;
}

void dhcp_nets_free(struct dhcp *d) {
    free(d->links);
    free(d->nets);
    free(d->scopes);
    pxed_arena_clear(&d->arena);
}
