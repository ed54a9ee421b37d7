/* A database file that SQLite cannot read, completely or in part. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <time.h>

#include "schema.h"

/* Tables that are recovered, in this order. Not `meta`, which holds the store's id: from its absence the core knows
 * that this is another store, in which no arming takes effect. */
enum { STORE_SALVAGED_TABLES = 3 };
extern const char *const store_salvaged_tables[STORE_SALVAGED_TABLES];

struct store_salvage {
    char moved[PATH_MAX]; /* where the damaged file is now; its log has the same name with -wal */
    size_t rows[STORE_SALVAGED_TABLES];
};

/* Replaces the damaged database by a new one with every row of the recovered tables that can still be read. The damaged
 * file stays as `<path>.damaged-<now>`. After a crash at any moment `path` is either the damaged file or the new one. 0
 * or a negative errno with *ret_err; then the damaged file is where it was. Blocks. */
int store_damaged_replace(const char *path, const struct store_schema *schema, time_t now, struct store_salvage *ret,
                          struct store_err *ret_err);
