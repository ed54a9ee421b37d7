/* One datagram from parser to answer: wire -> facts -> net -> core -> policy -> reply -> socket or store. */
#include "dhcp_packet.h"

#include <stdio.h>

#include "class.h"
#include "packet.h"
#include "shared.h"

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

/* Should this packet be handled? A reply to a service port would start a loop between two servers (CVE-2024-2169). */
static enum pxed_reason judge_packet(const struct dhcp_port *port, const struct dhcp_arrival *a,
                                     const struct dhcp_message *m) {
    uint32_t own = pxed_addr_u32(&port->link->iface.addr);
    if (m->op != DHCP_BOOTREQUEST || m->type == DHCP_BOOTP)
        return PXED_WHY_DHCP_NOT_OURS;
    if (a->source_port < 1024 && a->source_port != DHCP_PORT_CLIENT && a->source_port != DHCP_PORT_SERVER)
        return PXED_WHY_DHCP_NOT_OURS;
    if (a->source == own)
        return PXED_WHY_DHCP_NOT_OURS;
    if (m->giaddr != 0 && (port->number == DHCP_PORT_PXE || m->giaddr == own))
        return PXED_WHY_DHCP_RELAY_FOREIGN;
    return PXED_WHY_OK;
}

/* Says which section is missing: the net's size is a guess. */
static void refuse_place(struct packet *p, const struct dhcp_place *place) {
    char text[192], mac[PXED_MAC_TEXT], giaddr[PXED_ADDR_TEXT], wanted[PXED_ADDR_TEXT];
    struct pxed_addr peer = pxed_addr_v4(p->arrival->source), relay = pxed_addr_v4(p->m->giaddr),
                     net = pxed_addr_v4(place->wanted & pxed_prefix_mask(24));
    pxed_mac_text(&p->facts.seen.mac, ":", mac);
    snprintf(text, sizeof(text), "mac=%s giaddr=%s: %s [subnet %s/24]", mac, pxed_addr_text(&relay, giaddr),
             place->wanted == p->m->giaddr ? "write it as a relay of its net, or" : "write",
             pxed_addr_text(&net, wanted));
    p->d->core->refuse(p->d->ctx, place->reason, &peer, place->wanted ? text : NULL);
}

/* `packet` comes from this net: what is said in it, by whom. */
static void take_place(struct packet *p, unsigned scope) {
    const struct dhcp_net *net = &p->d->nets[scope];
    const struct dhcp_scope *s = &p->d->scopes[scope];
    int class = dhcp_class_of(p->d->config, p->m, &p->facts);
    uint32_t server = net->address ? net->address : pxed_addr_u32(&p->link->iface.addr);
    bool relayed = p->m->giaddr != 0 && dhcp_scope_covers(s, p->m->giaddr) && net->link == DHCP_NO_LINK;
    p->scope = scope;
    p->terms = &net->terms[class + 1];
    p->site = (struct dhcp_site){.config = &p->terms->config,
                                 .extra = p->terms->extra,
                                 .server = server,
                                 .net = s->net,
                                 .prefix = s->prefix,
                                 .far = net->link == DHCP_NO_LINK,
                                 .relay = relayed ? p->m->giaddr : 0};
    p->iface = p->link->iface;
    p->iface.addr = pxed_addr_v4(server);
    p->facts.seen.iface = &p->iface;
}

static bool packet_proxies(const struct packet *p) {
    return p->terms->config.mode == DHCP_MODE_PROXY || p->port->number == DHCP_PORT_PXE;
}

void packet_enter(struct packet *p, unsigned scope) {
    take_place(p, scope);
    dhcp_boot(&p->terms->config, packet_proxies(p), &p->facts, &p->verdict, &p->boot);
}

static void packet_answer(struct packet *p) {
    struct dhcp *d = p->d;
    const struct dhcp_nets nets = dhcp_nets_of(d);
    struct dhcp_place place = dhcp_place(&nets, p->m, p->link->scope, p->arrival->source, p->arrival->unicast);
    if (place.scope == DHCP_NO_SCOPE) {
        refuse_place(p, &place);
        return;
    }
    p->verdict.host = d->core->host(d->ctx, &p->facts.seen.mac);
    take_place(p,
               dhcp_shared_scope(&nets, &d->table, (unsigned)place.scope, p->m, &p->facts.seen.mac, p->verdict.host));
    if (p->terms->config.mode == DHCP_MODE_OFF) {
        packet_refuse(p, PXED_STAGE_NONE, PXED_WHY_DHCP_OFF, NULL, d->nets[p->scope].label);
        return;
    }
    if (p->facts.seen.boots)
        d->core->decide(d->ctx, &p->facts.seen, &p->verdict);
    packet_enter(p, p->scope);
    if (packet_proxies(p))
        packet_proxy(p);
    else
        packet_serve(p);
}

void dhcp_packet(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes) {
    static const struct dhcp_known none = {0};
    dhcp_packet_again(port, arrival, bytes, &none);
}

void dhcp_packet_again(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                       const struct dhcp_known *known) {
    struct dhcp *d = port->link->d;
    struct dhcp_message m;
    uint8_t scratch[DHCP_RECV_SIZE];
    struct packet p = {
        .d = d, .link = port->link, .port = port, .arrival = arrival, .m = &m, .bytes = bytes, .known = known};
    struct pxed_addr peer = pxed_addr_v4(arrival->source);
    enum dhcp_parsed parsed = dhcp_parse(bytes, scratch, sizeof(scratch), &m);
    if (parsed != DHCP_PARSED) {
        d->core->refuse(d->ctx, PXED_WHY_DHCP_MALFORMED, &peer, dhcp_parsed_text(parsed));
        return;
    }
    enum pxed_reason reason = judge_packet(port, arrival, &m);
    if (reason != PXED_WHY_OK) {
        d->core->refuse(d->ctx, reason, &peer, NULL);
        return;
    }
    if (!dhcp_facts(&m, &port->link->iface, &p.facts)) {
        d->core->refuse(d->ctx, PXED_WHY_DHCP_MALFORMED, &peer, "no hardware address");
        return;
    }
    packet_answer(&p);
}
