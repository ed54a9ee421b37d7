/* Free addresses that were probed before a machine asks for one. Pure. */
#include "ahead.h"

enum {
    HEADS = DHCP_AHEAD_ALL / 8,
    FRESH_MS = 300 * 1000, /* a round is repeated after this time */
    DRY_MS = 10 * 1000,    /* a pool without a free address is looked at again after this time */
    TRIES = 16,            /* addresses of a list that one message may look at */
    WAIT_RATE = 4,         /* machines a second that wait for a probe of their own */
    WAIT_MOST = 8,         /* of them at once */
    BURST_MS = 1000,       /* a burst is over when so long nobody came too soon */
    HELD_MOST = DHCP_AHEAD_ALL / 2,
};

/* ---- entries ---- */

static uint32_t *ahead_head(const struct dhcp_ahead *a, uint32_t ip) {
    return (uint32_t *)(uintptr_t)&a->heads[(ip * 0x9e3779b1u >> 16) % HEADS];
}

struct dhcp_ahead_entry *dhcp_ahead_find(const struct dhcp_ahead *a, uint32_t ip) {
    uint32_t i = *ahead_head(a, ip);
    while (i != DHCP_NONE && a->entries[i].ip != ip)
        i = a->entries[i].ip_next;
    return i == DHCP_NONE ? NULL : &a->entries[i];
}

bool dhcp_ahead_has(const struct dhcp_ahead *a, uint32_t ip) {
    return dhcp_ahead_find(a, ip) != NULL;
}

static struct dhcp_list *ahead_list(struct dhcp_leases *t, const struct dhcp_ahead_entry *e) {
    return &t->scopes[e->scope].pools[e->pool].ahead;
}

/* Puts it at the newest end of the list of its pool. */
static void ahead_add(struct dhcp_leases *t, unsigned scope, unsigned pool, uint32_t ip) {
    struct dhcp_ahead *a = t->ahead;
    uint32_t index = a->spare;
    if (index != DHCP_NONE)
        a->spare = a->entries[index].ip_next;
    else
        index = a->used++;
    struct dhcp_ahead_entry *e = &a->entries[index];
    struct dhcp_list *list = &t->scopes[scope].pools[pool].ahead;
    uint32_t *head = ahead_head(a, ip);
    *e = (struct dhcp_ahead_entry){.ip = ip,
                                   .ip_next = *head,
                                   .older = list->newest,
                                   .newer = DHCP_NONE,
                                   .scope = (uint16_t)scope,
                                   .pool = (uint8_t)pool};
    *head = index;
    *(list->newest == DHCP_NONE ? &list->oldest : &a->entries[list->newest].newer) = index;
    list->newest = index;
    list->n++;
}

static void list_remove(struct dhcp_leases *t, struct dhcp_ahead_entry *e) {
    struct dhcp_ahead *a = t->ahead;
    struct dhcp_list *list = ahead_list(t, e);
    *(e->older == DHCP_NONE ? &list->oldest : &a->entries[e->older].newer) = e->newer;
    *(e->newer == DHCP_NONE ? &list->newest : &a->entries[e->newer].older) = e->older;
    list->n--;
    a->lacking = true;
}

static void ahead_remove(struct dhcp_leases *t, struct dhcp_ahead_entry *e) {
    struct dhcp_ahead *a = t->ahead;
    uint32_t index = (uint32_t)(e - a->entries), *at = ahead_head(a, e->ip);
    while (*at != index)
        at = &a->entries[*at].ip_next;
    *at = e->ip_next;
    if (e->held)
        a->n_held--;
    else
        list_remove(t, e);
    e->ip = 0; /* no address: it is unused */
    e->ip_next = a->spare;
    a->spare = index;
}

static bool ahead_full(const struct dhcp_ahead *a) {
    return a->spare == DHCP_NONE && a->used == DHCP_AHEAD_ALL;
}

void dhcp_ahead_init(struct dhcp_ahead *a, struct dhcp_ahead_entry *entries, const struct dhcp_leases *t) {
    uint32_t pools = 0;
    *a = (struct dhcp_ahead){.entries = entries, .spare = DHCP_NONE, .lacking = true};
    memset(a->heads, 0xff, sizeof(a->heads));
    for (unsigned i = 0; i < t->n_scopes; i++)
        for (unsigned k = 0; k < t->scopes[i].n_pools; k++, pools++)
            t->scopes[i].pools[k].ahead = (struct dhcp_list){DHCP_NONE, DHCP_NONE, 0};
    a->each = pools > 0 ? DHCP_AHEAD_ALL / pools : 0;
    if (a->each > DHCP_AHEAD_POOL)
        a->each = DHCP_AHEAD_POOL;
}

/* ---- choosing ---- */

/* Was it given meanwhile, or is it kept for another machine now? */
static bool ahead_usable(const struct dhcp_leases *t, const struct dhcp_ahead_entry *e, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved) {
    uint32_t index = dhcp_lease_by_ip(t, e->ip);
    const struct dhcp_lease *lease = index == DHCP_NONE ? NULL : dhcp_lease_at(t, index);
    return (!lease || (lease->state == DHCP_EXPIRED && !lease->pending)) &&
           dhcp_lease_usable(t, e->scope, e->ip, mac, reserved);
}

/* The first one known of a list, else its first one. What cannot be given any more leaves the list. */
static struct dhcp_ahead_entry *ahead_first(struct dhcp_leases *t, struct dhcp_list *list,
                                            const struct pxed_hwaddr *mac, const struct dhcp_reserved *reserved) {
    struct dhcp_ahead_entry *first = NULL;
    uint32_t next = list->oldest;
    for (int n = 0; n < TRIES && next != DHCP_NONE; n++) {
        struct dhcp_ahead_entry *e = &t->ahead->entries[next];
        next = e->newer;
        if (!ahead_usable(t, e, mac, reserved))
            ahead_remove(t, e);
        else if (e->known)
            return e;
        else if (!first)
            first = e;
    }
    return first;
}

uint32_t dhcp_ahead_take(struct dhcp_leases *t, unsigned scope, const struct pxed_hwaddr *mac,
                         const struct dhcp_reserved *reserved, uint64_t now, bool *ret_known) {
    struct dhcp_scope *s = &t->scopes[scope];
    struct dhcp_ahead_entry *best = NULL;
    for (unsigned i = 0; i < s->n_pools && !(best && best->known); i++) {
        struct dhcp_ahead_entry *e = dhcp_scope_open(s, s->pools[i].first, reserved->class)
                                         ? ahead_first(t, &s->pools[i].ahead, mac, reserved)
                                         : NULL;
        if (e && (!best || e->known))
            best = e;
    }
    if (!best)
        return 0;
    *ret_known = best->known && now - best->free_at < 2 * FRESH_MS; /* not after a standstill */
    uint32_t ip = best->ip;
    ahead_remove(t, best);
    (void)dhcp_ahead_may_wait(t->ahead, now); /* in a burst that empties the list nobody waits */
    return ip;
}

/* While a burst lasts no token counts: the few that come back meanwhile would make one machine in thousands wait. */
bool dhcp_ahead_may_wait(struct dhcp_ahead *a, uint64_t now) {
    if (!a->begun)
        return true;
    bool calm = dhcp_bucket_take(&a->wait, WAIT_RATE, WAIT_MOST, now);
    if (!calm)
        a->burst_until = now + BURST_MS;
    return calm && now >= a->burst_until;
}

bool dhcp_ahead_answered(struct dhcp_leases *t, uint32_t ip, uint64_t now) {
    struct dhcp_ahead_entry *e = dhcp_ahead_find(t->ahead, ip);
    if (!e || e->questions == 0)
        return false;
    if (!e->held && t->ahead->n_held == HELD_MOST) {
        t->scopes[e->scope].pools[e->pool].dry_until = now + DRY_MS;
        ahead_remove(t, e);
        return true;
    }
    if (!e->held) {
        list_remove(t, e);
        t->ahead->n_held++;
    }
    e->held = true;
    e->known = false;
    e->questions = 0;
    e->free_at = now;
    return true;
}

/* ---- asking ---- */

struct step {
    struct dhcp_leases *t;
    struct dhcp_reserved reserved; /* for no machine */
    uint64_t now;
    struct dhcp_ahead_entry **ask;
    unsigned n;
    bool running; /* a round runs, or had no room in this step */
};

static void step_ask(struct step *s, struct dhcp_ahead_entry *e) {
    e->questions++;
    e->asked_at = s->now;
    s->ask[s->n++] = e;
    s->running = true;
}

/* Goes on with an entry's round, ends it, or begins the next one. */
static void step_entry(struct step *s, struct dhcp_ahead_entry *e) {
    static const struct pxed_hwaddr nobody;
    struct dhcp_reserved reserved = s->reserved;
    reserved.class = s->t->scopes[e->scope].pools[e->pool].class;
    uint64_t age = s->now - e->asked_at;
    if (e->questions == 2 && age >= DHCP_AHEAD_END_MS) {
        e->questions = 0;
        if (e->held) { /* nobody is there any more: it may be chosen again */
            ahead_remove(s->t, e);
            return;
        }
        e->known = s->t->ahead->begun = true;
        e->free_at = s->now;
    }
    bool due = e->questions == 1 ? age >= DHCP_AHEAD_AGAIN_MS : e->questions == 0 && s->now - e->free_at >= FRESH_MS;
    if (e->questions == 0 && due && !ahead_usable(s->t, e, &nobody, &reserved))
        ahead_remove(s->t, e);
    else if (due && s->n < DHCP_AHEAD_STEP)
        step_ask(s, e);
    s->running |= due || e->questions > 0;
}

/* One more address for each pool that lacks some, as far as there is room. */
static bool step_fill(struct step *s, unsigned scope) {
    struct dhcp_ahead *a = s->t->ahead;
    bool lacks = false;
    for (unsigned i = 0; i < s->t->scopes[scope].n_pools; i++) {
        struct dhcp_pool *pool = &s->t->scopes[scope].pools[i];
        uint32_t size = pool->last - pool->first + 1;
        if (pool->ahead.n >= a->each || (size != 0 && pool->ahead.n >= size) || pool->dry_until > s->now ||
            ahead_full(a))
            continue;
        lacks = true;
        if (s->n == DHCP_AHEAD_STEP)
            break;
        uint32_t ip = dhcp_lease_spare(s->t, scope, i, s->reserved);
        pool->dry_until = ip ? 0 : s->now + DRY_MS;
        if (ip == 0)
            continue;
        ahead_add(s->t, scope, i, ip);
        step_ask(s, &a->entries[s->t->scopes[scope].pools[i].ahead.newest]);
    }
    return lacks;
}

unsigned dhcp_ahead_step(struct dhcp_leases *t, struct dhcp_reserved reserved, uint64_t now,
                         struct dhcp_ahead_entry *ret_ask[static DHCP_AHEAD_STEP], uint64_t *ret_ms) {
    struct dhcp_ahead *a = t->ahead;
    struct step s = {.t = t, .reserved = reserved, .now = now, .ask = ret_ask};
    a->lacking = false;
    for (uint32_t i = 0; i < a->used; i++)
        if (a->entries[i].ip != 0)
            step_entry(&s, &a->entries[i]);
    bool lacks = true;
    while (lacks && s.n < DHCP_AHEAD_STEP) { /* each turn adds one for each pool, or finds it dry */
        lacks = false;
        for (unsigned i = 0; i < t->n_scopes && s.n < DHCP_AHEAD_STEP; i++, a->next_scope++)
            lacks |= step_fill(&s, a->next_scope % t->n_scopes);
    }
    *ret_ms = s.running || lacks ? DHCP_AHEAD_TICK_MS : DHCP_AHEAD_REST_MS;
    return s.n;
}
