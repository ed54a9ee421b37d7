/* The schema of the database file, and the migration of an older one. */
#pragma once

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>

/* steps[i] is SQL that turns version i+1 into i+2: version - 1 of them. A released step is never changed again. */
struct store_schema {
    int version;
    const char *const *steps;
};

extern const struct store_schema store_schema_now;

/* The code for a file that is no database, or a damaged one. */
#define STORE_DAMAGED (-EUCLEAN)

/* What went wrong, for a person. */
struct store_err {
    int code; /* negative errno */
    char text[512];
};

/* Fills *ret_err (may be NULL) and returns `code`. */
int store_err_set(struct store_err *ret_err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with SQLite's message of its last failure: `doing` is what was tried. */
int store_err_sqlite(struct store_err *ret_err, sqlite3 *sqlite, int rc, const char *doing);

/* Marks the open database as ours, of this version. An SQLite result. */
int store_schema_stamp(sqlite3 *sqlite, int version);
/* Brings the open database to `schema`: a new file gets it, an older one is copied to `<path>.before-<version>` and
 * then changed in one transaction, a newer or foreign one is refused. 0 or a negative errno with *ret_err. */
int store_schema_bring(sqlite3 *sqlite, const char *path, const struct store_schema *schema, struct store_err *ret_err);
