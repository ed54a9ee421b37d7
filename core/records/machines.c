/* Machines by MAC and by address, undeclared ones by age, the journal in order. */
#include "machines.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "pxed/arena.h"

enum { STRANGERS_MAX = 4096, ENTRIES_PER_MACHINE = 128, ENTRIES_MAX = 50000 };

void machines_init(struct machines *ms) {
    memset(ms, 0, sizeof(*ms));
    ms->table = 1 << 16;
    ms->by_mac = pxed_xalloc(ms->table * sizeof(*ms->by_mac));
    ms->by_ip = pxed_xalloc(ms->table * sizeof(*ms->by_ip));
}

static struct machine **mac_slot(struct machines *ms, const struct pxed_hwaddr *mac) {
    return &ms->by_mac[pxed_hash(mac->bytes, mac->len, 0) & (ms->table - 1)];
}

static struct machine **ip_slot(struct machines *ms, const struct pxed_addr *ip) {
    return &ms->by_ip[pxed_hash(ip->bytes, 16, ip->family) & (ms->table - 1)];
}

struct machine *machines_find(struct machines *ms, const struct pxed_hwaddr *mac) {
    struct machine *m = *mac_slot(ms, mac);
    while (m && !pxed_hwaddr_eq(&m->rec.mac, mac))
        m = m->next_mac;
    return m;
}

struct machine *machines_find_ip(struct machines *ms, const struct pxed_addr *ip) {
    struct machine *m = *ip_slot(ms, ip);
    while (m && !pxed_addr_eq(&m->rec.ip, ip))
        m = m->next_ip;
    return m;
}

struct machine *machines_find_token(struct machines *ms, const uint8_t token[16]) {
    for (size_t i = 0; i < ms->table; i++)
        for (struct machine *m = ms->by_mac[i]; m; m = m->next_mac) {
            uint8_t differ = 0, any = 0; /* constant time: the duration must not show how much of a guess is right */
            for (size_t k = 0; k < 16; k++) {
                differ |= (uint8_t)(m->rec.token[k] ^ token[k]);
                any |= token[k];
            }
            if (differ == 0 && any != 0 && lifecycle_open(&m->rec))
                return m;
        }
    return NULL;
}

void machines_set_record(struct machines *ms, struct machine *m, const struct lifecycle_record *rec) {
    ms->n_open += (size_t)lifecycle_open(rec);
    ms->n_open -= (size_t)lifecycle_open(&m->rec);
    m->rec = *rec;
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

static void unlink_ip(struct machines *ms, struct machine *m) {
    struct machine **at = ip_slot(ms, &m->rec.ip);
    while (*at && *at != m)
        at = &(*at)->next_ip;
    if (*at)
        *at = m->next_ip;
    m->next_ip = NULL;
}

void machines_set_ip(struct machines *ms, struct machine *m, const struct pxed_addr *ip, bool leased) {
    if (pxed_addr_eq(&m->rec.ip, ip) && m->rec.ip_leased == leased)
        return;
    /* An address belongs to one machine, the latest, but an address that was only seen does not take a lease away. */
    struct machine *before = ip->family ? machines_find_ip(ms, ip) : NULL;
    if (before && before != m && before->rec.ip_leased && !leased)
        return;
    if (before && before != m) {
        unlink_ip(ms, before);
        memset(&before->rec.ip, 0, sizeof(before->rec.ip));
        machines_touch(ms, before);
    }
    if (m->rec.ip.family)
        unlink_ip(ms, m);
    m->rec.ip = *ip;
    m->rec.ip_leased = leased;
    machines_touch(ms, m);
    if (ip->family == 0)
        return;
    struct machine **slot = ip_slot(ms, ip);
    m->next_ip = *slot;
    *slot = m;
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

static void drop_entry(struct machines *ms, struct journal_entry *e) {
    struct machine *m = e->machine;
    *(e->older ? &e->older->newer : &ms->first) = e->newer;
    *(e->newer ? &e->newer->older : &ms->last) = e->older;
    *(e->machine_older ? &e->machine_older->machine_newer : &m->first) = e->machine_newer;
    *(e->machine_newer ? &e->machine_newer->machine_older : &m->last) = e->machine_older;
    m->n_entries--;
    ms->n_entries--;
    free(e);
}

static void machines_forget(struct machines *ms, struct machine *m) {
    struct machine **at = mac_slot(ms, &m->rec.mac);
    while (*at != m)
        at = &(*at)->next_mac;
    *at = m->next_mac;
    if (m->rec.ip.family)
        unlink_ip(ms, m);
    while (m->first)
        drop_entry(ms, m->first);
    ms->n--;
    free(m);
}

struct machine *machines_get(struct machines *ms, const struct pxed_hwaddr *mac, int64_t now) {
    struct machine *m = machines_find(ms, mac);
    if (m) {
        if (is_stranger(m)) { /* recently seen ones are dropped last */
            unlink_stranger(ms, m);
            link_stranger(ms, m);
        }
        m->seen_at = now;
        return m;
    }
    if (ms->n_strangers >= STRANGERS_MAX) {
        struct machine *oldest = ms->oldest_stranger;
        unlink_stranger(ms, oldest);
        machines_forget(ms, oldest);
    }
    m = pxed_xalloc(sizeof(*m));
    m->rec.mac = *mac;
    m->seen_at = now;
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

void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg) {
    for (size_t i = 0; i < ms->table; i++)
        for (struct machine *m = ms->by_mac[i], *next; m; m = next) {
            next = m->next_mac;
            row(arg, m);
        }
}

/* --- journal --- */

void machines_append(struct machines *ms, struct machine *m, struct pxed_slice what, enum pxed_reason reason,
                     struct pxed_slice text, uint64_t seq, int64_t at) {
    struct journal_entry *e = pxed_xalloc(sizeof(*e) + what.len + text.len + 2);
    e->seq = seq;
    e->at = at;
    e->machine = m;
    e->reason = reason;
    memcpy(e->what, what.ptr, what.len);
    e->text = e->what + what.len + 1;
    if (text.len > 0)
        memcpy(e->what + what.len + 1, text.ptr, text.len);
    e->older = ms->last;
    *(ms->last ? &ms->last->newer : &ms->first) = e;
    ms->last = e;
    e->machine_older = m->last;
    *(m->last ? &m->last->machine_newer : &m->first) = e;
    m->last = e;
    ms->seq = seq;
    ms->n_entries++;
    if (++m->n_entries > ENTRIES_PER_MACHINE)
        drop_entry(ms, m->first);
    if (ms->n_entries > ENTRIES_MAX)
        drop_entry(ms, ms->first);
}

void machines_move_steps(struct machines *ms, struct machine *from, struct machine *to) {
    struct journal_entry *a = from->first, *b = to->first, *last = NULL;
    from->first = from->last = to->first = to->last = NULL;
    while (a || b) { /* both lists are in order */
        struct journal_entry **pick = !b || (a && a->seq < b->seq) ? &a : &b, *e = *pick;
        *pick = e->machine_newer;
        e->machine = to;
        e->machine_older = last;
        e->machine_newer = NULL;
        *(last ? &last->machine_newer : &to->first) = e;
        to->last = last = e;
    }
    to->n_entries += from->n_entries;
    from->n_entries = 0;
    while (to->n_entries > ENTRIES_PER_MACHINE)
        drop_entry(ms, to->first);
}

void machines_journal(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason,
                      const char *text, int64_t now) {
    machines_append(ms, m, pxed_slice_of(what), reason, pxed_slice_of(text ? text : ""), ms->seq + 1, now);
    if (m->declared || reason != PXED_WHY_OK) {
        enum pxed_log_level level = pxed_reason_is_fault(reason) ? PXED_LOG_WARNING
                                    : m->declared                ? PXED_LOG_INFO
                                                                 : PXED_LOG_DEBUG;
        char mac[PXED_MAC_TEXT];
        if (log_wants(level))
            log_core(level, what, "mac=%s%s%s%s%s", pxed_mac_text(&m->rec.mac, ":", mac), reason ? " reason=" : "",
                     reason ? pxed_reason_name(reason) : "", text && *text ? " " : "", text ? text : "");
    }
}

void machines_free(struct machines *ms) {
    for (size_t i = 0; i < ms->table; i++)
        while (ms->by_mac[i]) {
            struct machine *m = ms->by_mac[i];
            ms->by_mac[i] = m->next_mac;
            while (m->first)
                drop_entry(ms, m->first);
            free(m);
        }
    free(ms->by_mac);
    free(ms->by_ip);
    memset(ms, 0, sizeof(*ms));
}
