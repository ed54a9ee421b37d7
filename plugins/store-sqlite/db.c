/* The database: open, check, write in transactions, read. */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "pxed/arena.h"

enum {
    STORE_WAL_PAGES = 1000,             /* of 4 KiB: the log is moved into the file beyond this */
    STORE_CACHE = 1024,                 /* KiB of pages in memory */
    STORE_CACHE_LOAD = 128,             /* while all rows are read once, in order */
    STORE_LARGE_PAGES = 200,            /* of one transaction: more leave the cache full of what is not needed again */
    STORE_WAL_LAID_OUT = 1024 * 1024,   /* length of the log from the start on: 2,000 leases */
    STORE_WAL_BYTES = 16 * 1024 * 1024, /* size limit of the log on disk after one very large transaction */
};

enum control { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, UNDO, N_CONTROL };

static const char *const control_sql[N_CONTROL] = {
    [BEGIN] = "BEGIN IMMEDIATE",   [COMMIT] = "COMMIT",       [ROLLBACK] = "ROLLBACK",
    [SAVEPOINT] = "SAVEPOINT job", [RELEASE] = "RELEASE job", [UNDO] = "ROLLBACK TO job",
};
_Static_assert(sizeof(((struct store_db *)0)->control) / sizeof(sqlite3_stmt *) == N_CONTROL, "one slot each");

/* What a put does. Each is one statement: ?1 key, ?2 value, ?3 version replaced. */
enum op { OP_ADD, OP_REPLACE, OP_SET, OP_REMOVE, OP_DROP, OP_ABSENT, N_OPS };

static const char *const op_sql[N_OPS] = {
    [OP_ADD] = "INSERT OR IGNORE INTO t_%s(key, version, value) VALUES(?1, 1, ?2)",
    [OP_REPLACE] = "UPDATE t_%s SET version = version + 1, value = ?2 WHERE key = ?1 AND version = ?3",
    [OP_SET] = ("INSERT INTO t_%s(key, version, value) VALUES(?1, 1, ?2) "
                "ON CONFLICT(key) DO UPDATE SET version = version + 1, value = excluded.value"),
    [OP_REMOVE] = "DELETE FROM t_%s WHERE key = ?1 AND version = ?3",
    [OP_DROP] = "DELETE FROM t_%s WHERE key = ?1",
    [OP_ABSENT] = "SELECT 1 FROM t_%s WHERE key = ?1",
};

struct store_db_table {
    struct store_db_table *next;
    char name[STORE_TABLE_NAME];
    sqlite3_stmt *ops[N_OPS]; /* NULL: not used yet */
};

/* --- opening --- */

/* SQLite gives its log the mode of the database file, which it would create readable for all. Closed before SQLite
 * opens it: closing any descriptor of a file drops all POSIX locks that the process holds on it. */
static int make_private(const char *path, struct store_err *ret_err) {
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return store_err_set(ret_err, -errno, "%s: %s", path, strerror(errno));
    int rc = 0;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        rc = store_err_set(ret_err, -EINVAL, "%s is not a regular file", path);
    else if ((st.st_mode & 077) != 0 && fchmod(fd, 0600) < 0)
        rc = store_err_set(ret_err, -errno, "%s is readable for others and that cannot be changed: %s", path,
                           strerror(errno));
    close(fd);
    return rc;
}

static int note_wal(void *arg, sqlite3 *sqlite, const char *name, int pages) {
    (void)sqlite, (void)name;
    ((struct store_db *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

static int set_cache(sqlite3 *sqlite, int kib) {
    char sql[48];
    return sqlite3_exec(sqlite, sqlite3_snprintf(sizeof(sql), sql, "PRAGMA cache_size=-%d", kib), NULL, NULL, NULL);
}

/* locking_mode before journal_mode: then the log's index is in memory and no -shm file is needed. synchronous=FULL: the
 * log is synced before COMMIT returns, as an acknowledgement requires. */
static int db_configure(struct store_db *db) {
    char sql[256];
    sqlite3_snprintf(sizeof(sql), sql,
                     "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=%d;"
                     "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF",
                     STORE_WAL_BYTES);
    int rc = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = set_cache(db->sqlite, STORE_CACHE);
    if (rc == SQLITE_OK)
        sqlite3_wal_hook(db->sqlite, note_wal, db); /* after the pragma, which owns the same hook */
    return rc;
}

static int prepare_control(struct store_db *db) {
    int rc = SQLITE_OK;
    for (int i = 0; i < N_CONTROL && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(db->sqlite, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &db->control[i], NULL);
    return rc;
}

/* A bad page would be found in the middle of a load, or never, and lost with the next write near it. The load reads all
 * pages anyway; this check adds half of that cost. */
static int check_pages(sqlite3 *sqlite, const char *path, struct store_err *ret_err) {
    sqlite3_stmt *statement = NULL;
    int result = 0, rc = sqlite3_prepare_v2(sqlite, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (!text)
        result = store_err_sqlite(ret_err, sqlite, rc, path);
    else if (strcmp(text, "ok") != 0)
        result = store_err_set(ret_err, STORE_DAMAGED, "%s: %s", path, text);
    sqlite3_finalize(statement);
    return result;
}

int store_db_open(struct store_db *db, const char *path, const struct store_schema *schema, struct store_err *ret_err) {
    *db = (struct store_db){0};
    int rc = make_private(path, ret_err);
    if (rc < 0)
        return rc;
    rc = sqlite3_open_v2(path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = db_configure(db);
    if (rc == SQLITE_OK)
        rc = prepare_control(db);
    if (rc != SQLITE_OK) {
        bool busy = (rc & 0xff) == SQLITE_BUSY;
        rc = busy ? store_err_set(ret_err, -EBUSY, "%s is in use by another process; is a pxed running?", path)
                  : store_err_sqlite(ret_err, db->sqlite, rc, path);
    } else {
        rc = store_schema_bring(db->sqlite, path, schema, ret_err);
        if (rc == 0)
            rc = check_pages(db->sqlite, path, ret_err);
    }
    if (rc == STORE_DAMAGED) /* it is not changed: its log is not moved into it */
        sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (rc < 0)
        store_db_close(db);
    return rc;
}

/* A sync takes a third of the time where the log's length does not change (ext4), and the first minute of a rack is a
 * thousand of them. On a disk with so little room that it may fill up, the room is worth more. SQLite takes zeros
 * behind its last frame for no frame. The first commit syncs them: the start does not wait for a disk. */
void store_db_lay_out(struct store_db *db, const char *path) {
    static const char zeros[64 * 1024];
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    struct statvfs disk;
    if (statvfs(path, &disk) < 0 || (uint64_t)disk.f_bavail * disk.f_frsize < UINT64_C(1024) * STORE_WAL_LAID_OUT)
        return;
    int rc = sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc != SQLITE_OK || !log || !log->pMethods || log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return;
    while (size < STORE_WAL_LAID_OUT && rc == SQLITE_OK) {
        rc = log->pMethods->xWrite(log, zeros, sizeof(zeros), size);
        size += (sqlite3_int64)sizeof(zeros);
    }
}

static void forget_tables(struct store_db *db) {
    while (db->tables) {
        struct store_db_table *table = db->tables;
        db->tables = table->next;
        for (int i = 0; i < N_OPS; i++)
            sqlite3_finalize(table->ops[i]);
        free(table);
    }
}

void store_db_close(struct store_db *db) {
    forget_tables(db);
    for (int i = 0; i < N_CONTROL; i++)
        sqlite3_finalize(db->control[i]);
    sqlite3_close(db->sqlite);
    *db = (struct store_db){0};
}

/* --- reading --- */

static int table_exists(struct store_db *db, const char *table, bool *ret) {
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db->sqlite, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 't_' || ?1",
                                -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
        *ret = rc == SQLITE_ROW;
        rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    sqlite3_finalize(statement);
    return rc;
}

/* SQLite returns NULL for an empty blob; a stored value is never unset. */
static struct pxed_slice db_column(sqlite3_stmt *statement, int i) {
    const char *ptr = sqlite3_column_blob(statement, i);
    return pxed_slice(ptr ? ptr : "", (size_t)sqlite3_column_bytes(statement, i));
}

int store_db_load(struct store_db *db, const char *table,
                  void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg,
                  struct store_err *ret_err) {
    char sql[96];
    bool exists = false;
    sqlite3_stmt *statement = NULL;
    if (!store_table_name_ok(table))
        return store_err_set(ret_err, -EINVAL, "a table of the store has a name of a-z only");
    int rc = table_exists(db, table, &exists);
    if (rc == SQLITE_OK && !exists)
        return 0;
    sqlite3_snprintf(sizeof(sql), sql, "SELECT key, value, version FROM t_%s ORDER BY key", table);
    /* What is made of the rows would lie between pages of a full cache, and keep them when they are free. */
    if (rc == SQLITE_OK)
        rc = set_cache(db->sqlite, STORE_CACHE_LOAD);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        row(arg, db_column(statement, 0), db_column(statement, 1), (uint64_t)sqlite3_column_int64(statement, 2));
        rc = SQLITE_OK;
    }
    if (rc == SQLITE_DONE)
        rc = SQLITE_OK;
    int result = rc == SQLITE_OK ? 0 : store_err_sqlite(ret_err, db->sqlite, rc, "reading the store");
    sqlite3_finalize(statement);
    set_cache(db->sqlite, STORE_CACHE);
    sqlite3_db_release_memory(db->sqlite);
    return result;
}

/* --- writing --- */

static int db_run(sqlite3_stmt *statement) {
    int rc = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? reset : rc;
}

static struct store_db_table *find_table(struct store_db *db, const char *name) {
    struct store_db_table *table = db->tables;
    while (table && strcmp(table->name, name) != 0)
        table = table->next;
    return table;
}

/* NULL with an SQLite error in *ret_rc. */
static sqlite3_stmt *statement_of(struct store_db *db, struct store_db_table *table, enum op op, int *ret_rc) {
    char sql[256];
    *ret_rc = SQLITE_OK;
    if (!table->ops[op]) {
        sqlite3_snprintf(sizeof(sql), sql, op_sql[op], table->name);
        *ret_rc = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &table->ops[op], NULL);
    }
    return table->ops[op];
}

static int add_table(struct store_db *db, const char *name) {
    char sql[256];
    sqlite3_snprintf(sizeof(sql), sql,
                     "CREATE TABLE IF NOT EXISTS t_%s(key BLOB PRIMARY KEY, version INTEGER, value BLOB) WITHOUT ROWID",
                     name);
    int rc = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    struct store_db_table *table = pxed_xalloc(sizeof(*table));
    memcpy(table->name, name, strlen(name) + 1);
    table->next = db->tables;
    db->tables = table;
    return SQLITE_OK;
}

void store_db_expect(struct store_db *db, const char *table) {
    if (!store_table_name_ok(table) || find_table(db, table))
        return;
    int rc;
    if (add_table(db, table) == SQLITE_OK)
        statement_of(db, db->tables, OP_SET, &rc);
}

/* All tables of a transaction are created before its first savepoint: undoing a conflict must not remove a table that
 * the next job uses. */
static int need_tables(struct store_db *db, const struct store_job *job) {
    int rc = SQLITE_OK;
    for (; job && rc == SQLITE_OK; job = job->next) {
        for (size_t i = 0; i < job->n && rc == SQLITE_OK; i++) {
            if (!find_table(db, job->puts[i].table))
                rc = add_table(db, job->puts[i].table);
        }
    }
    return rc;
}

static enum op op_of(const struct pxed_put *put) {
    bool gone = put->value.ptr == NULL;
    if (put->replaces == PXED_STORE_ANY)
        return gone ? OP_DROP : OP_SET;
    if (put->replaces == 0)
        return gone ? OP_ABSENT : OP_ADD;
    return gone ? OP_REMOVE : OP_REPLACE;
}

/* SQLITE_OK with *ret_conflict, or SQLite's error. */
static int write_put(struct store_db *db, const struct pxed_put *put, bool *ret_conflict) {
    enum op op = op_of(put);
    int rc;
    sqlite3_stmt *statement = statement_of(db, find_table(db, put->table), op, &rc);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob64(statement, 1, put->key.ptr, put->key.len, SQLITE_STATIC);
    if (rc == SQLITE_OK && put->value.ptr)
        rc = sqlite3_bind_blob64(statement, 2, put->value.ptr, put->value.len, SQLITE_STATIC);
    if (rc == SQLITE_OK && (op == OP_REPLACE || op == OP_REMOVE))
        rc = sqlite3_bind_int64(statement, 3, (sqlite3_int64)put->replaces);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(statement);
    bool found = rc == SQLITE_ROW;
    int reset = sqlite3_reset(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return rc;
    *ret_conflict = op == OP_ABSENT ? found : op != OP_DROP && sqlite3_changes(db->sqlite) == 0;
    return reset;
}

/* A single put that conflicts has changed nothing, so only longer jobs pay for a savepoint. */
static int write_job(struct store_db *db, struct store_job *job) {
    bool conflict = false, guarded = job->n > 1;
    int rc = guarded ? db_run(db->control[SAVEPOINT]) : SQLITE_OK;
    store_job_sort(job);
    for (size_t i = 0; i < job->n && rc == SQLITE_OK && !conflict; i++)
        rc = write_put(db, &job->puts[i], &conflict);
    if (rc == SQLITE_OK && guarded && conflict)
        rc = db_run(db->control[UNDO]);
    if (rc == SQLITE_OK && guarded)
        rc = db_run(db->control[RELEASE]);
    job->result = conflict ? PXED_STORE_CONFLICT : PXED_STORE_OK;
    return rc;
}

int store_db_apply(struct store_db *db, struct store_job *first, struct store_err *ret_err) {
    int rc = db_run(db->control[BEGIN]);
    if (rc == SQLITE_OK)
        rc = need_tables(db, first);
    for (struct store_job *job = first; job && rc == SQLITE_OK; job = job->next)
        rc = write_job(db, job);
    if (rc == SQLITE_OK)
        rc = db_run(db->control[COMMIT]);
    if (rc == SQLITE_OK)
        return 0;

    int error = store_err_sqlite(ret_err, db->sqlite, rc, "writing the store");
    /* After some failures SQLite rolls back itself (disk full, I/O error), after others we must. Tables made in this
     * transaction are gone then, so all statements are prepared again next time. */
    if (!sqlite3_get_autocommit(db->sqlite))
        db_run(db->control[ROLLBACK]);
    forget_tables(db);
    for (struct store_job *job = first; job; job = job->next)
        job->result = error;
    return error;
}

void store_db_checkpoint(struct store_db *db) {
    /* A new table of hosts; what follows is small. */
    if (db->wal_pages - db->wal_seen > STORE_LARGE_PAGES)
        sqlite3_db_release_memory(db->sqlite);
    db->wal_seen = db->wal_pages;
    if (db->wal_pages < STORE_WAL_PAGES)
        return;
    /* A failure leaves the log as it is, complete and synced; the next commit tries again. */
    if (sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_OK)
        db->wal_pages = db->wal_seen = 0;
}
