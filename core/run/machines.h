/* Every machine known: its record, its journal, and how both reach the store. */
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
    bool held;                                       /* the store has (or is about to have) a record of this MAC */
    bool declared;                                   /* in the host file now */
    bool dirty;                                      /* differs from the store */
    int64_t seen_at;                                 /* wall ms, for forgetting undeclared ones */
    int64_t loader_at;                               /* when it last showed iPXE or gPXE */
    enum pxed_reason told;                           /* last refusal written to the journal in this boot */
    struct machine *next_mac, *next_ip, *next_dirty; /* hash chains */
    struct machine *newer, *older;                   /* undeclared ones, by age */
    struct journal_entry *first, *last;
    unsigned n_entries;
    struct staged *staged; /* what lies on disk for it; owned by stage.c */
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
    const struct pxed_store *store;
    size_t in_flight;                              /* commits not yet answered */
    bool failing;                                  /* the last answer was no */
    void (*touched)(void *arg, struct machine *m); /* a record changed; may be NULL */
    void *touched_arg;
};

void machines_init(struct machines *ms);
void machines_free(struct machines *ms);

/* Reads records and journal from the store. 0 or a negative errno. */
int machines_load(struct machines *ms, const struct pxed_store *store);

/* NULL if the MAC was never seen. */
struct machine *machines_find(struct machines *ms, const struct pxed_hwaddr *mac);
/* Finds or makes one. Undeclared ones are forgotten, oldest first, beyond a few thousand. */
struct machine *machines_get(struct machines *ms, const struct pxed_hwaddr *mac, int64_t now);
struct machine *machines_find_ip(struct machines *ms, const struct pxed_addr *ip);
/* The machine whose live token this is. */
struct machine *machines_find_token(struct machines *ms, const uint8_t token[16]);
void machines_set_ip(struct machines *ms, struct machine *m, const struct pxed_addr *ip, bool leased);
void machines_declare(struct machines *ms, struct machine *m, bool declared, int64_t now);
void machines_each(struct machines *ms, void (*row)(void *arg, struct machine *m), void *arg);

/* Adds a step. `text` may be NULL and is copied. */
void machines_journal(struct machines *ms, struct machine *m, const char *what, enum pxed_reason reason,
                      const char *text, int64_t now);

/* The record changed; it is written with the next flush. */
void machines_touch(struct machines *ms, struct machine *m);
/* Writes everything that is dirty, and the journal's new lines. Returns 0, then `done` (may be NULL) comes once, later,
 * with 0 or a negative errno, after all of it is on disk; or a negative errno at once, and `done` never comes. */
int machines_flush(struct machines *ms, void (*done)(void *arg, int result), void *arg);
