/* What is known about one message: its net, what is said there, what it is refused. */
#include "packet.h"

#include "class.h"

void packet_refuse(struct packet *p, enum pxed_stage stage, enum pxed_reason reason, const struct pxed_addr *ip,
                   const char *detail) {
    struct dhcp *d = p->d;
    if (p->facts.seen.boots || p->verdict.host) {
        d->core->step(d->ctx, &p->facts.seen.mac, stage, reason, NULL, detail);
        return;
    }
    char text[PXED_MAC_TEXT];
    d->core->refuse(d->ctx, reason, ip, pxed_mac_text(&p->facts.seen.mac, ":", text));
}

void packet_refuse_boot(struct packet *p) {
    if (p->boot.reason == PXED_WHY_LOADER_NONE)
        packet_refuse(p, PXED_STAGE_REFUSED, p->boot.reason, NULL, pxed_firmware_names[p->facts.seen.firmware]);
}

/* The options of its host's line come before those of net and class. */
static void put_own_options(struct packet *p) {
    struct pxed_slice lines = p->verdict.host ? pxed_host_value(p->verdict.host, "option") : PXED_NO_SLICE;
    struct pxed_buf out = PXED_BUF(p->extra), without = PXED_BUF(p->extra_without_boot);
    char wrong[DHCP_EXTRA_WRONG];
    if (lines.len == 0 || !dhcp_host_options(lines, p->site.extra, p->site.extra_without_boot, &out, &without, wrong))
        return; /* a wrong one was told when the line was read, and its host is not ready */
    p->site.extra = pxed_buf_slice(&out);
    p->site.extra_without_boot = pxed_buf_slice(&without);
}

void packet_place(struct packet *p, unsigned scope) {
    const struct dhcp_net *net = &p->d->nets[scope];
    const struct dhcp_scope *s = &p->d->scopes[scope];
    int class = dhcp_class_of(p->d->config, p->m, &p->facts);
    uint32_t server = net->address ? net->address : pxed_addr_u32(&p->link->iface.addr);
    bool relayed = p->m->giaddr != 0 && dhcp_scope_covers(s, p->m->giaddr) && net->link == DHCP_NO_LINK;
    p->scope = scope;
    p->class = (unsigned)(class + 1);
    p->terms = &net->terms[class + 1];
    p->site = (struct dhcp_site){.config = &p->terms->config,
                                 .extra = p->terms->extra,
                                 .extra_without_boot = p->terms->extra_without_boot,
                                 .server = server,
                                 .net = s->net,
                                 .prefix = s->prefix,
                                 .names = p->link->names,
                                 .far = net->link == DHCP_NO_LINK,
                                 .relay = relayed ? p->m->giaddr : 0};
    put_own_options(p);
    p->iface = p->link->iface;
    p->iface.addr = pxed_addr_v4(server);
    p->facts.seen.iface = &p->iface;
}

bool packet_proxies(const struct packet *p) {
    return p->terms->config.mode == DHCP_MODE_PROXY || p->port->number == DHCP_PORT_PXE;
}

/* It came by one of the relays that its net lists. */
static bool is_relayed(const struct packet *p) {
    return p->m->giaddr != 0 && p->d->nets[p->scope].relays->n > 0 && p->port->number == DHCP_PORT_SERVER;
}

/* Keeps which address a declared machine names through its relay, for its question on port 4011. */
static void note_named(struct packet *p) {
    uint32_t ip = p->m->ciaddr;
    if (!is_relayed(p) || !p->verdict.host || (p->m->type != DHCP_REQUEST && p->m->type != DHCP_DISCOVER))
        return;
    if (p->m->type == DHCP_DISCOVER || (ip == 0 && !dhcp_get_u32(p->m, DHCP_OPT_REQUESTED, &ip)) ||
        !dhcp_scope_has(&p->d->scopes[p->scope], ip))
        ip = 0;
    dhcp_named_put(p->d->named, &p->facts.seen.mac, ip, dhcp_now(p->d));
}

/* Is this, on port 4011, the address that the relayed REQUEST of this boot named? */
static bool is_named(const struct packet *p) {
    return p->port->number == DHCP_PORT_PXE && p->d->nets[p->scope].relays->n > 0 &&
           (p->m->ciaddr == 0 || p->m->ciaddr == p->arrival->source) &&
           dhcp_named_is(p->d->named, &p->facts.seen.mac, p->arrival->source, dhcp_now(p->d));
}

/* Our answer to a listed relay goes to nobody else, and that on port 4011 to the address alone which was named through
 * it: what is asked for under the nonce in it is asked for by the machine, or by who could read that answer. */
static void put_nonce(struct packet *p) {
    const struct pxed_core *core = p->d->core;
    char nonce[17];
    if ((is_relayed(p) || is_named(p)) && p->boot.offered &&
        core->size >= offsetof(struct pxed_core, nonce) + sizeof(core->nonce) &&
        core->nonce(p->d->ctx, &p->facts.seen.mac, nonce))
        dhcp_boot_nonce(&p->boot, nonce, &p->verdict);
}

/* Firmware gets the rung of its machine's ladder, unless the host's line says which. */
static void choose_rung(struct packet *p) {
    const struct pxed_core *core = p->d->core;
    const struct pxed_list *wanted = dhcp_loaders(&p->terms->config, p->facts.seen.firmware);
    struct pxed_slice own = p->verdict.host ? pxed_host_value(p->verdict.host, "loader") : PXED_NO_SLICE;
    if (p->facts.seen.boots && p->verdict.offer_boot && wanted && own.len == 0 && !dhcp_runs_script(&p->facts) &&
        core->size >= offsetof(struct pxed_core, loader) + sizeof(core->loader))
        p->verdict.loader = core->loader(p->d->ctx, &p->facts.seen, wanted);
}

/* Can it be seen whether a machine there fetches its file? Behind a relay that no net lists nobody is known. */
static bool are_known(const struct packet *p) {
    const struct dhcp_net *net = &p->d->nets[p->scope];
    return net->link != DHCP_NO_LINK || net->relays->n > 0;
}

/* What firmware is told on port 67, and how; in the next way, if it took nothing so far. */
static void choose_way(struct packet *p) {
    const struct pxed_core *core = p->d->core;
    bool proxy = p->terms->config.mode == DHCP_MODE_PROXY;
    if (p->port->number != DHCP_PORT_SERVER || !dhcp_boot_has_ways(&p->boot, &p->facts))
        return;
    struct dhcp_ways ways = dhcp_ways_of(&p->d->config->quirks, &p->terms->config, proxy, p->m, &p->facts);
    size_t at = 0;
    if (p->verdict.host && are_known(p) && core->size >= offsetof(struct pxed_core, way) + sizeof(core->way))
        at = core->way(p->d->ctx, &p->facts.seen, ways.names, ways.n);
    dhcp_boot_way(&p->boot, &p->facts, dhcp_way_of(ways.names[at]));
}

void packet_boot(struct packet *p) {
    choose_rung(p);
    dhcp_boot(&p->terms->config, packet_proxies(p), &p->facts, &p->verdict, &p->boot);
    choose_way(p);
    note_named(p);
    put_nonce(p);
}
