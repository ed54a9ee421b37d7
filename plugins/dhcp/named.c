/* The addresses that machines behind listed relays named. Pure. */
#include "named.h"

/* The first of the places that a machine may have. */
static size_t named_first(const struct pxed_hwaddr *mac) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < mac->len; i++)
        hash = (hash ^ mac->bytes[i]) * 16777619u;
    return hash % (DHCP_NAMED / DHCP_NAMED_WAYS) * DHCP_NAMED_WAYS;
}

void dhcp_named_put(struct dhcp_named *n, const struct pxed_hwaddr *mac, uint32_t ip, uint64_t now) {
    struct dhcp_named_one *at = &n->items[named_first(mac)], *place = at;
    for (size_t i = 0; i < DHCP_NAMED_WAYS; i++) {
        if (pxed_hwaddr_eq(&at[i].mac, mac)) {
            place = &at[i];
            break;
        }
        if (at[i].at < place->at)
            place = &at[i];
    }
    if (ip != 0)
        *place = (struct dhcp_named_one){.mac = *mac, .ip = ip, .at = now};
    else if (pxed_hwaddr_eq(&place->mac, mac))
        *place = (struct dhcp_named_one){0};
}

bool dhcp_named_is(const struct dhcp_named *n, const struct pxed_hwaddr *mac, uint32_t ip, uint64_t now) {
    const struct dhcp_named_one *at = &n->items[named_first(mac)];
    for (size_t i = 0; i < DHCP_NAMED_WAYS; i++)
        if (at[i].ip == ip && ip != 0 && now - at[i].at < DHCP_NAMED_MS && pxed_hwaddr_eq(&at[i].mac, mac))
            return true;
    return false;
}
