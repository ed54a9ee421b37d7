/* The tables, and the migration from older versions. */
#include "schema.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

/* "pxed" in the file's header: SQLite's application_id distinguishes our file from other databases. */
enum { STORE_APPLICATION_ID = 0x70786564 };

/* Version 1: a table t_<name> per record kind, made on its first use (db.c). Nothing came before it. */
const struct store_schema store_schema_now = {.version = 1, .steps = NULL};

int store_err_set(struct store_err *ret_err, int code, const char *format, ...) {
    if (ret_err) {
        va_list args;
        va_start(args, format);
        ret_err->code = code;
        vsnprintf(ret_err->text, sizeof(ret_err->text), format, args);
        va_end(args);
    }
    return code;
}

static int errno_of(int rc) {
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_DAMAGED;
    case SQLITE_TOOBIG:
        return -EFBIG;
    default:
        return -EIO;
    }
}

int store_err_sqlite(struct store_err *ret_err, sqlite3 *sqlite, int rc, const char *doing) {
    int os = sqlite ? sqlite3_system_errno(sqlite) : 0;
    return store_err_set(ret_err, errno_of(rc), "%s: %s%s%s", doing,
                         sqlite ? sqlite3_errmsg(sqlite) : sqlite3_errstr(rc), os ? ": " : "", os ? strerror(os) : "");
}

static int pragma_int(sqlite3 *sqlite, const char *sql, int *ret) {
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        *ret = sqlite3_column_int(statement, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return rc;
}

int store_schema_stamp(sqlite3 *sqlite, int version) {
    char sql[96];
    snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d", STORE_APPLICATION_ID, version);
    return sqlite3_exec(sqlite, sql, NULL, NULL, NULL);
}

/* Copies the database to `<path>.before-<version>`. Written under another name first, because a copy cut short by a
 * crash must not look complete; and synced, because an unsynced copy protects nothing. */
static int copy_first(sqlite3 *sqlite, const char *path, int version, struct store_err *ret_err) {
    char copy[PATH_MAX], temporary[PATH_MAX];
    int a = snprintf(copy, sizeof(copy), "%s.before-%d", path, version);
    int b = snprintf(temporary, sizeof(temporary), "%s.before-%d.tmp", path, version);
    if (a < 0 || b < 0 || (size_t)a >= sizeof(copy) || (size_t)b >= sizeof(temporary))
        return store_err_set(ret_err, -ENAMETOOLONG, "%s: the path is too long", path);

    int rc = store_make_empty(temporary); /* VACUUM INTO accepts it and keeps its mode */
    if (rc < 0)
        return store_err_set(ret_err, rc, "%s: %s", temporary, strerror(-rc));
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", temporary);
    rc = sql ? sqlite3_exec(sqlite, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (rc != SQLITE_OK) {
        store_err_sqlite(ret_err, sqlite, rc, "copying the store before its migration");
        unlink(temporary);
        return errno_of(rc);
    }
    if ((rc = store_put_in_place(temporary, copy)) < 0)
        return store_err_set(ret_err, rc, "%s: %s", copy, strerror(-rc));
    return 0;
}

static int schema_migrate(sqlite3 *sqlite, const struct store_schema *schema, int from, struct store_err *ret_err) {
    int rc = sqlite3_exec(sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (int v = from; v < schema->version && rc == SQLITE_OK; v++)
        rc = sqlite3_exec(sqlite, schema->steps[v - 1], NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = store_schema_stamp(sqlite, schema->version);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(sqlite, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return 0;
    store_err_sqlite(ret_err, sqlite, rc, "migrating the store (it is unchanged)");
    if (!sqlite3_get_autocommit(sqlite))
        sqlite3_exec(sqlite, "ROLLBACK", NULL, NULL, NULL);
    return errno_of(rc);
}

int store_schema_bring(sqlite3 *sqlite, const char *path, const struct store_schema *schema,
                       struct store_err *ret_err) {
    int version = 0, id = 0, tables = 0;
    int rc = pragma_int(sqlite, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK)
        rc = pragma_int(sqlite, "PRAGMA application_id", &id);
    if (rc == SQLITE_OK)
        rc = pragma_int(sqlite, "SELECT count(*) FROM sqlite_master", &tables);
    if (rc != SQLITE_OK)
        return store_err_sqlite(ret_err, sqlite, rc, path);

    if (version == 0 && id == 0 && tables == 0) {
        rc = store_schema_stamp(sqlite, schema->version);
        return rc == SQLITE_OK ? 0 : store_err_sqlite(ret_err, sqlite, rc, path);
    }
    if (id != STORE_APPLICATION_ID || version < 1)
        return store_err_set(ret_err, -EINVAL, "%s is a database, but not one of pxed", path);
    if (version > schema->version)
        return store_err_set(ret_err, -ENOTSUP,
                             "%s was written by a newer pxed (schema %d, this one knows %d): install that pxed again, "
                             "or put back the copy %s.before-%d",
                             path, version, schema->version, path, schema->version + 1);
    if (version == schema->version)
        return 0;
    if ((rc = copy_first(sqlite, path, schema->version, ret_err)) < 0)
        return rc;
    return schema_migrate(sqlite, schema, version, ret_err);
}
