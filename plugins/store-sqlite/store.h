/* The plugin's state, divided between the loop and the thread. */
#pragma once

#include <uv.h>

#include "copy.h"
#include "pxed/plugin.h"

struct store_config {
    const char *file;
};

/* Limit of queued data, in bytes. A machine's records have a few hundred bytes, so this is enough for many machines,
 * but a disk that hangs must not use up the memory of a daemon that still answers. */
enum { STORE_QUEUE_BYTES = 64 * 1024 * 1024 };

struct store {
    struct pxed_ctx *ctx;
    struct pxed_store service;
    char *path;

    /* The loop's side. */
    struct store_jobs queue; /* commits of this loop turn, not yet given to the thread */
    size_t pending, bytes;   /* jobs whose `done` has not been called, and their memory */
    bool running;            /* the thread lives */
    bool failing;            /* the last transaction failed: one log line per change, not per commit */
    void (*stop_done)(struct pxed_ctx *ctx);
    void (*copy_done)(void *arg, int result, const char *file); /* NULL: no copy is being written */
    void *copy_arg;
    uv_prepare_t before_wait;
    uv_check_t after_wait;
    uv_async_t finished_async;
    unsigned open_handles;

    /* Shared, under `lock`. */
    uv_mutex_t lock;
    uv_cond_t work, idle;
    struct store_jobs inbox, finished;
    bool busy, quit;
    bool copy_wanted, copied, copy_cancel; /* a copy: ordered and not begun; ended and not told; not any more */
    uint64_t transactions;
    struct store_err error;      /* of the last transaction; code 0: it went well */
    struct store_err copy_error; /* of the copy */

    /* The thread's. The loop uses it too while the thread is known to be idle: only the loop can end that. */
    struct store_db db;
    struct store_copy copy;
    bool copying;
    uv_thread_t thread;
};

/* --- store_backup.c: a copy of the store while it is in use --- */

/* In `init` or later, before the first copy: removes copies that nobody took, and what a
 * killed restore left. */
void store_backup_clean(const struct store *s);
/* pxed_store.backup. */
int store_backup(void *self, void (*done)(void *arg, int result, const char *file), void *arg);
/* Writes the next piece, in the thread, without the lock. */
void store_backup_piece(struct store *s);
/* Ends a copy that is being written, and takes no new one. */
void store_backup_cancel(struct store *s);
/* Tells of an ended copy, on the loop. */
void store_backup_tell(struct store *s);
