/* Chooses among the nets of one wire. Pure. */
#include "shared.h"

static bool is_beside(const struct dhcp_nets *nets, unsigned scope, int other) {
    unsigned at = scope;
    do {
        if ((int)at == other)
            return true;
        at = nets->items[at].beside;
    } while (at != scope);
    return false;
}

unsigned dhcp_shared_scope(const struct dhcp_nets *nets, const struct dhcp_leases *t, unsigned scope,
                           const struct dhcp_message *m, const struct pxed_hwaddr *mac, const struct pxed_host *host) {
    uint32_t asked = m->ciaddr;
    if (nets->items[scope].beside == scope)
        return scope;
    int kept = host ? dhcp_net_of(nets, pxed_addr_u32(&host->ip)) : DHCP_NO_SCOPE;
    if (asked == 0 && !dhcp_get_u32(m, DHCP_OPT_REQUESTED, &asked))
        asked = 0;
    int named = dhcp_net_of(nets, asked);
    if (m->type != DHCP_DISCOVER && is_beside(nets, scope, named)) /* the others speak of this one address */
        return (unsigned)named;
    if (is_beside(nets, scope, kept))
        return (unsigned)kept;
    for (unsigned other = scope, first = scope;;) {
        if (dhcp_lease_by_mac(t, other, mac) != DHCP_NONE)
            return other;
        unsigned next = nets->items[other].beside;
        if (next == first)
            break;
        other = next;
    }
    return is_beside(nets, scope, named) ? (unsigned)named : scope;
}
