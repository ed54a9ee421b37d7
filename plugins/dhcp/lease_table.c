/* The entries of the lease table and how they are found: by state, by address, by machine. */
#include "lease_table.h"

/* Keyed and mixed twice: the seed is secret, so that an attacker cannot choose MACs that share a chain. */
static uint64_t lease_mix(uint64_t key, uint64_t seed) {
    uint64_t h = (key ^ seed) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 32)) * (seed | 1);
    h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u;
    return h ^ (h >> 32);
}

static uint32_t *mac_head(const struct dhcp_leases *t, const struct pxed_hwaddr *mac) {
    uint64_t h = (uint64_t)mac->type << 8 | mac->len;
    for (size_t at = 0; at < mac->len && at < sizeof(mac->bytes); at += 8) {
        uint64_t word = 0;
        size_t left = sizeof(mac->bytes) - at;
        size_t n = mac->len - at < left ? mac->len - at : left;
        memcpy(&word, mac->bytes + at, n < 8 ? n : 8);
        h = lease_mix(h ^ word, t->seed);
    }
    return &t->memory.mac_heads[h & (t->memory.heads - 1)];
}

static uint32_t *ip_head(const struct dhcp_leases *t, uint32_t ip) {
    return &t->memory.ip_heads[lease_mix(ip, t->seed) & (t->memory.heads - 1)];
}

/* ---- lists ---- */

static bool is_live(const struct dhcp_lease *e) {
    return e->pooled && (e->state == DHCP_OFFERED || e->state == DHCP_BOUND || e->state == DHCP_DECLINED);
}

/* Counts it in, by 1, or out, by -1. */
static void count_live(struct dhcp_leases *t, const struct dhcp_lease *e, uint64_t by) {
    t->scopes[e->scope].live += is_live(e) ? by : 0;
    t->scopes[e->scope].declared += is_live(e) && e->declared ? by : 0;
}

static void list_add(struct dhcp_leases *t, uint32_t index, enum dhcp_lease_state state) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_list *list = &t->scopes[e->scope].lists[state];
    e->state = (uint8_t)state;
    e->newer = DHCP_NONE;
    e->older = list->newest;
    if (list->newest != DHCP_NONE)
        dhcp_lease_at(t, list->newest)->newer = index;
    else
        list->oldest = index;
    list->newest = index;
    list->n++;
    count_live(t, e, 1);
}

static void list_remove(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_list *list = &t->scopes[e->scope].lists[e->state];
    count_live(t, e, UINT64_MAX);
    if (e->older != DHCP_NONE)
        dhcp_lease_at(t, e->older)->newer = e->newer;
    else
        list->oldest = e->newer;
    if (e->newer != DHCP_NONE)
        dhcp_lease_at(t, e->newer)->older = e->older;
    else
        list->newest = e->older;
    list->n--;
}

void dhcp_lease_move(struct dhcp_leases *t, uint32_t index, enum dhcp_lease_state state) {
    list_remove(t, index);
    list_add(t, index, state);
}

/* ---- chains ---- */

/* A declined address has no machine and is in no chain by MAC, so that one machine cannot make its own chain long. */
static void link_mac(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    if (e->mac.len == 0)
        return;
    uint32_t *head = mac_head(t, &e->mac);
    e->mac_next = *head;
    *head = index;
}

static void unlink_mac(struct dhcp_leases *t, uint32_t index) {
    if (dhcp_lease_at(t, index)->mac.len == 0)
        return;
    uint32_t *at = mac_head(t, &dhcp_lease_at(t, index)->mac);
    while (*at != index)
        at = &dhcp_lease_at(t, *at)->mac_next;
    *at = dhcp_lease_at(t, index)->mac_next;
}

static void link_ip(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    uint32_t *head = ip_head(t, e->ip);
    e->ip_next = *head;
    *head = index;
}

static void unlink_ip(struct dhcp_leases *t, uint32_t index) {
    uint32_t *at = ip_head(t, dhcp_lease_at(t, index)->ip);
    while (*at != index)
        at = &dhcp_lease_at(t, *at)->ip_next;
    *at = dhcp_lease_at(t, index)->ip_next;
}

/* ---- table ---- */

void dhcp_leases_init(struct dhcp_leases *t, struct dhcp_memory memory, struct dhcp_scope *scopes, unsigned n_scopes,
                      uint64_t seed) {
    *t = (struct dhcp_leases){
        .memory = memory, .spare = DHCP_NONE, .seed = seed, .scopes = scopes, .n_scopes = n_scopes};
    memset(memory.mac_heads, 0xff, sizeof(uint32_t) * memory.heads);
    memset(memory.ip_heads, 0xff, sizeof(uint32_t) * memory.heads);
    for (unsigned i = 0; i < n_scopes; i++) {
        for (int s = 0; s < DHCP_STATE_COUNT; s++)
            scopes[i].lists[s] = (struct dhcp_list){DHCP_NONE, DHCP_NONE, 0};
        scopes[i].in_use = scopes[i].live = scopes[i].declared = 0;
    }
}

bool dhcp_leases_room(const struct dhcp_leases *t, uint32_t n) {
    return t->memory.cap - t->n >= n;
}

void dhcp_leases_grow(struct dhcp_leases *t, struct dhcp_memory memory) {
    t->memory = memory;
    memset(memory.mac_heads, 0xff, sizeof(uint32_t) * memory.heads);
    memset(memory.ip_heads, 0xff, sizeof(uint32_t) * memory.heads);
    for (uint32_t i = 0; i < t->used; i++) {
        if (dhcp_lease_at(t, i)->state == DHCP_FREE)
            continue;
        link_mac(t, i);
        link_ip(t, i);
    }
}

static uint32_t entry_new(struct dhcp_leases *t) {
    uint32_t index = t->spare;
    if (index != DHCP_NONE)
        t->spare = dhcp_lease_at(t, index)->newer;
    else if (t->used < t->memory.cap)
        index = t->used++;
    else
        return DHCP_NONE;
    memset(dhcp_lease_at(t, index), 0, sizeof(struct dhcp_lease));
    t->n++;
    return index;
}

uint32_t dhcp_lease_add(struct dhcp_leases *t, unsigned scope, uint32_t ip, const struct pxed_hwaddr *mac) {
    uint32_t index = entry_new(t);
    if (index == DHCP_NONE)
        return DHCP_NONE;
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    e->ip = ip;
    e->mac = *mac;
    e->scope = (uint16_t)scope;
    e->pooled = dhcp_scope_pooled(&t->scopes[scope], ip);
    link_ip(t, index);
    link_mac(t, index);
    list_add(t, index, DHCP_OFFERED);
    t->scopes[scope].in_use += e->pooled;
    return index;
}

void dhcp_lease_drop(struct dhcp_leases *t, uint32_t index) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    struct dhcp_scope *scope = &t->scopes[e->scope];
    list_remove(t, index);
    unlink_mac(t, index);
    unlink_ip(t, index);
    scope->in_use -= e->pooled;
    e->state = DHCP_FREE;
    e->newer = t->spare;
    t->spare = index;
    t->n--;
}

void dhcp_lease_declare(struct dhcp_leases *t, uint32_t index, bool declared) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    count_live(t, e, UINT64_MAX);
    e->declared = declared;
    count_live(t, e, 1);
}

void dhcp_lease_reassign(struct dhcp_leases *t, uint32_t index, const struct pxed_hwaddr *mac) {
    struct dhcp_lease *e = dhcp_lease_at(t, index);
    dhcp_lease_declare(t, index, false);
    unlink_mac(t, index);
    e->mac = *mac;
    e->name_len = 0;
    e->kept = e->on_disk = e->cleared = e->looking = false;
    link_mac(t, index);
}

/* ---- look-up ---- */

uint32_t dhcp_lease_by_ip(const struct dhcp_leases *t, uint32_t ip) {
    uint32_t index = *ip_head(t, ip);
    while (index != DHCP_NONE && dhcp_lease_at(t, index)->ip != ip)
        index = dhcp_lease_at(t, index)->ip_next;
    return index;
}

uint32_t dhcp_lease_next(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac, uint32_t from,
                         uint32_t but) {
    uint32_t index = from == DHCP_NONE ? *mac_head(t, mac) : dhcp_lease_at(t, from)->mac_next;
    for (; index != DHCP_NONE; index = dhcp_lease_at(t, index)->mac_next) {
        const struct dhcp_lease *e = dhcp_lease_at(t, index);
        if (index != but && e->scope == scope && pxed_hwaddr_eq(&e->mac, mac))
            return index;
    }
    return DHCP_NONE;
}

uint32_t dhcp_lease_by_mac(const struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac) {
    static const uint8_t rank[DHCP_STATE_COUNT] = {[DHCP_BOUND] = 3, [DHCP_OFFERED] = 2, [DHCP_EXPIRED] = 1};
    uint32_t best = DHCP_NONE, index = DHCP_NONE;
    uint8_t top = 0;
    while ((index = dhcp_lease_next(t, scope, mac, index, DHCP_NONE)) != DHCP_NONE) {
        const struct dhcp_lease *e = dhcp_lease_at(t, index);
        uint8_t mine = rank[e->state];
        if (mine > top || (mine > 0 && mine == top && e->until > dhcp_lease_at(t, best)->until)) {
            best = index;
            top = mine;
        }
    }
    return best;
}
