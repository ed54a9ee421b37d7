/* store/1 on SQLite. Commits of one loop turn are passed to the thread together, and all that wait when it wakes become
 * one transaction: an idle daemon answers after one sync, a busy one shares it. */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "damaged.h"
#include "offline.h"
#include "pxed/arena.h"

/* --- the thread --- */

static void store_finish(struct store *s, struct store_jobs *jobs, const struct store_err *error) {
    uv_mutex_lock(&s->lock);
    s->transactions++;
    s->error = *error;
    store_jobs_splice(&s->finished, jobs);
    uv_mutex_unlock(&s->lock);
    uv_async_send(&s->finished_async);
}

static void write_jobs(struct store *s, struct store_jobs *jobs) {
    struct store_err error = {0};
    store_db_apply(&s->db, jobs->first, &error);
    store_finish(s, jobs, &error);
    store_db_checkpoint(&s->db);
}

static void store_work(void *arg) {
    struct store *s = arg;
    uv_mutex_lock(&s->lock);
    for (;;) {
        while (!s->inbox.first && !s->quit && !s->copy_wanted && !s->copying)
            uv_cond_wait(&s->work, &s->lock);
        if (!s->inbox.first && s->quit)
            break; /* nothing is left to write */
        struct store_jobs jobs = s->inbox;
        s->inbox = (struct store_jobs){0};
        s->busy = true;
        uv_mutex_unlock(&s->lock);

        if (jobs.first)
            write_jobs(s, &jobs);
        store_backup_piece(s);

        uv_mutex_lock(&s->lock);
        s->busy = false;
        uv_cond_signal(&s->idle);
    }
    uv_mutex_unlock(&s->lock);
}

/* --- the loop's side --- */

static void hand_over(struct store *s) {
    if (!s->running || !s->queue.first)
        return;
    uv_mutex_lock(&s->lock);
    store_jobs_splice(&s->inbox, &s->queue);
    uv_cond_signal(&s->work);
    uv_mutex_unlock(&s->lock);
    uv_prepare_stop(&s->before_wait);
    uv_check_stop(&s->after_wait);
}

/* Commits made by timers are passed on before the loop polls, those made by sockets right after they were read. */
static void on_before_wait(uv_prepare_t *handle) {
    hand_over(handle->data);
}

static void on_after_wait(uv_check_t *handle) {
    hand_over(handle->data);
}

static void log_change(struct store *s, const struct store_err *error) {
    if ((error->code < 0) == s->failing)
        return;
    s->failing = error->code < 0;
    if (s->failing)
        pxed_log(s->ctx, PXED_LOG_ERROR, "store-failed", NULL, NULL, "%s", error->text);
    else
        pxed_log(s->ctx, PXED_LOG_INFO, "store-recovered", NULL, NULL, "file=%s", s->path);
}

static void on_finished(uv_async_t *handle) {
    struct store *s = handle->data;
    uv_mutex_lock(&s->lock);
    struct store_jobs jobs = s->finished;
    struct store_err error = s->error;
    s->finished = (struct store_jobs){0};
    uv_mutex_unlock(&s->lock);

    store_backup_tell(s);
    if (jobs.first)
        log_change(s, &error);
    while (jobs.first) {
        struct store_job *job = jobs.first;
        jobs.first = job->next;
        s->pending--;
        s->bytes -= job->bytes;
        if (job->done)
            job->done(job->arg, job->result);
        free(job);
    }
    if (s->pending == 0 && !s->copy_done && s->stop_done) {
        void (*done)(struct pxed_ctx *) = s->stop_done;
        s->stop_done = NULL;
        done(s->ctx);
    }
}

/* --- store/1 --- */

static int store_commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result),
                        void *arg) {
    struct store *s = self;
    struct store_job *job;
    int rc = store_job_new(puts, n, STORE_QUEUE_BYTES - s->bytes, &job);
    if (rc < 0)
        return rc;
    job->done = done;
    job->arg = arg;
    if (!s->queue.first) {
        uv_prepare_start(&s->before_wait, on_before_wait);
        uv_check_start(&s->after_wait, on_after_wait);
    }
    store_jobs_append(&s->queue, job);
    s->pending++;
    s->bytes += job->bytes;
    return 0;
}

/* Sees all commits made before it, because it waits until the thread has written them. The thread then stays idle,
 * because only the loop, on which this runs, can give it work; so the connection can be used here. */
static int store_load(void *self, const char *table,
                      void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version),
                      void *arg) {
    struct store *s = self;
    struct store_err error = {0};
    if (!s->running)
        return -ENOTCONN;
    hand_over(s);
    uv_mutex_lock(&s->lock);
    while (s->inbox.first || s->busy)
        uv_cond_wait(&s->idle, &s->lock);
    uv_mutex_unlock(&s->lock);
    int rc = store_db_load(&s->db, table, row, arg, &error);
    if (rc == 0) /* who loads a table will write to it */
        store_db_expect(&s->db, table);
    if (rc < 0)
        pxed_log(s->ctx, PXED_LOG_ERROR, "store-failed", NULL, NULL, "%s", error.text);
    return rc;
}

/* --- lifecycle --- */

static char *path_in_state(struct pxed_ctx *ctx, const char *file) {
    const char *folder = ctx->core->state_dir(ctx);
    size_t size = strlen(folder) + strlen(file) + 2;
    char *path = pxed_xalloc(size);
    store_path(folder, file, &(struct pxed_buf){path, size, 0});
    return path;
}

static int init_shared(struct store *s) {
    int rc = uv_mutex_init(&s->lock);
    if (rc < 0)
        return rc;
    if ((rc = uv_cond_init(&s->work)) < 0)
        goto err_work;
    if ((rc = uv_cond_init(&s->idle)) < 0)
        goto err_idle;
    /* The only handle whose init can fail, so it comes first: nothing must be undone. */
    struct uv_loop_s *loop = s->ctx->core->loop(s->ctx);
    if ((rc = uv_async_init(loop, &s->finished_async, on_finished)) < 0)
        goto err_async;
    uv_prepare_init(loop, &s->before_wait);
    uv_check_init(loop, &s->after_wait);
    s->open_handles = 3;
    s->finished_async.data = s->before_wait.data = s->after_wait.data = s;
    return 0;

err_async:
    uv_cond_destroy(&s->idle);
err_idle:
    uv_cond_destroy(&s->work);
err_work:
    uv_mutex_destroy(&s->lock);
    return rc;
}

/* The file is opened in start, not here, because it must belong to the user that the daemon switches to. Earlier
 * commits wait. */
static int store_init(struct pxed_ctx *ctx) {
    const struct store_config *config = ctx->config;
    struct store *s = pxed_xalloc(sizeof(*s));
    s->ctx = ctx;
    int rc = init_shared(s);
    if (rc < 0) {
        pxed_log(ctx, PXED_LOG_ERROR, "store-failed", NULL, NULL, "the store cannot start: %s", uv_strerror(rc));
        free(s);
        return rc;
    }
    s->path = path_in_state(ctx, config->file);
    s->service = (struct pxed_store){
        .size = sizeof(s->service), .self = s, .load = store_load, .commit = store_commit, .backup = store_backup};
    ctx->self = s;
    ctx->core->publish(ctx, "store/1", &s->service);
    return 0;
}

/* A damaged file must not prevent the machines of a whole network from booting. What can be read of it is kept. */
static int replace_damaged(struct store *s, const struct store_err *damage, struct store_err *ret_err) {
    struct store_salvage salvage;
    time_t now = (time_t)(s->ctx->core->wall(s->ctx) / 1000);
    int rc = store_damaged_replace(s->path, &store_schema_now, now, &salvage, ret_err);
    if (rc < 0)
        return rc;
    pxed_log(
        s->ctx, PXED_LOG_ERROR, "store-damaged", NULL, NULL,
        "the store was damaged (%s); the damaged file lies in %s, a fresh one was made with %zu rows of %s, %zu of "
        "%s, %zu of %s; no arming was taken over",
        damage->text, salvage.moved, salvage.rows[0], store_salvaged_tables[0], salvage.rows[1],
        store_salvaged_tables[1], salvage.rows[2], store_salvaged_tables[2]);
    return store_db_open(&s->db, s->path, &store_schema_now, ret_err);
}

static int store_start(struct pxed_ctx *ctx) {
    struct store *s = ctx->self;
    struct store_err error = {0};
    int rc = store_db_open(&s->db, s->path, &store_schema_now, &error);
    if (rc == STORE_DAMAGED) {
        struct store_err damage = error;
        rc = replace_damaged(s, &damage, &error);
    }
    if (rc < 0) {
        pxed_log(ctx, PXED_LOG_ERROR, "store-failed", NULL, NULL, "%s", error.text);
        return rc;
    }
    store_db_lay_out(&s->db, s->path);
    if ((rc = uv_thread_create(&s->thread, store_work, s)) < 0) {
        pxed_log(ctx, PXED_LOG_ERROR, "store-failed", NULL, NULL, "no thread for the store: %s", uv_strerror(rc));
        store_db_close(&s->db);
        return rc;
    }
    s->running = true;
    store_backup_clean(s);
    hand_over(s);
    return 0;
}

static void store_stop(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx)) {
    struct store *s = ctx->self;
    store_backup_cancel(s);
    if ((s->pending == 0 && !s->copy_done) || !s->running) {
        done(ctx);
        return;
    }
    s->stop_done = done;
    hand_over(s);
}

static void store_on_closed(uv_handle_t *handle) {
    struct store *s = handle->data;
    if (--s->open_handles > 0)
        return;
    store_jobs_free(&s->queue);
    store_jobs_free(&s->finished);
    uv_cond_destroy(&s->idle);
    uv_cond_destroy(&s->work);
    uv_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

/* Queued commits are still written, but `done` is not called any more: the plugins that asked have ended. */
static void store_fini(struct pxed_ctx *ctx) {
    struct store *s = ctx->self;
    if (!s)
        return;
    ctx->self = NULL;
    if (s->running) {
        hand_over(s);
        uv_mutex_lock(&s->lock);
        s->quit = true;
        uv_cond_signal(&s->work);
        uv_mutex_unlock(&s->lock);
        uv_thread_join(&s->thread);
        if (s->copying)
            store_copy_end(&s->copy, NULL);
        store_db_close(&s->db);
        s->running = false;
    }
    uv_close((uv_handle_t *)&s->before_wait, store_on_closed);
    uv_close((uv_handle_t *)&s->after_wait, store_on_closed);
    uv_close((uv_handle_t *)&s->finished_async, store_on_closed);
}

static void store_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct store_config *c = config;
    if (!c->file || c->file[0] == '\0' || c->file[strlen(c->file) - 1] == '/')
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[store-sqlite] file = names no file");
}

static const struct pxed_option options[] = {
    PXED_OPTION(struct store_config, file, STR, "file", .fallback = "pxed.db",
                .help = "the database; a relative path lies in state", .flags = PXED_OPT_RESTART),
    {0},
};
static const char *const provides[] = {"store/1", NULL};
static const struct pxed_protocol_ops ops = {.size = sizeof(ops), .check = store_check, .store = &store_files};

PXED_PLUGIN(store_sqlite, .kind = PXED_KIND_SERVICE, .name = "store-sqlite", .version = "0.1.0",
            .summary = "keeps leases, machine states and the journal in one SQLite file", .provides = provides,
            .options = options, .config_size = sizeof(struct store_config), .ops = &ops, .init = store_init,
            .start = store_start, .stop = store_stop, .fini = store_fini)
