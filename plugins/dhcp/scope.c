/* A served network: its addresses, its pools, and which new machines are accepted under pressure. Pure. */
#include "scope.h"

enum { RATE = 20 }; /* new machines per second under pressure, and at once */

bool dhcp_scope_has(const struct dhcp_scope *scope, uint32_t ip) {
    uint32_t mask = pxed_prefix_mask(scope->prefix);
    if (ip == 0 || ((ip ^ scope->server) & mask) != 0 || ip == scope->server)
        return false;
    return scope->prefix >= 31 || ((ip & ~mask) != 0 && (ip & ~mask) != ~mask);
}

bool dhcp_scope_pooled(const struct dhcp_scope *scope, uint32_t ip) {
    for (unsigned i = 0; i < scope->n_pools; i++)
        if (ip >= scope->pools[i].first && ip <= scope->pools[i].last)
            return true;
    return false;
}

bool dhcp_scope_add_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last) {
    uint32_t mask = pxed_prefix_mask(scope->prefix), net = scope->server & mask, end = net | ~mask;
    if (scope->prefix < 31) {
        net++;
        end--;
    }
    if (first < net)
        first = net;
    if (last > end)
        last = end;
    if (first > last || scope->n_pools == DHCP_POOLS)
        return false;
    scope->pools[scope->n_pools++] = (struct dhcp_pool){.first = first, .last = last};
    scope->size += (uint64_t)last - first + 1;
    return true;
}

bool dhcp_scope_admits(struct dhcp_scope *scope, uint64_t now) {
    if ((uint64_t)scope->lists[DHCP_OFFERED].n * 2 <= scope->size) {
        scope->rate_tokens = RATE;
        scope->rate_ms = now;
        return true;
    }
    uint64_t earned = (now - scope->rate_ms) * RATE / 1000;
    if (earned > 0) {
        scope->rate_tokens = earned + scope->rate_tokens > RATE ? RATE : scope->rate_tokens + (unsigned)earned;
        scope->rate_ms = now;
    }
    if (scope->rate_tokens == 0)
        return false;
    scope->rate_tokens--;
    return true;
}

uint32_t dhcp_scope_reserved(const struct pxed_host *host, const struct dhcp_scope *scope) {
    uint32_t ip = host ? pxed_addr_u32(&host->ip) : 0;
    return dhcp_scope_has(scope, ip) ? ip : 0;
}
