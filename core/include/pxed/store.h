/* The service "store/1": records that survive a restart. Keys and values are bytes that the store does not interpret.
 * Loop thread only. */
#pragma once

#include "pxed/buf.h"

enum { PXED_STORE_OK = 0, PXED_STORE_CONFLICT = 1 /* a record did not have the expected version */ };
#define PXED_STORE_ANY UINT64_MAX

struct pxed_put {
    const char *table; /* "lease", "machine", "journal": a word [a-z]+; a table exists from its first use on */
    struct pxed_slice key;
    struct pxed_slice value; /* unset (ptr NULL): delete */
    uint64_t replaces;       /* the version it replaces; 0: must not exist yet; PXED_STORE_ANY: any */
};

struct pxed_store {
    uint32_t size;
    void *self;
    /* Calls `row` for each record of a table; key and value are valid only during the call. Blocks: use it only between
     * init and start. 0 or a negative errno. */
    int (*load)(void *self, const char *table,
                void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg);
    /* All or nothing; everything is copied. Returns 0, then `done` comes exactly once, later, on the loop: with
     * PXED_STORE_OK only after the records are on disk. Or a negative errno: then `done` never comes. Several commits
     * of one loop turn may share one transaction. `done` may be NULL. A written record gets the version it replaced +
     * 1; with ANY, the stored version + 1. */
    int (*commit)(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result), void *arg);
    /* Since minor 2, only in the service that plugins find (the core wraps the store's own): */
    /* STORE_CANNOT_WRITE: the last commit failed and none has succeeded since. The core tries again every 2 s. */
    bool (*failing)(void *self);
    /* STORE_OLD: this store is not the one that this server last wrote to, or an older copy of it: records, including
     * leases, may have been lost. Constant from the first start() on. */
    bool (*old)(void *self);
    /* Since minor 8. Writes what is committed, at least all of before the call, into a new file in the state folder,
     * for its owner alone, while commits go on. 0, then `done` comes once, later, with 0 and the file, which the caller
     * removes, or with a negative errno. Or a negative errno: -EBUSY: another copy is being written. May be NULL. */
    int (*backup)(void *self, void (*done)(void *arg, int result, const char *file), void *arg);
};

/* Stores without a daemon: `pxed backup`, `restore` and `store copy`. The member `store` in `ops` of a plugin that
 * provides store/1. Stores are named by the paths of their files. They block; 0 or a negative errno with a sentence in
 * *ret_error. Since minor 8. */
struct pxed_store_files {
    uint32_t size;
    /* The path of the configured store; -ENAMETOOLONG. */
    int (*path)(const void *config, const char *state_dir, struct pxed_buf *ret);
    /* Writes the store `from` into one new file `to`, for its owner alone. Refused while a daemon runs on it. */
    int (*copy)(const char *from, const char *to, struct pxed_buf *ret_error);
    /* Calls `row` for each record of a table, as struct pxed_store. */
    int (*load)(const char *file, const char *table,
                void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg,
                struct pxed_buf *ret_error);
    /* Brings the copy `fresh` up to date, changes it by `puts`, and puts it in the place of the store `path`. What was
     * there stays under another name, told in *ret_aside; empty: there was nothing. At any moment `path` is the one or
     * the other. */
    int (*replace)(const char *fresh, const char *path, const struct pxed_put *puts, size_t n,
                   struct pxed_buf *ret_aside, struct pxed_buf *ret_error);
};
