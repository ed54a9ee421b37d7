/* Every machine known, in memory: its record and its journal. How both reach the store: ledger.h. */
#pragma once

#include "lifecycle.h"
#include "pxed/store.h"

struct machine;

struct journal_entry {
    uint64_t seq;
    int64_t at; /* wall ms */
    struct machine *machine;
    enum pxed_reason reason;
    struct journal_entry *older, *newer;                 /* of all machines */
    struct journal_entry *machine_older, *machine_newer; /* of this one */
    const char *text;                                    /* behind `what`, NUL between */
    char what[];
};

struct machine {
    struct lifecycle_record rec;
    bool held;                                       /* the store has a record of this MAC */
    bool declared;                                   /* in the host file now */
    bool dirty;                                      /* differs from the store */
    bool dirty_law;                                  /* and so that a copy of the store from before must be told */
    bool move_steps;                                 /* its steps stand in the store under another MAC */
    unsigned pins;                                   /* who keeps a pointer to it */
    bool erase;                                      /* the store is to forget it: its host has another MAC now */
    uint64_t version;                                /* of its record in the store; 0: none */
    struct ledger_write *write;                      /* its place in the commit on its way; NULL: none */
    int64_t seen_at;                                 /* wall ms, for forgetting undeclared ones */
    int64_t foreign_at;                              /* when somebody else last asked for what is its own */
    int64_t loader_at;                               /* when it last showed iPXE or gPXE */
    enum pxed_reason told;                           /* last refusal written to the journal in this boot */
    struct machine *next_mac, *next_ip, *next_dirty; /* hash chains */
    struct machine *newer, *older;                   /* undeclared ones, by age */
    struct journal_entry *first, *last;
    unsigned n_entries;
    struct staged_known *staged; /* what lies on disk for it; owned by staging */
};

struct ledger_mark {
    uint8_t id[16];   /* of the store, made with it */
    uint64_t counter; /* raised by each commit that gives, uses or ends a right */
};

struct machines {
    struct machine **by_mac, **by_ip;
    size_t table, n, n_strangers;
    struct machine *oldest_stranger, *newest_stranger;
    struct machine *dirty;
    struct journal_entry *first, *last; /* oldest and newest */
    size_t n_entries;
    uint64_t seq;       /* of the newest entry */
    uint64_t saved_seq; /* of the newest entry handed to the store */
    size_t n_open;      /* machines with an arming or an installation that runs */
    struct ledger *ledger;
    struct ledger_mark mark;
    uint64_t mark_version;                         /* of its record in the store; 0: it has none */
    bool mark_due;                                 /* the next commit brings it, whatever else it does */
    void (*touched)(void *arg, struct machine *m); /* a record changed; may be NULL */
    void *touched_arg;
};

void machines_init(struct machines *ms);
void machines_free(struct machines *ms);

/* NULL if the MAC was never seen. */
struct machine *machines_find(struct machines *ms, const struct pxed_hwaddr *mac);
/* Finds or makes one. Undeclared ones are forgotten, oldest first, beyond a few thousand. */
struct machine *machines_get(struct machines *ms, const struct pxed_hwaddr *mac, int64_t now);
struct machine *machines_find_ip(struct machines *ms, const struct pxed_addr *ip);
/* The machine whose live token this is. */
struct machine *machines_find_token(struct machines *ms, const uint8_t token[16]);
void machines_set_ip(struct machines *ms, struct machine *m, const struct pxed_addr *ip, bool leased);
/* In the host file or not; known to the store or not. A machine that is neither is a stranger and may be forgotten. */
void machines_declare(struct machines *ms, struct machine *m, bool declared);
void machines_hold(struct machines *ms, struct machine *m, bool held);
/* Somebody keeps a pointer to it over a turn of the loop. */
void machines_pin(struct machines *ms, struct machine *m, bool pin);
void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg);

/* Adds a step. `text` may be NULL and is copied. */
void machines_journal(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason,
                      const char *text, int64_t now);

/* The whole record, aside of the store: for the ledger. The address is not part of it: machines_set_ip. */
void machines_set_record(struct machines *ms, struct machine *m, const struct lifecycle_record *rec);
/* The history of `from` becomes that of `to`. */
void machines_move_steps(struct machines *ms, struct machine *from, struct machine *to);
/* As the store had it: a step with its number. */
void machines_append(struct machines *ms, struct machine *m, struct pxed_slice what, enum pxed_reason reason,
                     struct pxed_slice text, uint64_t seq, int64_t at);

/* Its record differs from the store; `law`: a copy of the store from before must be told. */
void machines_dirty(struct machines *ms, struct machine *m, bool law);
/* What was seen of it changed; it is written with the next flush. The law is changed by the ledger alone. */
void machines_touch(struct machines *ms, struct machine *m);
