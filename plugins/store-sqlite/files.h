/* Makes, names and exchanges files so that each step survives a power cut. 0 or a negative errno. */
#pragma once

#include <limits.h>
#include <time.h>

/* Bytes that names made from a path may add to it. */
enum { STORE_NAME_ROOM = sizeof(".replaced-20261128T201634Z-999-wal") };

/* Syncs the bytes of a file, or the entries of a folder. */
int store_sync(const char *path);
/* Syncs the folder of `path`, which makes renames in it durable. */
int store_sync_folder(const char *path);
/* Syncs `temporary` and renames it to `path`, replacing the old file. */
int store_put_in_place(const char *temporary, const char *path);
/* A new file of mode 0600, because SQLite would create it readable for all. What had the name before is removed, with
 * its logs, which SQLite would replay into the new one. */
int store_make_empty(const char *path);
/* "PATH.WORD-20261128T201634Z"; a second one in the same second gets a number. The caller has looked at the length. */
void store_dated_name(const char *path, const char *word, time_t now, char ret[PATH_MAX]);
/* The database `path` gets the name `moved`, and `fresh` takes its place. Its log is moved before, because SQLite would
 * replay it into the new file. `path` is one of the two at any moment. */
int store_exchange(const char *path, const char *fresh, const char *moved);
