/* A damaged database: moves it aside and recovers what can be read into a new one. */
#include "damaged.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "salvage.h"

const char *const store_salvaged_tables[STORE_SALVAGED_TABLES] = {"lease", "journal", "machine"};

/* ---- reading what can be read ---- */

/* Opens it without changing it: its log is not moved into it. It may be shorter than its header says (SQLite tolerates
 * that only if the schema is writable). */
static sqlite3 *open_damaged(const char *path) {
    sqlite3 *sqlite = NULL;
    if (sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
        sqlite3_db_config(sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(sqlite, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
        sqlite3_db_config(sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_exec(sqlite, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON", NULL, NULL, NULL);
        return sqlite;
    }
    sqlite3_close(sqlite);
    return NULL;
}

static int salvage_table(sqlite3 *from, sqlite3 *to, const char *table, size_t *ret_rows) {
    char sql[160];
    sqlite3_stmt *add = NULL;
    sqlite3_snprintf(sizeof(sql), sql,
                     "CREATE TABLE t_%s(key BLOB PRIMARY KEY, version INTEGER, value BLOB) WITHOUT ROWID", table);
    int rc = sqlite3_exec(to, sql, NULL, NULL, NULL);
    sqlite3_snprintf(sizeof(sql), sql, "INSERT OR IGNORE INTO t_%s VALUES(?1, ?2, ?3)", table);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(to, sql, -1, &add, NULL);
    int before = sqlite3_total_changes(to);
    if (rc == SQLITE_OK)
        rc = store_salvage_rows(from, table, add);
    *ret_rows = (size_t)(sqlite3_total_changes(to) - before);
    sqlite3_finalize(add);
    return rc;
}

static int version_of(sqlite3 *sqlite, int newest) {
    sqlite3_stmt *statement = NULL;
    int version = newest;
    if (sqlite3_prepare_v2(sqlite, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version >= 1 && version <= newest ? version : newest;
}

/* ---- the new file ---- */

static int damaged_fill(sqlite3 *to, const char *damaged, const struct store_schema *schema,
                        struct store_salvage *ret) {
    sqlite3 *from = open_damaged(damaged);
    int rc = sqlite3_exec(to, "PRAGMA journal_mode=OFF; BEGIN", NULL, NULL, NULL);
    /* In the schema version of its rows: it is migrated like any other when it is opened. */
    if (rc == SQLITE_OK)
        rc = store_schema_stamp(to, from ? version_of(from, schema->version) : schema->version);
    for (int i = 0; i < STORE_SALVAGED_TABLES && rc == SQLITE_OK && from; i++)
        rc = salvage_table(from, to, store_salvaged_tables[i], &ret->rows[i]);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(from);
    return rc;
}

static int damaged_make_fresh(const char *fresh, const char *damaged, const struct store_schema *schema,
                              struct store_salvage *ret, struct store_err *ret_err) {
    sqlite3 *to = NULL;
    int rc = store_make_empty(fresh);
    if (rc < 0)
        return store_err_set(ret_err, rc, "%s: %s", fresh, strerror(-rc));
    rc = sqlite3_open_v2(fresh, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = damaged_fill(to, damaged, schema, ret);
    if (rc != SQLITE_OK)
        rc = store_err_sqlite(ret_err, to, rc, fresh);
    sqlite3_close(to);
    return rc;
}

int store_damaged_replace(const char *path, const struct store_schema *schema, time_t now, struct store_salvage *ret,
                          struct store_err *ret_err) {
    char fresh[PATH_MAX];
    *ret = (struct store_salvage){0};
    if (strlen(path) + STORE_NAME_ROOM > PATH_MAX)
        return store_err_set(ret_err, -ENAMETOOLONG, "%s: the path is too long", path);
    snprintf(fresh, sizeof(fresh), "%s.fresh", path);
    store_dated_name(path, "damaged", now, ret->moved);
    int rc = damaged_make_fresh(fresh, path, schema, ret, ret_err);
    if (rc == 0 && (rc = store_exchange(path, fresh, ret->moved)) < 0)
        store_err_set(ret_err, rc, "%s: it cannot be moved aside: %s", path, strerror(-rc));
    if (rc < 0)
        unlink(fresh);
    return rc;
}
