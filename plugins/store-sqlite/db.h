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
    int wal_seen;             /* after the one before */
};

/* Opens or creates the file (mode 0600) and brings it to `schema`. It is locked for this process, because two daemons
 * on one store would each rely on what they loaded. 0, or a negative errno with a sentence in *ret_err; `db` is then
 * closed. STORE_DAMAGED: see damaged.h. */
int store_db_open(struct store_db *db, const char *path, const struct store_schema *schema, struct store_err *ret_err);
/* Gives the log of an open store its length beforehand, where the disk has room: for a daemon that will write. */
void store_db_lay_out(struct store_db *db, const char *path);
/* Moves the write-ahead log into the file. A zeroed or closed `db` is fine. */
void store_db_close(struct store_db *db);

/* Calls `row` for each record of a table; a table that was never written has none. The slices live during the call. */
int store_db_load(struct store_db *db, const char *table,
                  void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg,
                  struct store_err *ret_err);

/* Makes a table and its statements before anything is written to it, so that no acknowledgement waits for that. A
 * failure is nobody's yet: the commit that needs it tries again, and tells. */
void store_db_expect(struct store_db *db, const char *table);

/* Writes all jobs in one transaction and sets each result. A conflict undoes only its own job; any other failure undoes
 * all, and they share the error. Returns 0 once everything is on disk, or that error. */
int store_db_apply(struct store_db *db, struct store_job *first, struct store_err *ret_err);

/* Moves the write-ahead log into the file when it has grown. Separate from committing, so that no acknowledgement waits
 * for it. */
void store_db_checkpoint(struct store_db *db);
