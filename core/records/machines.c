/* Machines by MAC and by address, undeclared ones by age. */
#include "machines.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "catalogue.h"
#include "pxed/arena.h"

enum { STRANGERS_MAX = 4096, TABLE_FIRST = 256 };

static void make_tables(struct machines *ms, size_t n) {
    ms->table = n;
    ms->by_mac = pxed_xalloc(n * sizeof(*ms->by_mac));
    ms->by_ip = pxed_xalloc(n * sizeof(*ms->by_ip));
    ms->by_token = pxed_xalloc(n * sizeof(*ms->by_token));
}

void machines_init(struct machines *ms) {
    memset(ms, 0, sizeof(*ms));
    if (getrandom(&ms->seed, sizeof(ms->seed), GRND_NONBLOCK) < 0)
        ms->seed = (uint64_t)(uintptr_t)ms ^ (uint64_t)clock(); /* before the kernel has randomness */
    make_tables(ms, TABLE_FIRST);
}

static struct machine **mac_slot(struct machines *ms, const struct pxed_hwaddr *mac) {
    return &ms->by_mac[pxed_hash(mac->bytes, mac->len, ms->seed) & (ms->table - 1)];
}

/* By a secret key: which chain is looked at says nothing about a token. Never 0, which a machine without one has. */
static uint32_t hash_of(uint64_t key, const void *data, size_t len) {
    uint32_t hash = (uint32_t)pxed_hash(data, len, key);
    return hash ? hash : 1;
}

static uint32_t ip_hash(const struct machines *ms, const struct pxed_addr *ip) {
    return ip->family ? hash_of(ms->seed ^ ip->family, ip->bytes, 16) : 0;
}

static uint32_t token_hash(const struct machines *ms, const uint8_t token[16]) {
    return hash_of(~ms->seed, token, 16);
}

static struct machine **ip_slot(struct machines *ms, uint32_t hash) {
    return &ms->by_ip[hash & (ms->table - 1)];
}

static struct machine **token_slot(struct machines *ms, uint32_t hash) {
    return &ms->by_token[hash & (ms->table - 1)];
}

struct machine *machines_find(struct machines *ms, const struct pxed_hwaddr *mac) {
    struct machine *m = *mac_slot(ms, mac);
    while (m && !pxed_hwaddr_eq(&m->mac, mac))
        m = m->next_mac;
    return m;
}

struct machine *machines_find_ip(struct machines *ms, const struct pxed_addr *ip) {
    uint32_t hash = ip_hash(ms, ip);
    struct machine *m = *ip_slot(ms, hash);
    while (m && (m->ip_hash != hash || !pxed_addr_eq(&machine_rec(m)->ip, ip)))
        m = m->next_ip;
    return m;
}

static bool has_token(const struct lifecycle_record *rec) {
    uint8_t any = 0;
    for (size_t k = 0; k < sizeof(rec->token); k++)
        any |= rec->token[k];
    return any != 0 && lifecycle_open(rec);
}

struct machine *machines_find_token(struct machines *ms, const uint8_t token[16]) {
    uint32_t hash = token_hash(ms, token);
    for (struct machine *m = *token_slot(ms, hash); m; m = m->next_token) {
        if (m->token_hash != hash)
            continue;
        uint8_t differ = 0; /* constant time: the duration must not show how much of a guess is right */
        for (size_t k = 0; k < 16; k++)
            differ |= (uint8_t)(machine_rec(m)->token[k] ^ token[k]);
        if (differ == 0 && has_token(machine_rec(m)))
            return m;
    }
    return NULL;
}

static void link_token(struct machines *ms, struct machine *m) {
    struct machine **slot = token_slot(ms, m->token_hash);
    m->next_token = *slot;
    *slot = m;
}

static void unlink_token(struct machines *ms, struct machine *m) {
    if (m->token_hash == 0)
        return;
    struct machine **at = token_slot(ms, m->token_hash);
    while (*at != m)
        at = &(*at)->next_token;
    *at = m->next_token;
    m->next_token = NULL;
    m->token_hash = 0;
}

void machines_set_record(struct machines *ms, struct machine *m, const struct lifecycle_record *rec) {
    ms->n_set++;
    ms->n_open += (size_t)lifecycle_open(rec);
    ms->n_open -= (size_t)lifecycle_open(machine_rec(m));
    unlink_token(ms, m);
    *machine_rec_edit(m) = *rec;
    if (!has_token(rec))
        return;
    m->token_hash = token_hash(ms, rec->token);
    link_token(ms, m);
}

void machines_dirty(struct machines *ms, struct machine *m, bool law) {
    m->dirty_law |= law;
    if (m->dirty)
        return;
    m->dirty = true;
    m->next_dirty = ms->dirty;
    ms->dirty = m;
}

void machines_touch(struct machines *ms, struct machine *m) {
    if (ms->touched)
        ms->touched(ms->touched_arg, m);
    if (m->held || m->erase)
        machines_dirty(ms, m, false);
}

static void link_ip(struct machines *ms, struct machine *m) {
    struct machine **slot = ip_slot(ms, m->ip_hash);
    m->next_ip = *slot;
    *slot = m;
}

static void unlink_ip(struct machines *ms, struct machine *m) {
    if (m->ip_hash == 0)
        return;
    struct machine **at = ip_slot(ms, m->ip_hash);
    while (*at != m)
        at = &(*at)->next_ip;
    *at = m->next_ip;
    m->next_ip = NULL;
    m->ip_hash = 0;
}

void machines_set_ip(struct machines *ms, struct machine *m, const struct pxed_addr *ip, bool leased) {
    if (pxed_addr_eq(&machine_rec(m)->ip, ip) && machine_rec(m)->ip_leased == leased)
        return;
    /* An address belongs to one machine, the latest, but an address that was only seen does not take a lease away. */
    struct machine *before = ip->family ? machines_find_ip(ms, ip) : NULL;
    if (before && before != m && machine_rec(before)->ip_leased && !leased)
        return;
    if (before && before != m) {
        unlink_ip(ms, before);
        memset(&machine_rec_edit(before)->ip, 0, sizeof(machine_rec(before)->ip));
        machines_touch(ms, before);
    }
    unlink_ip(ms, m);
    machine_rec_edit(m)->ip = *ip;
    machine_rec_edit(m)->ip_leased = leased;
    machines_touch(ms, m);
    m->ip_hash = ip_hash(ms, ip);
    if (m->ip_hash != 0)
        link_ip(ms, m);
}

/* One chain a machine, in tables of a power of two. Not while machines_each walks along them. */
static void grow_tables(struct machines *ms) {
    struct machine **was[] = {ms->by_mac, ms->by_ip, ms->by_token};
    size_t n = ms->table;
    if (ms->n < n || ms->walks > 0)
        return;
    make_tables(ms, n * 2);
    for (size_t i = 0; i < n; i++)
        for (struct machine *m = was[0][i], *next; m; m = next) {
            next = m->next_mac;
            struct machine **slot = mac_slot(ms, &m->mac);
            m->next_mac = *slot;
            *slot = m;
            if (m->ip_hash != 0)
                link_ip(ms, m);
            if (m->token_hash != 0)
                link_token(ms, m);
        }
    for (size_t i = 0; i < sizeof(was) / sizeof(was[0]); i++)
        free(was[i]);
}

/* --- undeclared machines --- */

static bool is_stranger(const struct machine *m) {
    return !m->declared && !m->held && m->pins == 0;
}

static void unlink_stranger(struct machines *ms, struct machine *m) {
    *(m->older ? &m->older->newer : &ms->oldest_stranger) = m->newer;
    *(m->newer ? &m->newer->older : &ms->newest_stranger) = m->older;
    m->older = m->newer = NULL;
    ms->n_strangers--;
}

static void link_stranger(struct machines *ms, struct machine *m) {
    m->older = ms->newest_stranger;
    *(ms->newest_stranger ? &ms->newest_stranger->newer : &ms->oldest_stranger) = m;
    ms->newest_stranger = m;
    ms->n_strangers++;
}

static void machines_forget(struct machines *ms, struct machine *m) {
    struct machine **at = mac_slot(ms, &m->mac);
    while (*at != m)
        at = &(*at)->next_mac;
    *at = m->next_mac;
    unlink_token(ms, m);
    unlink_ip(ms, m);
    journal_forget(ms, m);
    ms->n--;
    catalogue_unref(m->kept);
    awake_free(m);
    free(m);
}

struct machine *machines_get(struct machines *ms, const struct pxed_hwaddr *mac) {
    struct machine *m = machines_find(ms, mac);
    if (m) {
        if (is_stranger(m)) { /* recently seen ones are dropped last */
            unlink_stranger(ms, m);
            link_stranger(ms, m);
        }
        return m;
    }
    if (ms->n_strangers >= STRANGERS_MAX && ms->walks == 0) {
        struct machine *oldest = ms->oldest_stranger;
        unlink_stranger(ms, oldest);
        machines_forget(ms, oldest);
    }
    m = pxed_xalloc(sizeof(*m));
    m->mac = *mac;
    m->among = &ms->awake;
    grow_tables(ms);
    struct machine **slot = mac_slot(ms, mac);
    m->next_mac = *slot;
    *slot = m;
    ms->n++;
    link_stranger(ms, m);
    return m;
}

static void keep_or_age(struct machines *ms, struct machine *m, bool was_stranger) {
    bool stranger = is_stranger(m);
    if (stranger && !was_stranger)
        link_stranger(ms, m);
    if (!stranger && was_stranger)
        unlink_stranger(ms, m);
}

void machines_declare(struct machines *ms, struct machine *m, bool declared) {
    bool stranger = is_stranger(m);
    m->declared = declared;
    keep_or_age(ms, m, stranger);
}

void machines_pin(struct machines *ms, struct machine *m, bool pin) {
    bool stranger = is_stranger(m);
    m->pins = pin ? m->pins + 1 : m->pins - 1;
    keep_or_age(ms, m, stranger);
}

void machines_hold(struct machines *ms, struct machine *m, bool held) {
    bool stranger = is_stranger(m);
    m->held = held;
    keep_or_age(ms, m, stranger);
}

bool machines_some(struct machines *ms, size_t *at, size_t n, void (*row)(void *arg, struct machine *m), void *arg) {
    ms->walks++;
    for (; n > 0 && *at < ms->table; n--, ++*at)
        for (struct machine *m = ms->by_mac[*at], *next; m; m = next) {
            next = m->next_mac;
            awake_visit(m, row, arg);
        }
    ms->walks--;
    return *at < ms->table;
}

void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg) {
    size_t at = 0;
    machines_some(ms, &at, SIZE_MAX, row, arg);
}

void machines_free(struct machines *ms) {
    for (size_t i = 0; i < ms->table; i++)
        while (ms->by_mac[i]) {
            struct machine *m = ms->by_mac[i];
            ms->by_mac[i] = m->next_mac;
            journal_forget(ms, m);
            catalogue_unref(m->kept);
            awake_free(m);
            free(m);
        }
    free(ms->by_mac);
    free(ms->by_ip);
    free(ms->by_token);
    journal_free(&ms->journal);
    memset(ms, 0, sizeof(*ms));
}
