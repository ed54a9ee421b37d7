#include "machines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "pxed/arena.h"
#include "record.h"

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
            uint8_t differ = 0; /* no early end: its place in the token is nobody's business */
            for (size_t k = 0; k < 16; k++)
                differ |= (uint8_t)(m->rec.token[k] ^ token[k]);
            if (differ == 0 && lifecycle_open(&m->rec))
                return m;
        }
    return NULL;
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
    /* An address belongs to one machine: the newest word counts. */
    struct machine *before = machines_find_ip(ms, ip);
    if (before && before != m) {
        unlink_ip(ms, before);
        memset(&before->rec.ip, 0, sizeof(before->rec.ip));
        machines_touch(ms, before);
    }
    if (m->rec.ip.family)
        unlink_ip(ms, m);
    m->rec.ip = *ip;
    m->rec.ip_leased = leased;
    struct machine **slot = ip_slot(ms, ip);
    m->next_ip = *slot;
    *slot = m;
    machines_touch(ms, m);
}

/* --- strangers: seen, not declared --- */

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

static void forget(struct machines *ms, struct machine *m) {
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
        if (!m->declared && !m->held) { /* a stranger that speaks is young again */
            unlink_stranger(ms, m);
            link_stranger(ms, m);
        }
        m->seen_at = now;
        return m;
    }
    if (ms->n_strangers >= STRANGERS_MAX) {
        struct machine *oldest = ms->oldest_stranger;
        unlink_stranger(ms, oldest);
        forget(ms, oldest);
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

void machines_declare(struct machines *ms, struct machine *m, bool declared, int64_t now) {
    (void)now;
    if (!m->declared && !m->held)
        unlink_stranger(ms, m);
    m->declared = declared;
    m->held = true;
}

void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg) {
    for (size_t i = 0; i < ms->table; i++)
        for (struct machine *m = ms->by_mac[i], *next; m; m = next) {
            next = m->next_mac;
            row(arg, m);
        }
}

/* --- journal --- */

static struct journal_entry *append(struct machines *ms, struct machine *m, struct pxed_slice what,
                                    enum pxed_reason reason, struct pxed_slice text, uint64_t seq, int64_t at) {
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
    return e;
}

void machines_journal(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason,
                      const char *text, int64_t now) {
    append(ms, m, pxed_slice_of(what), reason, pxed_slice_of(text ? text : ""), ms->seq + 1, now);
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

/* --- store --- */

static enum pxed_reason find_reason(struct pxed_slice name) {
    for (unsigned r = 0; r < PXED_REASON_COUNT; r++)
        if (pxed_slice_is(name, pxed_reason_name((enum pxed_reason)r)))
            return (enum pxed_reason)r;
    return PXED_WHY_OK;
}

static void seq_key(uint64_t seq, char key[8]) {
    for (int i = 0; i < 8; i++)
        key[i] = (char)(seq >> (56 - 8 * i));
}

/* "MAC at what reason text" */
static struct pxed_slice write_entry(const struct journal_entry *e, struct pxed_arena *arena) {
    char mac[PXED_MAC_TEXT];
    return pxed_slice_of(pxed_arena_printf(arena, "%s %lld %s %s %s", pxed_mac_text(&e->machine->rec.mac, "-", mac),
                                           (long long)e->at, e->what, pxed_reason_name(e->reason), e->text));
}

static void load_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct machines *ms = arg;
    struct lifecycle_record rec;
    (void)version;
    if (!record_read(value, &rec)) {
        log_core(PXED_LOG_ERROR, "store-record",
                 "unreadable machine record of %.*s; it is treated as known and not armed", PXED_S(key));
        memset(&rec, 0, sizeof(rec));
        if (!pxed_mac_parse(key, &rec.mac))
            return;
    }
    struct machine *m = machines_get(ms, &rec.mac, rec.stage_at);
    machines_declare(ms, m, false, 0);
    struct pxed_addr ip = rec.ip;
    bool leased = rec.ip_leased;
    memset(&rec.ip, 0, sizeof(rec.ip));
    m->rec = rec;
    if (ip.family)
        machines_set_ip(ms, m, &ip, leased);
}

static void load_entry(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct machines *ms = arg;
    struct pxed_hwaddr mac;
    uint64_t seq = 0, at;
    (void)version;
    struct pxed_slice rest = value, mac_word = pxed_slice_word(&rest, " "), time = pxed_slice_word(&rest, " ");
    struct pxed_slice what = pxed_slice_word(&rest, " "), reason = pxed_slice_word(&rest, " ");
    if (key.len != 8 || !pxed_mac_parse(mac_word, &mac) || !pxed_slice_u64(time, INT64_MAX, &at))
        return;
    for (size_t i = 0; i < 8; i++)
        seq = seq << 8 | (uint8_t)key.ptr[i];
    struct machine *m = machines_get(ms, &mac, (int64_t)at);
    if (seq > ms->seq)
        append(ms, m, what, find_reason(reason), pxed_slice_skip(rest, rest.len > 0 && rest.ptr[0] == ' ' ? 1 : 0), seq,
               (int64_t)at);
}

int machines_load(struct machines *ms, const struct pxed_store *store) {
    ms->store = store;
    int rc = store->load(store->self, "machine", load_record, ms);
    if (rc == 0)
        rc = store->load(store->self, "journal", load_entry, ms);
    ms->saved_seq = ms->seq;
    for (struct machine *m = ms->dirty, *next; m; m = next) { /* what was just read is not news */
        next = m->next_dirty;
        m->dirty = false;
        m->next_dirty = NULL;
    }
    ms->dirty = NULL;
    return rc;
}

void machines_touch(struct machines *ms, struct machine *m) {
    if (ms->touched)
        ms->touched(ms->touched_arg, m);
    if (m->dirty || !m->held)
        return;
    m->dirty = true;
    m->next_dirty = ms->dirty;
    ms->dirty = m;
}

struct flush {
    struct machines *ms;
    void (*done)(void *arg, int result);
    void *arg;
    struct machine **machines; /* in this batch; they are held, so they stay */
    size_t n;
    uint64_t journal_from; /* saved_seq before this batch */
};

/* What did not reach the disk goes with the next flush: a spent right must not come back with a restart. */
static void keep_unwritten(const struct flush *f) {
    for (size_t i = 0; i < f->n; i++)
        machines_touch(f->ms, f->machines[i]);
    if (f->journal_from < f->ms->saved_seq)
        f->ms->saved_seq = f->journal_from;
}

static void flushed(void *arg, int result) {
    struct flush *f = arg;
    bool failed = result != PXED_STORE_OK;
    f->ms->in_flight--;
    if (failed && !f->ms->failing) /* each flush will try again; one line tells enough */
        log_core(PXED_LOG_ERROR, "store-failed", "machine states could not be written: %s",
                 result > 0 ? "conflict" : strerror(-result));
    else if (!failed && f->ms->failing)
        log_core(PXED_LOG_INFO, "store-works", "machine states are written again");
    f->ms->failing = failed;
    if (failed)
        keep_unwritten(f);
    if (f->done)
        f->done(f->arg, result > 0 ? -EBUSY : result);
    free(f->machines);
    free(f);
}

struct batch {
    struct pxed_put *puts;
    size_t n;
    struct pxed_arena arena;
};

static void batch_add(struct batch *b, const char *table, struct pxed_slice key, struct pxed_slice value) {
    if ((b->n & (b->n - 1)) == 0)
        b->puts = pxed_xrealloc(b->puts, (b->n ? b->n * 2 : 1) * sizeof(*b->puts));
    struct pxed_slice none = PXED_NO_SLICE;
    b->puts[b->n++] = (struct pxed_put){table, pxed_arena_dup(&b->arena, key),
                                        value.ptr ? pxed_arena_dup(&b->arena, value) : none, PXED_STORE_ANY};
}

static void batch_machines(struct machines *ms, struct batch *b, struct flush *f) {
    char text[RECORD_TEXT_MAX], mac[PXED_MAC_TEXT];
    for (struct machine *m = ms->dirty; m; m = m->next_dirty)
        f->n++;
    f->machines = pxed_xalloc((f->n + 1) * sizeof(struct machine *));
    f->n = 0;
    for (struct machine *m = ms->dirty, *next; m; m = next) {
        struct pxed_buf value = PXED_BUF(text);
        next = m->next_dirty;
        f->machines[f->n++] = m;
        m->dirty = false;
        m->next_dirty = NULL;
        record_write(&m->rec, &value);
        batch_add(b, "machine", pxed_slice_of(pxed_mac_text(&m->rec.mac, "-", mac)), pxed_buf_slice(&value));
    }
    ms->dirty = NULL;
}

/* New lines of machines worth remembering; the store keeps as many as memory does. */
static void batch_journal(struct machines *ms, struct batch *b) {
    char key[8];
    struct journal_entry *e = ms->last;
    while (e && e->older && e->seq > ms->saved_seq)
        e = e->older;
    for (; e; e = e->newer) {
        if (e->seq <= ms->saved_seq || !e->machine->held)
            continue;
        seq_key(e->seq, key);
        batch_add(b, "journal", pxed_slice(key, 8), write_entry(e, &b->arena));
        if (e->seq > ENTRIES_MAX) {
            seq_key(e->seq - ENTRIES_MAX, key);
            batch_add(b, "journal", pxed_slice(key, 8), PXED_NO_SLICE);
        }
    }
    ms->saved_seq = ms->seq;
}

int machines_flush(struct machines *ms, void (*done)(void *arg, int result), void *arg) {
    struct batch b = {0};
    if (!done && !ms->dirty && ms->saved_seq == ms->seq)
        return 0;
    struct flush *f = pxed_xalloc(sizeof(*f));
    *f = (struct flush){.ms = ms, .done = done, .arg = arg, .journal_from = ms->saved_seq};
    batch_machines(ms, &b, f);
    batch_journal(ms, &b);
    if (b.n == 0 && !done) { /* steps of strangers only */
        free(f->machines);
        free(f);
        return 0;
    }
    ms->in_flight++;
    int rc = ms->store->commit(ms->store->self, b.puts, b.n, flushed, f);
    if (rc < 0) {
        f->done = NULL; /* the caller hears it now */
        flushed(f, rc);
    }
    free(b.puts);
    pxed_arena_clear(&b.arena);
    return rc;
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
