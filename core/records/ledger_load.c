/* Loads records, journal and mark from the store. At start only. */
#include "ledger_load.h"

#include "ledger.h"
#include "ledger_mark.h"
#include "log.h"
#include "record.h"

static void load_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct machines *ms = arg;
    struct lifecycle_record rec;
    if (!record_read(value, &rec)) {
        log_core(PXED_LOG_ERROR, "store-record",
                 "unreadable machine record of %.*s; it is treated as known and not armed", PXED_S(key));
        memset(&rec, 0, sizeof(rec));
        if (!pxed_mac_parse(key, &rec.mac))
            return;
    }
    struct machine *m = machines_get(ms, &rec.mac);
    m->version = version;
    machines_hold(ms, m, true);
    struct pxed_addr ip = rec.ip;
    bool leased = rec.ip_leased;
    memset(&rec.ip, 0, sizeof(rec.ip));
    machines_set_record(ms, m, &rec);
    if (ip.family)
        machines_set_ip(ms, m, &ip, leased);
}

static void load_step(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
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
    struct machine *m = machines_get(ms, &mac);
    enum pxed_reason why = PXED_WHY_OK; /* a reason of a newer pxed is unknown here */
    pxed_reason_find(reason, &why);
    if (seq > ms->journal.seq)
        journal_append(ms, m, what, why, pxed_slice_skip(rest, rest.len > 0 && rest.ptr[0] == ' ' ? 1 : 0), seq,
                       (int64_t)at);
}

static void load_mark(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct machines *ms = arg;
    if (pxed_slice_is(key, "store")) {
        ledger_mark_read(value, &ms->mark);
        ms->mark_version = version;
    }
    ms->restored |= pxed_slice_is(key, LEDGER_RESTORED);
}

int ledger_load(struct machines *ms, const struct pxed_store *store) {
    ledger_open(ms, store);
    ms->journal.saved_seq = UINT64_MAX; /* what does not fit into memory goes from the store too */
    int rc = store->load(store->self, "meta", load_mark, ms);
    if (rc == 0)
        rc = store->load(store->self, "machine", load_record, ms);
    if (rc == 0)
        rc = store->load(store->self, "journal", load_step, ms);
    ms->journal.saved_seq = ms->journal.seq;
    for (struct machine *m = ms->dirty, *next; m; m = next) { /* loading is no change */
        next = m->next_dirty;
        m->dirty = false;
        m->next_dirty = NULL;
    }
    ms->dirty = NULL;
    return rc;
}
