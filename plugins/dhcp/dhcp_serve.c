/* Server mode: one message from the lease table's answer to a reply, a commit or a probe. */
#include <string.h>

#include "dhcp_ahead.h"
#include "dhcp_commit.h"
#include "dhcp_pending.h"
#include "dhcp_probe.h"
#include "dhcp_send.h"
#include "dhcp_store.h"
#include "packet.h"

enum { OTHER_SERVER_AGAIN_MS = 3600 * 1000 };

static void note_other_server(struct packet *p, uint32_t server) {
    struct dhcp_link *link = p->link;
    uint64_t now = dhcp_now(p->d);
    if (link->other_server == server && now - link->other_server_at < OTHER_SERVER_AGAIN_MS)
        return;
    link->other_server = server;
    link->other_server_at = now;
    struct pxed_addr ip = pxed_addr_v4(server);
    pxed_log(p->d->ctx, PXED_LOG_WARNING, "other-server", &p->facts.seen.mac, &ip,
             "interface=%s another DHCP server offers here", link->iface.name);
}

/* An ip= outside the networks of this wire cannot be given. */
static void note_elsewhere(struct packet *p) {
    const struct pxed_host *host = p->verdict.host;
    char text[128], ip[PXED_ADDR_TEXT];
    if (!host || host->ip.family != 4 || p->m->type != DHCP_DISCOVER ||
        dhcp_scope_reserved(host, &p->d->scopes[p->scope]))
        return;
    snprintf(text, sizeof(text), "it asks in %s (%s%s), ip=%s", p->d->nets[p->scope].label, p->link->iface.name,
             p->m->giaddr ? ", by a relay" : "", pxed_addr_text(&host->ip, ip));
    packet_refuse(p, PXED_STAGE_NONE, PXED_WHY_DHCP_HOST_ELSEWHERE, NULL, text);
}

/* Records what our own probe found if no DECLINE asked for it. */
static void note_in_use(struct packet *p) {
    struct pxed_addr ip = pxed_addr_v4(p->known->ip);
    uint64_t now = dhcp_now(p->d);
    if (!p->known->taken || p->m->type == DHCP_DECLINE ||
        (p->d->in_use_at != 0 && now - p->d->in_use_at < DHCP_IN_USE_AGAIN_MS))
        return;
    p->d->in_use_at = now;
    pxed_log(p->d->ctx, PXED_LOG_WARNING, "in-use", &p->facts.seen.mac, &ip,
             "interface=%s another machine answers at this address: it is not given", p->link->iface.name);
}

static size_t packet_build(struct packet *p, const struct dhcp_action *action, uint8_t *bytes) {
    return dhcp_reply(&p->site, p->m, &p->facts, action, p->verdict.host, &p->boot, bytes);
}

static void packet_say(struct packet *p, const struct dhcp_action *action) {
    struct dhcp *d = p->d;
    const struct pxed_hwaddr *mac = &p->facts.seen.mac;
    uint8_t bytes[DHCP_REPLY_MAX];
    size_t len = packet_build(p, action, bytes);
    struct dhcp_route route = dhcp_route(p->arrival, p->m, bytes);
    dhcp_send(p->port, &route, mac, pxed_slice((const char *)bytes, len));
    struct pxed_addr ip = pxed_addr_v4(action->yiaddr ? action->yiaddr : p->m->ciaddr);
    switch (action->type) {
    case DHCP_OFFER:
        pxed_log(d->ctx, PXED_LOG_DEBUG, "offer", mac, &ip, "interface=%s file=%.*s", p->link->iface.name,
                 PXED_S(p->boot.file));
        if (p->facts.seen.boots)
            d->core->step(d->ctx, mac, PXED_STAGE_OFFERED, PXED_WHY_OK, NULL, NULL);
        break;
    case DHCP_NAK:
        pxed_log(d->ctx, PXED_LOG_DEBUG, "nak", mac, NULL, "interface=%s reason=%s", p->link->iface.name,
                 pxed_reason_name(action->reason));
        packet_refuse(p, PXED_STAGE_NONE, action->reason, NULL, NULL);
        break;
    default: /* to an INFORM, or a lease that continues while the store cannot write */
        pxed_log(d->ctx, PXED_LOG_DEBUG, action->yiaddr ? "ack" : "inform", mac, &ip, "interface=%s",
                 p->link->iface.name);
        if (action->yiaddr)
            d->core->step(d->ctx, mac, PXED_STAGE_LEASED, PXED_WHY_OK, &ip, NULL);
    }
}

/* The store cannot write, but ip= is in the host file: the lease is in force at once. */
static void packet_keep(struct packet *p, const struct dhcp_action *action) {
    struct dhcp *d = p->d;
    const struct pxed_hwaddr *mac = &p->facts.seen.mac;
    struct pxed_addr ip = pxed_addr_v4(action->yiaddr);
    uint8_t bytes[DHCP_REPLY_MAX];
    size_t len = packet_build(p, action, bytes);
    struct dhcp_route route = dhcp_route(p->arrival, p->m, bytes);
    dhcp_keep(d, action->lease, dhcp_now(d) + action->lease_ms, dhcp_hostname(p->m));
    dhcp_send(p->port, &route, mac, pxed_slice((const char *)bytes, len));
    pxed_log(d->ctx, PXED_LOG_DEBUG, "ack", mac, &ip, "interface=%s unsaved=yes", p->link->iface.name);
    d->core->step(d->ctx, mac, PXED_STAGE_LEASED, PXED_WHY_OK, &ip, NULL);
}

/* The record being written has an end of its own: a moment earlier, which the reply says; or much earlier, when a
 * stranger's lease was short for want of room, or is one that could not be written before. */
static void packet_join(struct dhcp_action *grant, struct dhcp_pending *pending, uint64_t now) {
    uint64_t left = pending->until > now ? pending->until - now : 0;
    pending->again = left < grant->lease_ms / 2;
    if (!pending->again && left < grant->lease_ms)
        grant->lease_ms = left;
}

/* Builds the reply now; it is sent when the lease is on disk. */
static void packet_grant(struct packet *p, const struct dhcp_action *action) {
    struct dhcp *d = p->d;
    struct dhcp_lease *e = dhcp_lease_at(&d->table, action->lease);
    struct dhcp_pending *pending = action->what == DHCP_JOIN ? e->pending : dhcp_pending_new(d);
    struct pxed_slice name = dhcp_hostname(p->m);
    struct dhcp_action grant = *action;
    pending->again = false;
    if (action->what == DHCP_JOIN)
        packet_join(&grant, pending, dhcp_now(d));
    pending->port = p->port;
    pending->mac = p->facts.seen.mac;
    pending->len = packet_build(p, &grant, pending->packet);
    pending->route = dhcp_route(p->arrival, p->m, pending->packet);
    pending->arrival = *p->arrival;
    pending->request_len = p->bytes.len;
    memcpy(pending->request, p->bytes.ptr, p->bytes.len);
    if (action->what == DHCP_JOIN)
        return;
    pending->lease = action->lease;
    pending->until = dhcp_now(d) + action->lease_ms;
    pending->name = PXED_NO_SLICE;
    if (name.len > 0) {
        memcpy(pending->name_bytes, name.ptr, name.len);
        pending->name = pxed_slice(pending->name_bytes, name.len);
    }
    dhcp_commit(pending);
}

static void stay_silent(struct packet *p, const struct dhcp_action *action) {
    struct pxed_addr peer = pxed_addr_v4(p->arrival->source), other = pxed_addr_v4(action->other_server);
    char text[PXED_ADDR_TEXT];
    const char *detail = NULL;
    if (action->reason == PXED_WHY_DHCP_OTHER_SERVER) {
        note_other_server(p, action->other_server);
        detail = pxed_addr_text(&other, text);
    }
    bool ends = action->reason == PXED_WHY_DHCP_NO_ADDRESS;
    if (action->reason != PXED_WHY_OK)
        packet_refuse(p, ends ? PXED_STAGE_REFUSED : PXED_STAGE_NONE, action->reason, &peer, detail);
}

static void lease_ended(struct packet *p, const struct dhcp_action *action) {
    struct dhcp *d = p->d;
    struct pxed_addr ip = pxed_addr_v4(dhcp_lease_at(&d->table, action->lease)->ip);
    if (action->reason == PXED_WHY_DHCP_DECLINED) {
        pxed_log(d->ctx, PXED_LOG_WARNING, "declined", &p->facts.seen.mac, &ip,
                 "interface=%s another machine uses this address; kept back for 10 minutes", p->link->iface.name);
        packet_refuse(p, PXED_STAGE_NONE, action->reason, &ip, NULL);
    } else {
        pxed_log(d->ctx, PXED_LOG_DEBUG, "release", &p->facts.seen.mac, &ip, "interface=%s", p->link->iface.name);
    }
    dhcp_note(d, action->lease);
}

/* A machine must not wait in vain for want of room: without doubt about leases its address is given unasked. */
static void packet_look(struct packet *p, const struct dhcp_action *action) {
    struct dhcp *d = p->d;
    struct dhcp_known next = {.ip = action->yiaddr, .probes = p->known->probes + 1};
    struct pxed_addr peer = pxed_addr_v4(p->arrival->source);
    bool declines = p->m->type == DHCP_DECLINE;
    struct dhcp_prober who = {.mac = &p->facts.seen.mac,
                              .declared = p->verdict.host != NULL,
                              .patient = declines,
                              .there = p->m->ciaddr == action->yiaddr,
                              .hasty = action->hasty};
    uint32_t index = dhcp_lease_by_ip(&d->table, action->yiaddr);
    bool free = index == DHCP_NONE || dhcp_lease_at(&d->table, index)->looking;
    if (dhcp_probe(p->port, p->arrival, p->bytes, &who, &next))
        return;
    if (!declines && free && dhcp_now(d) >= d->doubt_until)
        d->again(p->port, p->arrival, p->bytes, &next);
    else
        packet_refuse(p, PXED_STAGE_NONE, declines ? PXED_WHY_DHCP_DECLINE_UNSEEN : PXED_WHY_DHCP_RATE, &peer, NULL);
}

static struct dhcp_action packet_ask(struct packet *p) {
    struct dhcp *d = p->d;
    struct dhcp_query q = {.m = p->m,
                           .facts = &p->facts,
                           .host = p->verdict.host,
                           .source = p->arrival->source,
                           .unicast = p->arrival->unicast && p->m->giaddr == 0, /* a relay's is always to us */
                           .scope = p->scope,
                           .server = p->site.server,
                           .reserved = dhcp_reserved_of(d, p->class),
                           .known = *p->known,
                           .cannot_write = p->known->unwritten || dhcp_cannot_write(d),
                           .doubt = dhcp_now(d) < d->doubt_until,
                           .mild = !p->terms->config.authoritative,
                           .lease_ms = p->terms->config.lease_time,
                           .now = dhcp_now(d)};
    dhcp_table_room(d);
    d->table.scopes[q.scope].floating = d->core->hosts_without_ip(d->ctx);
    struct dhcp_action action = dhcp_serve(&d->table, &q);
    dhcp_ahead_wake(d);
    return action;
}

/* A net without a free address leaves the machine to the next one on its wire. */
static struct dhcp_action ask_the_wire(struct packet *p) {
    unsigned first = p->scope;
    for (;;) {
        struct dhcp_action action = packet_ask(p);
        bool full = action.what == DHCP_SILENT &&
                    (action.reason == PXED_WHY_DHCP_NO_ADDRESS || action.reason == PXED_WHY_DHCP_KEPT);
        unsigned next = p->d->nets[p->scope].beside;
        if (p->m->type != DHCP_DISCOVER || !full || next == first)
            return action;
        packet_place(p, next);
        packet_boot(p);
        if (p->terms->config.mode != DHCP_MODE_SERVER)
            return action;
    }
}

void packet_serve(struct packet *p) {
    note_elsewhere(p);
    note_in_use(p);
    struct dhcp_action action = ask_the_wire(p);
    switch (action.what) {
    case DHCP_SILENT:
        stay_silent(p, &action);
        break;
    case DHCP_SAY:
        packet_say(p, &action);
        break;
    case DHCP_STORE:
    case DHCP_JOIN:
        packet_grant(p, &action);
        break;
    case DHCP_KEEP:
        packet_keep(p, &action);
        break;
    case DHCP_NOTE:
        lease_ended(p, &action);
        break;
    case DHCP_PROBE:
        packet_look(p, &action);
        return; /* the rest is done when the message is handled again */
    }
    if (p->m->type == DHCP_DISCOVER)
        packet_refuse_boot(p);
}
