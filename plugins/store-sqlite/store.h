/* The plugin's state, divided between the loop and the thread. */
#pragma once

#include <uv.h>

#include "db.h"
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
    uv_prepare_t before_wait;
    uv_check_t after_wait;
    uv_async_t finished_async;
    unsigned open_handles;

    /* Shared, under `lock`. */
    uv_mutex_t lock;
    uv_cond_t work, idle;
    struct store_jobs inbox, finished;
    bool busy, quit;
    uint64_t transactions;
    struct store_err error; /* of the last transaction; code 0: it went well */

    /* The thread's. The loop uses it too while the thread is known to be idle: only the loop can end that. */
    struct store_db db;
    uv_thread_t thread;
};
