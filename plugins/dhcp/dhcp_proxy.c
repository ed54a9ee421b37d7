/* Beside another DHCP server, and on port 4011 in both modes: boot data without an address. */
#include "dhcp_send.h"
#include "packet.h"

static void proxy_say(struct packet *p, enum dhcp_type type) {
    struct dhcp *d = p->d;
    uint8_t bytes[DHCP_REPLY_MAX];
    size_t len = dhcp_proxy_reply(&p->site, p->m, type, &p->boot, bytes);
    struct dhcp_route route = dhcp_route(p->arrival, p->m, bytes);
    dhcp_send(p->port, &route, &p->facts.seen.mac, pxed_slice((const char *)bytes, len));
    pxed_log(d->ctx, PXED_LOG_DEBUG, type == DHCP_OFFER ? "proxy-offer" : "proxy-ack", &p->facts.seen.mac, NULL,
             "interface=%s file=%.*s", p->link->iface.name, PXED_S(p->boot.file));
}

/* Anyone can send such a REQUEST: the address is only information for people. It is not the stage `leased`, which is
 * for leases that we gave; if we lease addresses ourselves, no message to another server changes one. */
static void packet_heard(struct packet *p, uint32_t address) {
    struct dhcp *d = p->d;
    struct pxed_addr ip = pxed_addr_v4(address);
    if (p->terms->config.mode == DHCP_MODE_PROXY && (p->facts.seen.boots || p->verdict.host))
        d->core->step(d->ctx, &p->facts.seen.mac, PXED_STAGE_NONE, PXED_WHY_OK, &ip, NULL);
}

void packet_proxy(struct packet *p) {
    struct dhcp *d = p->d;
    struct dhcp_proxy_action a = dhcp_proxy(&d->scopes[p->scope], p->arrival, p->m, &p->facts, &p->boot);
    switch (a.what) {
    case DHCP_PROXY_SILENT:
        if (a.reason == PXED_WHY_DHCP_NOT_OURS || a.reason == PXED_WHY_DHCP_WRONG_NET)
            packet_refuse(p, PXED_STAGE_NONE, a.reason, NULL, NULL);
        else if (a.reason != PXED_WHY_OK)
            packet_refuse_boot(p);
        break;
    case DHCP_PROXY_OFFER:
        proxy_say(p, DHCP_OFFER);
        d->core->step(d->ctx, &p->facts.seen.mac, PXED_STAGE_OFFERED, PXED_WHY_OK, NULL, NULL);
        break;
    case DHCP_PROXY_ACK:
        proxy_say(p, DHCP_ACK);
        packet_heard(p, a.heard);
        break;
    case DHCP_PROXY_HEARD:
        packet_heard(p, a.heard);
        break;
    }
}
