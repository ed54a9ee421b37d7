/* A served network: its addresses, its pools, and which new machines are accepted under pressure. Pure. */
#include "scope.h"

/* New machines per second under pressure, and at once. */
enum { RATE = 20, CIRCUIT_RATE = 8, CIRCUIT_BURST = 32 };

bool dhcp_scope_covers(const struct dhcp_scope *scope, uint32_t ip) {
    return ip != 0 && ((ip ^ scope->net) & pxed_prefix_mask(scope->prefix)) == 0;
}

bool dhcp_scope_has(const struct dhcp_scope *scope, uint32_t ip) {
    uint32_t mask = pxed_prefix_mask(scope->prefix);
    if (!dhcp_scope_covers(scope, ip) || ip == scope->server)
        return false;
    return scope->prefix >= 31 || ((ip & ~mask) != 0 && (ip & ~mask) != ~mask);
}

static const struct dhcp_pool *scope_pool(const struct dhcp_scope *scope, uint32_t ip) {
    for (unsigned i = 0; i < scope->n_pools; i++)
        if (ip >= scope->pools[i].first && ip <= scope->pools[i].last)
            return &scope->pools[i];
    return NULL;
}

bool dhcp_scope_pooled(const struct dhcp_scope *scope, uint32_t ip) {
    return scope_pool(scope, ip) != NULL;
}

/* A class without a pool here is as none. */
static unsigned class_here(const struct dhcp_scope *scope, unsigned class) {
    for (unsigned i = 0; i < scope->n_pools; i++)
        if (scope->pools[i].class == class)
            return class;
    return 0;
}

bool dhcp_scope_open(const struct dhcp_scope *scope, uint32_t ip, unsigned class) {
    const struct dhcp_pool *pool = scope_pool(scope, ip);
    return pool && pool->class == class_here(scope, class);
}

bool dhcp_scope_add_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last) {
    return dhcp_scope_add_class_pool(scope, first, last, 0);
}

bool dhcp_scope_add_class_pool(struct dhcp_scope *scope, uint32_t first, uint32_t last, unsigned class) {
    uint32_t mask = pxed_prefix_mask(scope->prefix), net = scope->net & mask, end = net | ~mask;
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
    scope->pools[scope->n_pools++] = (struct dhcp_pool){.first = first, .last = last, .class = class};
    scope->size += (uint64_t)last - first + 1;
    return true;
}

bool dhcp_bucket_take(struct dhcp_bucket *b, unsigned rate, unsigned most, uint64_t now) {
    uint64_t earned = (now - b->at) * rate / 1000;
    if (b->at == 0 || earned >= most) {
        b->tokens = most;
        b->at = now;
    } else if (earned > 0) {
        b->tokens = earned + b->tokens > most ? most : b->tokens + (unsigned)earned;
        b->at = now;
    }
    if (b->tokens == 0)
        return false;
    b->tokens--;
    return true;
}

/* Addresses kept for declared hosts that have none yet. */
static uint64_t scope_kept(const struct dhcp_scope *scope) {
    uint64_t wanted = scope->floating > scope->declared ? scope->floating - scope->declared : 0;
    return wanted < scope->size / 4 ? wanted : scope->size / 4;
}

enum pxed_reason dhcp_scope_admits(struct dhcp_scope *scope, uint64_t circuit, uint64_t now) {
    if (scope->live < scope->size && scope->live + scope_kept(scope) >= scope->size)
        return PXED_WHY_DHCP_KEPT;
    if (scope->live * 2 > scope->size && circuit != 0 &&
        !dhcp_bucket_take(&scope->circuits[circuit % DHCP_CIRCUITS], CIRCUIT_RATE, CIRCUIT_BURST, now))
        return PXED_WHY_DHCP_RATE;
    if ((uint64_t)scope->lists[DHCP_OFFERED].n * 2 <= scope->size)
        scope->offers = (struct dhcp_bucket){0};
    else if (!dhcp_bucket_take(&scope->offers, RATE, RATE, now))
        return PXED_WHY_DHCP_RATE;
    return PXED_WHY_OK;
}

bool dhcp_scope_tight(const struct dhcp_scope *scope) {
    return scope->live * 4 >= scope->size * 3;
}

uint32_t dhcp_scope_reserved(const struct pxed_host *host, const struct dhcp_scope *scope) {
    uint32_t ip = host ? pxed_addr_u32(&host->ip) : 0;
    return dhcp_scope_has(scope, ip) ? ip : 0;
}
