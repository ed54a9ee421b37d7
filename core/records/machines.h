/* All known machines, in memory. How both reach the store: ledger.h. */
#pragma once

#include "awake.h"
#include "pxed/store.h"

struct ledger_mark {
    uint8_t id[16];   /* of the store, made with it */
    uint64_t counter; /* raised by each commit that gives, uses or ends a right */
};

struct machines {
    struct machine **by_mac, **by_ip, **by_token;
    uint64_t seed; /* of the hashes: a stranger cannot choose MACs that share a chain */
    size_t table, n, n_strangers;
    unsigned walks; /* machines_each runs: the tables stay as they are */
    struct machine *oldest_stranger, *newest_stranger;
    struct machine *dirty;
    struct awake awake;
    struct journal journal;
    size_t n_open;  /* machines that are armed or installing */
    uint64_t n_set; /* how often a record was replaced: rights change in no other way */
    struct ledger *ledger;
    struct ledger_mark mark;
    uint64_t mark_version; /* of its record in the store; 0: not stored */
    bool restored;         /* from a backup: LEDGER_RESTORED is in the store, until the first host table is on disk */
    bool restored_ends;    /* the next mark removes it */
    bool mark_due;         /* the next commit writes it, whatever else it does */
    void (*touched)(void *arg, struct machine *m); /* a record changed; may be NULL */
    void *touched_arg;
};

void machines_init(struct machines *ms);
void machines_free(struct machines *ms);

/* NULL if the MAC was never seen. */
struct machine *machines_find(struct machines *ms, const struct pxed_hwaddr *mac);
/* Finds or creates one. Beyond a few thousand undeclared machines it frees the oldest. */
struct machine *machines_get(struct machines *ms, const struct pxed_hwaddr *mac);
struct machine *machines_find_ip(struct machines *ms, const struct pxed_addr *ip);
/* The machine that has this live token, or NULL. Takes the same time however many bytes of a guess are right. */
struct machine *machines_find_token(struct machines *ms, const uint8_t token[16]);
void machines_set_ip(struct machines *ms, struct machine *m, const struct pxed_addr *ip, bool leased);
/* Sets whether it is in the host file, or in the store. A machine that is in neither is undeclared and may be
 * dropped. */
void machines_declare(struct machines *ms, struct machine *m, bool declared);
void machines_hold(struct machines *ms, struct machine *m, bool held);
/* Pins or unpins it: a pinned machine is not dropped, so a pointer to it may be kept across loop turns. */
void machines_pin(struct machines *ms, struct machine *m, bool pin);
/* The same for the next `n` chains of the table, from *at on, which starts as 0; machines that come meanwhile may be
 * left out, and one may come twice. False: that was the last of them. */
bool machines_some(struct machines *ms, size_t *at, size_t n, void (*row)(void *arg, struct machine *m), void *arg);
void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg);

/* Replaces the record without marking it dirty: for the ledger. The address is set by machines_set_ip only. */
void machines_set_record(struct machines *ms, struct machine *m, const struct lifecycle_record *rec);

/* Marks its record as different from the store; `law`: a right differs, so the counter of the store must rise. */
void machines_dirty(struct machines *ms, struct machine *m, bool law);
/* Something seen of it changed; the next flush writes it. Rights are changed only by the ledger. */
void machines_touch(struct machines *ms, struct machine *m);
