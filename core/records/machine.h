/* One known machine, in memory. All of them: machines.h. */
#pragma once

#include "journal.h"
#include "lifecycle.h"

struct awake;
struct catalogue;
struct ledger_write;
struct staged_known;

/* What is known of one machine, apart from what finds it: 1.3 KB, most of it empty. */
struct machine_awake {
    struct lifecycle_record rec;
    int64_t foreign_at;                        /* when another client last asked for its files */
    int64_t events_full_at;                    /* when it may report a full burst of events again */
    uint64_t nonce;                            /* of its last boot behind a relay: nonces.h; 0: none */
    int64_t loader_at;                         /* when it last used iPXE or gPXE */
    uint64_t boot_seq;                         /* of the newest step when its boot began */
    bool was_silent, offer_silent;             /* in the boot before, and the journal does not say so yet */
    uint64_t told[PXED_REASON_COUNT / 64 + 1]; /* a bit for each refusal written to the journal in this boot */
};

struct machine {
    struct machine *next_mac; /* hash chain; beside the MAC, so that a look-up reads one cache line */
    struct pxed_hwaddr mac;
    bool held : 1;                        /* the store has a record of this MAC */
    bool declared : 1;                    /* in the host file now */
    bool dirty : 1;                       /* differs from the store */
    bool dirty_law : 1;                   /* and in a right, so the counter of the store must rise */
    bool move_steps : 1;                  /* the store has its steps under another MAC */
    bool erase : 1;                       /* delete it from the store: its host has another MAC now */
    bool quiet : 1;                       /* while it rests: nothing of it ends by itself, and it does not boot */
    uint8_t place;                        /* while it is awake: among those that are */
    uint32_t ip_hash, token_hash;         /* of its chains; 0: it is in none */
    unsigned pins;                        /* number of pointers kept to it across loop turns */
    struct awake *among;                  /* those that are awake */
    struct machine_awake *awake;          /* NULL: it rests. awake.h */
    uint64_t *packed;                     /* the same at rest; NULL: `awake` was changed */
    uint64_t version;                     /* of its record in the store; 0: none */
    struct ledger_write *write;           /* its entry in the running commit; NULL: none */
    struct machine *next_ip, *next_token; /* hash chains */
    struct machine *next_dirty;
    struct machine *newer, *older; /* undeclared machines, by age */
    struct journal_part steps;
    struct catalogue *kept;      /* the generation that had its line, while it is installed without one: kept.h */
    struct staged_known *staged; /* what lies on disk for it; owned by staging */
};
