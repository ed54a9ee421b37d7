/* Which net a message comes from. Pure. */
#include "net.h"

enum { RELAY_LINK = 5 /* RFC 3527 */ };

int dhcp_net_of(const struct dhcp_nets *nets, uint32_t ip) {
    unsigned low = 0, high = nets->n;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct dhcp_scope *s = &nets->scopes[middle];
        if (dhcp_scope_covers(s, ip))
            return (int)middle;
        if (ip < s->net)
            high = middle;
        else
            low = middle + 1;
    }
    return DHCP_NO_SCOPE;
}

static bool is_listed(const struct dhcp_net *net, uint32_t giaddr) {
    for (size_t i = 0; i < net->relays->n; i++)
        if (pxed_addr_u32(&net->relays->items[i]) == giaddr)
            return true;
    return false;
}

/* The net that lists this relay. */
static int net_of_relay(const struct dhcp_nets *nets, uint32_t giaddr) {
    unsigned low = 0, high = nets->n_relays;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (nets->relays[middle].giaddr == giaddr)
            return (int)nets->relays[middle].scope;
        if (giaddr < nets->relays[middle].giaddr)
            high = middle;
        else
            low = middle + 1;
    }
    return DHCP_NO_SCOPE;
}

/* A subnet number stands for its net, although no host has it. */
static int net_selected(const struct dhcp_nets *nets, struct pxed_slice value, uint32_t *ret_wanted) {
    if (value.len != 4)
        return DHCP_NO_SCOPE;
    struct pxed_addr addr = pxed_addr_v4_be(value.ptr);
    *ret_wanted = pxed_addr_u32(&addr);
    return dhcp_net_of(nets, *ret_wanted);
}

static struct dhcp_place found_at(const struct dhcp_nets *nets, int scope, uint32_t giaddr, uint32_t wanted) {
    bool strange = scope != DHCP_NO_SCOPE && giaddr != 0 && nets->items[scope].relays->n > 0 &&
                   !is_listed(&nets->items[scope], giaddr);
    if (scope == DHCP_NO_SCOPE || strange)
        return (struct dhcp_place){DHCP_NO_SCOPE, PXED_WHY_DHCP_RELAY_FOREIGN, strange ? giaddr : wanted};
    return (struct dhcp_place){scope, PXED_WHY_OK, 0};
}

struct dhcp_place dhcp_place(const struct dhcp_nets *nets, const struct dhcp_message *m, int own, uint32_t source,
                             bool unicast) {
    struct pxed_slice link, subnet = m->options[DHCP_OPT_SUBNET];
    uint32_t wanted = m->giaddr;
    bool linked = m->giaddr != 0 && dhcp_tlv_find(m->options[DHCP_OPT_RELAY], true, RELAY_LINK, &link);
    if (linked || subnet.ptr) {
        int selected = net_selected(nets, linked ? link : subnet, &wanted);
        return found_at(nets, selected, m->giaddr, wanted);
    }
    if (m->giaddr != 0) {
        int scope = net_of_relay(nets, m->giaddr);
        return found_at(nets, scope != DHCP_NO_SCOPE ? scope : dhcp_net_of(nets, m->giaddr), m->giaddr, wanted);
    }
    int far = unicast && m->ciaddr != 0 && m->ciaddr == source ? dhcp_net_of(nets, m->ciaddr) : DHCP_NO_SCOPE;
    if (far != DHCP_NO_SCOPE)
        return found_at(nets, far, 0, 0);
    if (own == DHCP_NO_SCOPE)
        return (struct dhcp_place){DHCP_NO_SCOPE, PXED_WHY_DHCP_NOT_OURS, 0};
    return found_at(nets, own, 0, 0);
}
