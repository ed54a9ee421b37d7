/* Recovers the rows of a table with unreadable pages. */
#pragma once

#include <sqlite3.h>

/* Passes each readable row of t_<table> to `add` (?1 key, ?2 version, ?3 value), some possibly twice. A table that
 * cannot be read at all has none. SQLITE_OK, or why `add` failed. */
int store_salvage_rows(sqlite3 *from, const char *table, sqlite3_stmt *add);
