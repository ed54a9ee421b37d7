/* The database file: one connection with its prepared statements, used by one thread at a time. Blocks. */
#pragma once

#include "job.h"
#include "schema.h"

struct store_db_table;

struct store_db {
    sqlite3 *sqlite;
    struct store_db_table *tables;
    sqlite3_stmt *control[6]; /* BEGIN, COMMIT, ... : see db.c */
    int wal_pages;            /* in the write-ahead log after the last commit */
};

/* Opens or makes the file (mode 0600) and brings it to `schema`. It is locked for this process: two daemons on one
 * store would both believe what they loaded. 0, or a negative errno with a sentence in *ret_err; `db` is then closed.
 * STORE_DAMAGED: see damaged.h. */
int store_db_open(struct store_db *db, const char *path, const struct store_schema *schema, struct store_err *ret_err);
/* Moves the write-ahead log into the file. A zeroed or closed `db` is fine. */
void store_db_close(struct store_db *db);

/* Each record of a table; a table nobody has written to has none. The slices live during the call of `row`. */
int store_db_load(struct store_db *db, const char *table,
                  void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg,
                  struct store_err *ret_err);

/* Writes all jobs in one transaction and sets each result. A conflict undoes only its own job; any other failure undoes
 * all, which then share the error. Returns 0 once what was written is on disk, or that error. */
int store_db_apply(struct store_db *db, struct store_job *first, struct store_err *ret_err);

/* Moves the write-ahead log into the file when it has grown: done apart from committing, so that nobody who waits for
 * an acknowledgement pays for it. */
void store_db_checkpoint(struct store_db *db);
