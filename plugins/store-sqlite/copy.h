/* A copy of the database in pieces: other work may be done between them, commits included. */
#pragma once

#include <limits.h>

#include "db.h"

struct store_copy {
    sqlite3 *to;
    sqlite3_backup *pages;
    char path[PATH_MAX];
};

/* Begins a copy of `db` into the new file `path` (mode 0600). 0, or a negative errno with *ret_err and nothing to end.
 */
int store_copy_begin(struct store_copy *c, struct store_db *db, const char *path, struct store_err *ret_err);
/* Copies the next piece. What is committed through the same connection between two pieces is in the copy. True: there
 * is more. */
bool store_copy_more(struct store_copy *c);
/* 0: the copy is whole, one file without a log, and on disk. Or a negative errno with *ret_err; then there is no file.
 * Ends a copy that is not whole, too. */
int store_copy_end(struct store_copy *c, struct store_err *ret_err);
