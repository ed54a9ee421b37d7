/* The service "store/1": records that survive. Keys and values are bytes; the store does not look into them. */
#pragma once

#include "pxed/slice.h"

enum { PXED_STORE_OK = 0, PXED_STORE_CONFLICT = 1 /* a record was not in the version expected */ };
#define PXED_STORE_ANY UINT64_MAX

struct pxed_put {
    const char *table; /* "lease", "machine", "journal": a word [a-z]+ known from the first use on */
    struct pxed_slice key;
    struct pxed_slice value; /* unset (ptr NULL): delete */
    uint64_t replaces;       /* version it replaces; 0: must not exist; PXED_STORE_ANY: whatever is there */
};

struct pxed_store {
    uint32_t size;
    void *self;
    /* Calls `row` for each record of a table. Blocks: only between init and start. 0 or a negative errno. */
    int (*load)(void *self, const char *table,
                void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg);
    /* All or nothing; everything is copied. Returns 0, then `done` comes exactly once, later, on the loop: with
     * PXED_STORE_OK only after the records are on disk. Several commits of one loop turn may share one transaction.
     * `done` may be NULL. Versions of written records become (version replaced + 1); with ANY, 1 more than stored. */
    int (*commit)(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result), void *arg);
    /* Since minor 2, of the service that plugins find (the core stands before the store's own): */
    /* STORE_CANNOT_WRITE: the last commit failed and none has succeeded since. The core tries again every 2 s. */
    bool (*failing)(void *self);
    /* STORE_OLD: this store is not the one that this server last wrote to, or an older copy of it: records, leases
     * among them, may have been lost. Constant from the first start() on. */
    bool (*old)(void *self);
};
