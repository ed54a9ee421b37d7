/* The rows of a table that has pages which cannot be read. */
#pragma once

#include <sqlite3.h>

/* Gives each row of t_<table> that can be reached to `add` (?1 key, ?2 version, ?3 value), some perhaps twice. A table
 * that cannot be read at all has none. SQLITE_OK, or why `add` failed. */
int store_salvage_rows(sqlite3 *from, const char *table, sqlite3_stmt *add);
