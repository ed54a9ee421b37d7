/* A database file that SQLite cannot read any more, wholly or in part. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <time.h>

#include "schema.h"

/* What is taken over, in this order. Not `meta`: it holds the store's id, and by its absence the core learns that this
 * is another store, in which no arming takes effect. */
enum { STORE_SALVAGED_TABLES = 3 };
extern const char *const store_salvaged_tables[STORE_SALVAGED_TABLES];

struct store_salvage {
    char moved[PATH_MAX]; /* where the damaged file lies now; its log has the same name with -wal */
    size_t rows[STORE_SALVAGED_TABLES];
};

/* Puts a fresh database in the place of the damaged one, with every row of the salvaged tables that can still be read.
 * The damaged file stays, as `<path>.damaged-<now>`. A crash at any moment leaves the damaged file or the fresh one
 * under `path`, never none. 0 or a negative errno with *ret_err; then the damaged file is where it was. Blocks. */
int store_damaged_replace(const char *path, const struct store_schema *schema, time_t now, struct store_salvage *ret,
                          struct store_err *ret_err);
