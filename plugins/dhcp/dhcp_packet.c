/* One datagram from parser to answer: wire -> facts -> net -> core -> policy -> reply -> socket or store. */
#include "dhcp_packet.h"

#include <stdio.h>
#include <string.h>

#include "packet.h"
#include "shared.h"

/* Our own question for other servers, that a relay on the wire brings back. */
static bool is_own_question(const struct dhcp_link *link, const struct dhcp_message *m) {
    const struct pxed_hwaddr *mac = &link->iface.mac;
    return m->giaddr != 0 && mac->len == 6 && m->hlen == 6 && memcmp(m->chaddr, mac->bytes, 6) == 0;
}

/* Should this packet be handled? A reply to a service port would start a loop between two servers (CVE-2024-2169). */
static enum pxed_reason judge_packet(const struct dhcp_port *port, const struct dhcp_arrival *a,
                                     const struct dhcp_message *m) {
    uint32_t own = pxed_addr_u32(&port->link->iface.addr);
    if (m->op != DHCP_BOOTREQUEST)
        return PXED_WHY_DHCP_NOT_OURS;
    if (a->source_port < 1024 && a->source_port != DHCP_PORT_CLIENT && a->source_port != DHCP_PORT_SERVER)
        return PXED_WHY_DHCP_NOT_OURS;
    if (a->source == own || is_own_question(port->link, m))
        return PXED_WHY_DHCP_NOT_OURS;
    if (m->giaddr != 0 && (port->number == DHCP_PORT_PXE || m->giaddr == own))
        return PXED_WHY_DHCP_RELAY_FOREIGN;
    return PXED_WHY_OK;
}

/* Says which section is missing: the net's size is a guess. A declared host's journal has it, too. */
static void refuse_place(struct packet *p, const struct dhcp_place *place) {
    const struct dhcp *d = p->d;
    char text[192], mac[PXED_MAC_TEXT], giaddr[PXED_ADDR_TEXT], wanted[PXED_ADDR_TEXT];
    struct pxed_addr peer = pxed_addr_v4(p->arrival->source), relay = pxed_addr_v4(p->m->giaddr),
                     net = pxed_addr_v4(place->wanted & pxed_prefix_mask(24));
    pxed_mac_text(&p->facts.seen.mac, ":", mac);
    snprintf(text, sizeof(text), "mac=%s giaddr=%s: %s [subnet %s/24]", mac, pxed_addr_text(&relay, giaddr),
             place->wanted == p->m->giaddr ? "write it as a relay of its net, or" : "write",
             pxed_addr_text(&net, wanted));
    if (d->core->host(d->ctx, &p->facts.seen.mac))
        d->core->step(d->ctx, &p->facts.seen.mac, PXED_STAGE_NONE, place->reason, NULL, place->wanted ? text : NULL);
    else
        d->core->refuse(d->ctx, place->reason, &peer, place->wanted ? text : NULL);
}

static void refuse_off(struct packet *p) {
    char text[96], mac[PXED_MAC_TEXT];
    struct pxed_addr peer = pxed_addr_v4(p->arrival->source);
    snprintf(text, sizeof(text), "mac=%s net=%s", pxed_mac_text(&p->facts.seen.mac, ":", mac),
             p->d->nets[p->scope].label);
    p->d->core->refuse(p->d->ctx, PXED_WHY_DHCP_OFF, &peer, text);
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
    if (p->m->type == DHCP_BOOTP && !p->verdict.host) {
        struct pxed_addr peer = pxed_addr_v4(p->arrival->source);
        d->core->refuse(d->ctx, PXED_WHY_DHCP_NOT_OURS, &peer, NULL);
        return;
    }
    packet_place(p,
                 dhcp_shared_scope(&nets, &d->table, (unsigned)place.scope, p->m, &p->facts.seen.mac, p->verdict.host));
    d->nets[place.scope].heard = d->nets[p->scope].heard = true;
    if (p->terms->config.mode == DHCP_MODE_OFF) {
        refuse_off(p);
        return;
    }
    if (p->facts.seen.boots || p->verdict.host) /* of a host's system it is good to know that it runs */
        d->core->decide(d->ctx, &p->facts.seen, &p->verdict);
    packet_boot(p);
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
