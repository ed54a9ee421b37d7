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

void packet_place(struct packet *p, unsigned scope) {
    const struct dhcp_net *net = &p->d->nets[scope];
    const struct dhcp_scope *s = &p->d->scopes[scope];
    int class = dhcp_class_of(p->d->config, p->m, &p->facts);
    uint32_t server = net->address ? net->address : pxed_addr_u32(&p->link->iface.addr);
    bool relayed = p->m->giaddr != 0 && dhcp_scope_covers(s, p->m->giaddr) && net->link == DHCP_NO_LINK;
    p->scope = scope;
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
    p->iface = p->link->iface;
    p->iface.addr = pxed_addr_v4(server);
    p->facts.seen.iface = &p->iface;
}

bool packet_proxies(const struct packet *p) {
    return p->terms->config.mode == DHCP_MODE_PROXY || p->port->number == DHCP_PORT_PXE;
}

/* Our answer to a listed relay goes to nobody else: what is asked for under the nonce in it is asked for by the
 * machine, or by who could read that answer. */
static void put_nonce(struct packet *p) {
    const struct pxed_core *core = p->d->core;
    char nonce[17];
    bool listed = p->m->giaddr != 0 && p->d->nets[p->scope].relays->n > 0 && p->port->number == DHCP_PORT_SERVER;
    if (listed && p->boot.offered && core->size >= offsetof(struct pxed_core, nonce) + sizeof(core->nonce) &&
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

void packet_boot(struct packet *p) {
    choose_rung(p);
    dhcp_boot(&p->terms->config, packet_proxies(p), &p->facts, &p->verdict, &p->boot);
    put_nonce(p);
}
