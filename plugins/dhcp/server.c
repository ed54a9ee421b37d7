/* What a DHCP server does with a message (RFC 2131 4.3): from message, facts, table and time to an action. Pure. */
#include "server.h"

#include "claim.h"

enum {
    PROBES_EACH = 4, /* per message; after that the client must ask again */
};

static struct dhcp_action server_silent(enum pxed_reason reason) {
    return (struct dhcp_action){.what = DHCP_SILENT, .reason = reason, .lease = DHCP_NONE};
}

uint32_t dhcp_server_id(const struct dhcp_message *m, uint32_t server) {
    struct pxed_slice id;
    if (dhcp_tlv_find(m->options[DHCP_OPT_RELAY], true, DHCP_RELAY_SERVER_ID, &id) && id.len == 4) {
        struct pxed_addr addr = pxed_addr_v4_be(id.ptr);
        return pxed_addr_u32(&addr);
    }
    return server;
}

static struct dhcp_action server_reply(struct dhcp_leases *t, const struct dhcp_query *q, enum dhcp_do what,
                                       enum dhcp_type type, uint32_t yiaddr) {
    return (struct dhcp_action){.what = what,
                                .reason = PXED_WHY_OK,
                                .type = type,
                                .yiaddr = yiaddr,
                                .server_id = dhcp_server_id(q->m, q->server),
                                .lease_ms = yiaddr ? dhcp_time_for(t, q, yiaddr) : 0,
                                .lease = DHCP_NONE};
}

static struct dhcp_action server_nak(struct dhcp_leases *t, const struct dhcp_query *q, enum pxed_reason reason) {
    struct dhcp_action a = server_reply(t, q, DHCP_SAY, DHCP_NAK, 0);
    a.reason = reason;
    return a;
}

/* ---- probing an address ---- */

static struct dhcp_action server_probe(uint32_t ip) {
    return (struct dhcp_action){.what = DHCP_PROBE, .reason = PXED_WHY_OK, .yiaddr = ip, .lease = DHCP_NONE};
}

static struct dhcp_action server_look(const struct dhcp_query *q, uint32_t ip) {
    return q->known.probes < PROBES_EACH ? server_probe(ip) : server_silent(PXED_WHY_DHCP_NO_ADDRESS);
}

/* Another machine answers there: the address is not given for a while. */
static void server_quarantine(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_lease_hold(t, q->scope, ip, &q->facts->seen.mac, q->now);
    if (index != DHCP_NONE)
        dhcp_lease_decline(t, index, q->now);
}

/* ---- DISCOVER ---- */

/* RFC 2131 4.3.1, with the reservation first: ip=, its own current or ended lease, the requested address, any. */
static uint32_t server_choose(struct dhcp_leases *t, const struct dhcp_query *q, enum pxed_reason *reason,
                              bool *ret_known) {
    struct dhcp_scope *scope = dhcp_scope_of(t, q);
    const struct pxed_hwaddr *mac = &q->facts->seen.mac;
    uint32_t ip = dhcp_scope_reserved(q->host, scope), hint;
    bool refused = ip == q->known.ip && q->known.taken;
    *ret_known = false;
    if (ip != 0 && (dhcp_is_free(t, q, ip) || ((dhcp_is_orphaned(t, q, ip) || dhcp_is_siblings(t, q, ip)) && !refused)))
        return ip;
    uint32_t own = dhcp_lease_by_mac(t, q->scope, mac);
    bool given = own != DHCP_NONE && dhcp_allowed(t, q, dhcp_lease_at(t, own)->ip);
    if (given && dhcp_holds(t, own, q->now) && (!q->cannot_write || dhcp_alive(t, q, dhcp_lease_at(t, own)->ip)))
        return dhcp_lease_at(t, own)->ip;
    if (q->cannot_write) {
        *reason = PXED_WHY_STORE_CANNOT_WRITE;
        return 0;
    }
    if ((*reason = dhcp_admits(t, q)) != PXED_WHY_OK)
        return 0;
    if (given)
        return dhcp_lease_at(t, own)->ip;
    if (dhcp_get_u32(q->m, DHCP_OPT_REQUESTED, &hint) && dhcp_allowed(t, q, hint) &&
        dhcp_lease_by_ip(t, hint) == DHCP_NONE)
        return hint;
    *reason = PXED_WHY_DHCP_NO_ADDRESS;
    return dhcp_lease_pick(t, q->scope, mac, &q->reserved, q->host != NULL, q->now, ret_known);
}

/* Held for it by an OFFER: another machine that answers there keeps it. */
static bool is_offered(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t index = dhcp_own_lease(t, q, ip);
    return index != DHCP_NONE && dhcp_lease_at(t, index)->state == DHCP_OFFERED && !dhcp_lease_at(t, index)->pending;
}

/* Holds it now, so that no other machine gets it; a current lease of its own is not changed. False without room. */
static bool server_hold(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip, bool known) {
    uint32_t index = dhcp_own_lease(t, q, ip);
    enum dhcp_lease_state had = index == DHCP_NONE ? DHCP_FREE : (enum dhcp_lease_state)dhcp_lease_at(t, index)->state;
    bool live = index != DHCP_NONE && (had == DHCP_BOUND || dhcp_lease_at(t, index)->pending);
    if (!live && (index = dhcp_lease_hold(t, q->scope, ip, &q->facts->seen.mac, q->now)) == DHCP_NONE)
        return false;
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    if (had == DHCP_EXPIRED) /* its own, unless only offered; in doubt somebody else may have had it since */
        e->cleared = !q->doubt && !e->looking;
    e->cleared |= known || dhcp_looked_at(q, ip);
    dhcp_lease_declare(t, index, q->host != NULL);
    e->looking = dhcp_to_look_at(t, q, ip);
    e->cleared |= !e->looking && !q->doubt;
    return true;
}

static struct dhcp_action server_discover(struct dhcp_leases *t, const struct dhcp_query *q) {
    enum pxed_reason reason = PXED_WHY_DHCP_NO_ADDRESS;
    bool known = false;
    dhcp_leases_tick(t, q->scope, q->now);
    uint32_t ip = server_choose(t, q, &reason, &known);
    if (ip != 0 && ip == q->known.ip && q->known.taken && (dhcp_is_doubtful(t, q, ip) || is_offered(t, q, ip))) {
        server_quarantine(t, q, ip);
        ip = server_choose(t, q, &reason, &known);
    }
    if (ip == 0)
        return server_silent(reason);
    if (dhcp_is_siblings(t, q, ip) && dhcp_sibling_gave_way(q, ip)) /* the lease changes hands with the REQUEST */
        return server_reply(t, q, DHCP_SAY, DHCP_OFFER, ip);
    if (!dhcp_is_free(t, q, ip) && q->known.ip != ip) /* its former owner may still be there */
        return server_look(q, ip);
    if (!server_hold(t, q, ip, known))
        return server_silent(PXED_WHY_DHCP_NO_ADDRESS);
    if (!dhcp_lease_at(t, dhcp_own_lease(t, q, ip))->looking || (q->known.ip == ip && q->known.early))
        return server_reply(t, q, DHCP_SAY, DHCP_OFFER, ip);
    struct dhcp_action look = server_look(q, ip);
    look.hasty = !q->doubt;
    return look;
}

/* ---- REQUEST ---- */

enum claim {
    CLAIM_OK,
    CLAIM_WRONG_NET, /* not an address of this network */
    CLAIM_FOREIGN,   /* of this network, but not ours to give: perhaps another server's */
    CLAIM_TAKEN,     /* ours, but for another machine */
};

static enum claim server_judge(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip, bool renews) {
    struct dhcp_scope *scope = dhcp_scope_of(t, q);
    if (!dhcp_scope_has(scope, ip))
        return CLAIM_WRONG_NET;
    uint32_t kept = dhcp_scope_reserved(q->host, scope);
    if (!dhcp_allowed(t, q, ip))
        return dhcp_scope_pooled(scope, ip) || kept != 0 ? CLAIM_TAKEN : CLAIM_FOREIGN;
    /* While leases are in doubt, the quarantined address may be the client's own: it is probed again. */
    uint32_t index = dhcp_lease_by_ip(t, ip);
    bool again = q->doubt && index != DHCP_NONE && dhcp_lease_at(t, index)->state == DHCP_DECLINED;
    if (!dhcp_is_free(t, q, ip) && !again && !dhcp_is_siblings(t, q, ip))
        return CLAIM_TAKEN;
    /* A machine with a lease gets no other address, because anyone could move it by a REQUEST in its name (RFC 2131
     * 4.3.2: the address is incorrect). */
    uint32_t own = dhcp_lease_by_mac(t, q->scope, &q->facts->seen.mac);
    uint32_t has = own == DHCP_NONE ? 0 : dhcp_lease_at(t, own)->ip;
    if (has != 0 && has != ip && ip != kept && dhcp_alive(t, q, has) && dhcp_allowed(t, q, has))
        return CLAIM_TAKEN;
    /* A host with ip= gets that address at its next start, never in the middle of an installation. */
    bool offered = dhcp_is_free(t, q, kept) || (dhcp_is_siblings(t, q, kept) && q->facts->seen.boots);
    if (kept != 0 && kept != ip && !renews && offered)
        return CLAIM_TAKEN;
    return CLAIM_OK;
}

/* What may be given while the store cannot write. */
static struct dhcp_action grant_unwritten(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    if (ip == dhcp_scope_reserved(q->host, dhcp_scope_of(t, q))) {
        uint32_t index = dhcp_lease_hold(t, q->scope, ip, &q->facts->seen.mac, q->now);
        if (index == DHCP_NONE)
            return server_silent(PXED_WHY_DHCP_NO_ADDRESS);
        dhcp_lease_at(t, index)->kept = true;
        struct dhcp_action a = server_reply(t, q, DHCP_KEEP, DHCP_ACK, ip);
        a.lease = index;
        return a;
    }
    return dhcp_alive(t, q, ip) ? server_reply(t, q, DHCP_SAY, DHCP_ACK, ip)
                                : server_silent(PXED_WHY_STORE_CANNOT_WRITE);
}

static struct dhcp_action server_grant(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    const struct pxed_hwaddr *mac = &q->facts->seen.mac;
    bool looked = dhcp_looked_at(q, ip);
    bool holds = dhcp_holds(t, dhcp_lease_by_mac(t, q->scope, mac), q->now);
    enum pxed_reason why = holds || q->known.probes > 0 ? PXED_WHY_OK : dhcp_admits(t, q);
    if (why != PXED_WHY_OK)
        return server_silent(why);
    bool shared = dhcp_is_siblings(t, q, ip) && !q->facts->seen.boots;
    if ((dhcp_to_look_at(t, q, ip) || shared) && !looked)
        return server_look(q, ip);
    if (looked && q->known.taken) {
        if (is_offered(t, q, ip))
            server_quarantine(t, q, ip);
        return server_nak(t, q, PXED_WHY_DHCP_TAKEN);
    }
    uint32_t index = dhcp_own_lease(t, q, ip);
    bool joins = index != DHCP_NONE && dhcp_lease_at(t, index)->pending;
    if (q->cannot_write && !joins)
        return grant_unwritten(t, q, ip);
    if (!joins && !(index != DHCP_NONE && dhcp_lease_at(t, index)->state == DHCP_BOUND))
        index = dhcp_lease_hold(t, q->scope, ip, mac, q->now);
    if (index == DHCP_NONE)
        return server_silent(PXED_WHY_DHCP_NO_ADDRESS);
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    e->cleared |= looked;
    e->looking = false;
    e->kept = ip == dhcp_scope_reserved(q->host, dhcp_scope_of(t, q));
    dhcp_lease_declare(t, index, q->host != NULL);
    struct dhcp_action a = server_reply(t, q, joins ? DHCP_JOIN : DHCP_STORE, DHCP_ACK, ip);
    a.lease = index;
    return a;
}

/* The client accepted another server's offer: our address is free again. Never a NAK (PROTOCOLS.md 2). */
static struct dhcp_action chose_other(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t server) {
    uint32_t index = dhcp_lease_by_mac(t, q->scope, &q->facts->seen.mac);
    if (index != DHCP_NONE && dhcp_lease_at(t, index)->state == DHCP_OFFERED && !dhcp_lease_at(t, index)->pending)
        dhcp_lease_expire(t, index, q->now);
    struct dhcp_action a = server_silent(PXED_WHY_DHCP_OTHER_SERVER);
    a.other_server = server;
    return a;
}

static struct dhcp_action server_selecting(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    switch (server_judge(t, q, ip, false)) {
    case CLAIM_OK:
        return server_grant(t, q, ip);
    case CLAIM_WRONG_NET:
        return server_nak(t, q, PXED_WHY_DHCP_WRONG_NET);
    default: /* it chose us, so it needs an answer */
        return server_nak(t, q, PXED_WHY_DHCP_TAKEN);
    }
}

/* We may send NAK if we lease addresses, or if this host has one of ours. */
static bool server_authoritative(struct dhcp_leases *t, const struct dhcp_query *q) {
    const struct dhcp_scope *scope = dhcp_scope_of(t, q);
    return !q->mild && (scope->size > 0 || dhcp_scope_reserved(q->host, scope) != 0);
}

static struct dhcp_action init_reboot(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    bool known = dhcp_lease_by_mac(t, q->scope, &q->facts->seen.mac) != DHCP_NONE;
    enum claim claim = server_judge(t, q, ip, false);
    /* RFC 2131 4.3.2: silent about a client without a record. Not where its net is wrong, nor where its address belongs
     * to another machine: two would use it. While records may have been lost a lease recovers by itself, after a probe.
     */
    bool recovers = q->doubt || q->cannot_write || dhcp_scope_reserved(q->host, dhcp_scope_of(t, q)) != 0;
    if (!known && !recovers && claim == CLAIM_OK)
        return server_silent(PXED_WHY_DHCP_NOT_OURS);
    switch (claim) {
    case CLAIM_OK:
        return server_grant(t, q, ip);
    case CLAIM_WRONG_NET:
        return server_authoritative(t, q) ? server_nak(t, q, PXED_WHY_DHCP_WRONG_NET)
                                          : server_silent(PXED_WHY_DHCP_WRONG_NET);
    case CLAIM_TAKEN:
        return server_authoritative(t, q) ? server_nak(t, q, PXED_WHY_DHCP_TAKEN)
                                          : server_silent(PXED_WHY_DHCP_NOT_OURS);
    case CLAIM_FOREIGN:
        break;
    }
    return known ? server_nak(t, q, PXED_WHY_DHCP_TAKEN) : server_silent(PXED_WHY_DHCP_NOT_OURS);
}

/* RENEWING is sent only to us, REBINDING to all servers: then another server may own the lease. */
static struct dhcp_action server_renewing(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    switch (server_judge(t, q, ip, true)) {
    case CLAIM_OK:
        return server_grant(t, q, ip);
    case CLAIM_WRONG_NET:
        return q->unicast || server_authoritative(t, q) ? server_nak(t, q, PXED_WHY_DHCP_WRONG_NET)
                                                        : server_silent(PXED_WHY_DHCP_WRONG_NET);
    case CLAIM_TAKEN:
        return q->unicast || server_authoritative(t, q) ? server_nak(t, q, PXED_WHY_DHCP_TAKEN)
                                                        : server_silent(PXED_WHY_DHCP_NOT_OURS);
    case CLAIM_FOREIGN:
        break;
    }
    return q->unicast ? server_nak(t, q, PXED_WHY_DHCP_TAKEN) : server_silent(PXED_WHY_DHCP_NOT_OURS);
}

/* It chose us and names no address: it means the one it was offered, or any. */
static struct dhcp_action server_any(struct dhcp_leases *t, const struct dhcp_query *q) {
    enum pxed_reason reason = PXED_WHY_DHCP_NO_ADDRESS;
    bool known;
    uint32_t ip = server_choose(t, q, &reason, &known);
    return ip ? server_selecting(t, q, ip) : server_silent(reason);
}

/* Options 54 and 50 and ciaddr tell which kind of REQUEST it is (RFC 2131 4.3.2, table 4). */
static struct dhcp_action server_request(struct dhcp_leases *t, const struct dhcp_query *q) {
    const struct dhcp_message *m = q->m;
    uint32_t server = 0, asked = 0;
    bool names_server = m->options[DHCP_OPT_SERVER_ID].ptr != NULL, asks = m->options[DHCP_OPT_REQUESTED].ptr != NULL;
    if ((names_server && !dhcp_get_u32(m, DHCP_OPT_SERVER_ID, &server)) ||
        (asks && !dhcp_get_u32(m, DHCP_OPT_REQUESTED, &asked)))
        return server_silent(PXED_WHY_DHCP_MALFORMED);
    dhcp_leases_tick(t, q->scope, q->now);
    if (names_server && server != dhcp_server_id(m, q->server))
        return chose_other(t, q, server);
    if (!asks && m->ciaddr == 0) /* without any address only a new start helps */
        return names_server                 ? server_any(t, q)
               : server_authoritative(t, q) ? server_nak(t, q, PXED_WHY_DHCP_MALFORMED)
                                            : server_silent(PXED_WHY_DHCP_MALFORMED);
    if (names_server)
        return server_selecting(t, q, asks ? asked : m->ciaddr);
    if (m->ciaddr != 0)
        return server_renewing(t, q, m->ciaddr);
    return init_reboot(t, q, asked);
}

/* ---- DECLINE, RELEASE, INFORM ---- */

/* The entry of `ip`, if a machine holds it and the message is meant for this server; else DHCP_NONE. */
static uint32_t held_entry(struct dhcp_leases *t, const struct dhcp_query *q, uint32_t ip) {
    uint32_t server, index = dhcp_lease_by_ip(t, ip);
    if (!dhcp_get_u32(q->m, DHCP_OPT_SERVER_ID, &server) || server != dhcp_server_id(q->m, q->server) ||
        index == DHCP_NONE)
        return DHCP_NONE;
    const struct dhcp_lease *e = dhcp_lease_at(t, index);
    bool held = e->state == DHCP_BOUND || e->state == DHCP_OFFERED;
    return held && !e->pending && e->scope == q->scope ? index : DHCP_NONE;
}

static struct dhcp_action server_note(uint32_t index, enum pxed_reason reason) {
    return (struct dhcp_action){.what = DHCP_NOTE, .reason = reason, .lease = index};
}

/* Anyone can send a DECLINE in another's name. It counts only if we see another machine there and not the client,
 * because a client that declines an address does not use it (RFC 5227 2.1.1). */
static struct dhcp_action server_decline(struct dhcp_leases *t, const struct dhcp_query *q) {
    uint32_t ip = 0;
    if (!dhcp_get_u32(q->m, DHCP_OPT_REQUESTED, &ip))
        return server_silent(PXED_WHY_DHCP_MALFORMED);
    uint32_t index = held_entry(t, q, ip);
    if (index == DHCP_NONE || dhcp_own_lease(t, q, ip) != index)
        return server_silent(PXED_WHY_DHCP_NOT_OURS);
    if (q->known.ip != ip)
        return server_probe(ip);
    if (!q->known.taken || q->known.own)
        return server_silent(PXED_WHY_DHCP_DECLINE_UNSEEN);
    dhcp_lease_decline(t, index, q->now);
    return server_note(index, PXED_WHY_DHCP_DECLINED);
}

/* RFC 2131 4.4.6: a RELEASE is unicast, so it comes from the address that it releases. */
static struct dhcp_action server_release(struct dhcp_leases *t, const struct dhcp_query *q) {
    uint32_t index = held_entry(t, q, q->m->ciaddr);
    if (index == DHCP_NONE)
        return server_silent(PXED_WHY_DHCP_NOT_OURS);
    if (q->source != q->m->ciaddr || dhcp_own_lease(t, q, q->m->ciaddr) != index)
        return server_silent(PXED_WHY_DHCP_RELEASE_FOREIGN);
    dhcp_lease_expire(t, index, q->now);
    return server_note(index, PXED_WHY_OK);
}

/* The answer goes to ciaddr, so ciaddr must be of this network: our replies must not be aimed at third parties. */
static struct dhcp_action server_inform(struct dhcp_leases *t, const struct dhcp_query *q) {
    uint32_t client = q->m->ciaddr ? q->m->ciaddr : q->source;
    if (!dhcp_scope_has(dhcp_scope_of(t, q), client))
        return server_silent(PXED_WHY_DHCP_WRONG_NET);
    return server_reply(t, q, DHCP_SAY, DHCP_ACK, 0);
}

/* RFC 1534 2: a declared host with ip= has its address for good, without a lease. */
static struct dhcp_action server_bootp(struct dhcp_leases *t, const struct dhcp_query *q) {
    uint32_t ip = dhcp_scope_reserved(q->host, dhcp_scope_of(t, q));
    if (ip == 0 || (!dhcp_is_free(t, q, ip) && !dhcp_is_siblings(t, q, ip)))
        return server_silent(PXED_WHY_DHCP_NOT_OURS);
    struct dhcp_action a = server_reply(t, q, DHCP_SAY, DHCP_BOOTP, ip);
    a.lease_ms = 0;
    return a;
}

struct dhcp_action dhcp_serve(struct dhcp_leases *t, const struct dhcp_query *q) {
    switch (q->m->type) {
    case DHCP_DISCOVER:
        return server_discover(t, q);
    case DHCP_REQUEST:
        return server_request(t, q);
    case DHCP_DECLINE:
        return server_decline(t, q);
    case DHCP_RELEASE:
        return server_release(t, q);
    case DHCP_INFORM:
        return server_inform(t, q);
    case DHCP_BOOTP:
        return server_bootp(t, q);
    default: /* messages that servers send */
        return server_silent(PXED_WHY_DHCP_NOT_OURS);
    }
}
