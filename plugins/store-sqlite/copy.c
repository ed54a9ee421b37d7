/* SQLite's online backup: pages that are written while it runs are written to the copy as well. */
#include "copy.h"

#include <stdio.h>
#include <unistd.h>

#include "files.h"

enum { COPY_PAGES = 256 }; /* 1 MiB: a few milliseconds in which no commit is written */

int store_copy_begin(struct store_copy *c, struct store_db *db, const char *path, struct store_err *ret_err) {
    *c = (struct store_copy){0};
    int rc = snprintf(c->path, sizeof(c->path), "%s", path) < PATH_MAX ? store_make_empty(path) : -ENAMETOOLONG;
    if (rc < 0)
        return store_err_set(ret_err, rc, "%s: %s", path, strerror(-rc));
    rc = sqlite3_open_v2(path, &c->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) /* a copy that a crash cuts short is not used */
        rc = sqlite3_exec(c->to, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK && !(c->pages = sqlite3_backup_init(c->to, "main", db->sqlite, "main")))
        rc = sqlite3_errcode(c->to);
    if (rc == SQLITE_OK)
        return 0;
    rc = store_err_sqlite(ret_err, c->to, rc, path);
    sqlite3_close(c->to);
    unlink(path);
    return rc;
}

bool store_copy_more(struct store_copy *c) {
    return sqlite3_backup_step(c->pages, COPY_PAGES) == SQLITE_OK;
}

/* The store's log mode is a mark in the file's header. A copy is kept and read elsewhere: it must not need a log. */
int store_copy_end(struct store_copy *c, struct store_err *ret_err) {
    int left = sqlite3_backup_remaining(c->pages), pages = sqlite3_backup_pagecount(c->pages);
    int rc = sqlite3_backup_finish(c->pages);
    if (rc == SQLITE_OK && (left > 0 || pages == 0))
        rc = SQLITE_ABORT;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        rc = store_err_sqlite(ret_err, c->to, rc, c->path);
    sqlite3_close(c->to);
    if (rc == 0 && (rc = store_sync(c->path)) < 0)
        store_err_set(ret_err, rc, "%s: %s", c->path, strerror(-rc));
    if (rc == 0 && (rc = store_sync_folder(c->path)) < 0)
        store_err_set(ret_err, rc, "%s: %s", c->path, strerror(-rc));
    if (rc < 0)
        unlink(c->path);
    return rc;
}
