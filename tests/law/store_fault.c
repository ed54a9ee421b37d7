/* store/1 for tests: the real store on SQLite, whose commits go wrong when they are told to. The file named by
 * PXED_FAULT holds "ID N KIND [MS]"; it is read at each commit, and a new ID starts the count anew. The Nth commit from
 * then on goes wrong; N 0: the first that arms, spends or ends, which moves the counter in `meta`. PXED_FAULT.log gets
 * a line for each commit: "ID N KIND-OR-ok TABLE:KEY...". */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "pxed/arena.h"
#include "pxed/plugin.h"
#include "pxed/store.h"
#include "store.h"

extern const struct pxed_plugin *pxed_plugin_query_store_sqlite(uint16_t host_major);

enum kind {
    NONE,
    ENOSPC_LATER, /* nothing is written; the answer is -ENOSPC, MS later */
    EIO_AT_ONCE,  /* nothing is written; refused by the call itself */
    CONFLICT,     /* nothing is written; the answer is CONFLICT, MS later */
    FULL,         /* as ENOSPC_LATER, this one and all that follow */
    KILL_BEFORE,  /* SIGKILL before anything is written */
    KILL_AFTER,   /* SIGKILL when it is on disk, before the answer */
    DELAY,        /* written; answered MS later */
    SLOW,         /* written and answered MS later, this one and all that follow: a slow disk */
    N_KINDS
};
static const char *const kind_names[N_KINDS] = {"ok",          "enospc",     "eio",   "conflict", "full",
                                                "kill-before", "kill-after", "delay", "slow"};

static struct {
    struct pxed_ctx *ctx;
    const struct pxed_store *inner;
    struct pxed_store service;
    char id[32];
    unsigned at, count, ms;
    enum kind kind;
    struct answer *answers; /* not given yet */
    bool ended;
} fault;

/* An answer on its way to whoever committed. */
struct answer {
    uv_timer_t timer;
    void (*done)(void *arg, int result);
    void *arg;
    int result;
    unsigned ms;
    struct store_job *job; /* still to be written */
    struct answer *next;
};

/* --- what is ordered --- */

static void read_order(void) {
    char text[96] = "", id[32], word[32];
    unsigned at = 0, ms = 0;
    const char *path = getenv("PXED_FAULT");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    ssize_t n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0 || sscanf(text, "%31s %u %31s %u", id, &at, word, &ms) < 3 || strcmp(id, fault.id) == 0)
        return;
    memcpy(fault.id, id, sizeof(id));
    fault.at = at;
    fault.ms = ms;
    fault.count = 0;
    fault.kind = NONE;
    for (int k = 0; k < N_KINDS; k++)
        if (strcmp(word, kind_names[k]) == 0)
            fault.kind = (enum kind)k;
}

static bool moves_the_counter(const struct pxed_put *puts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(puts[i].table, "meta") == 0)
            return true;
    return false;
}

static enum kind next_kind(const struct pxed_put *puts, size_t n) {
    read_order();
    fault.count++;
    if (fault.at == 0 && moves_the_counter(puts, n))
        fault.at = fault.count;
    bool goes_on = (fault.kind == FULL || fault.kind == SLOW) && fault.at > 0;
    bool hit = fault.count == fault.at || (goes_on && fault.count > fault.at);
    return hit ? fault.kind : NONE;
}

static void write_log(enum kind kind, const struct pxed_put *puts, size_t n) {
    char path[4096], text[1024];
    struct pxed_buf b = PXED_BUF(text);
    snprintf(path, sizeof(path), "%s.log", getenv("PXED_FAULT") ? getenv("PXED_FAULT") : "/dev/null");
    pxed_buf_str(&b, fault.id);
    pxed_buf_byte(&b, ' ');
    pxed_buf_u64(&b, fault.count);
    pxed_buf_byte(&b, ' ');
    pxed_buf_str(&b, kind_names[kind]);
    for (size_t i = 0; i < n && b.len < 900; i++) {
        bool text_key = strcmp(puts[i].table, "journal") != 0;
        pxed_buf_byte(&b, ' ');
        pxed_buf_str(&b, puts[i].table);
        pxed_buf_byte(&b, ':');
        if (text_key)
            pxed_buf_add(&b, pxed_slice_head(puts[i].key, 40));
    }
    pxed_buf_byte(&b, '\n');
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, text, b.len) != (ssize_t)b.len)
        abort(); /* a fault that nobody hears of would prove nothing */
    close(fd);
}

/* --- answers --- */

static void free_answer(uv_handle_t *timer) {
    struct answer *a = timer->data;
    free(a->job);
    free(a);
}

static void write_late(struct answer *a) {
    const struct pxed_store *inner = fault.inner;
    int rc = inner->commit(inner->self, a->job->puts, a->job->n, a->done, a->arg);
    if (rc < 0 && a->done)
        a->done(a->arg, rc);
}

static void on_answer(uv_timer_t *timer) {
    struct answer *a = timer->data, **at = &fault.answers;
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    if (a->job)
        write_late(a);
    else if (a->done)
        a->done(a->arg, a->result);
    uv_close((uv_handle_t *)timer, free_answer);
}

static struct answer *new_answer(void (*done)(void *arg, int result), void *arg) {
    struct answer *a = pxed_xalloc(sizeof(*a));
    *a = (struct answer){.done = done, .arg = arg};
    return a;
}

static void answer_later(struct answer *a, int result, unsigned ms) {
    a->result = result;
    a->next = fault.answers;
    fault.answers = a;
    uv_timer_init(fault.ctx->core->loop(fault.ctx), &a->timer);
    a->timer.data = a;
    uv_timer_start(&a->timer, on_answer, ms, 0);
}

static void kill_now(void *arg, int result) {
    (void)arg, (void)result;
    kill(getpid(), SIGKILL);
}

static void delay_now(void *arg, int result) {
    struct answer *a = arg;
    if (fault.ended)
        free(a);
    else
        answer_later(a, result, a->ms);
}

/* --- store/1 --- */

static int commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result), void *arg) {
    const struct pxed_store *inner = fault.inner;
    enum kind kind = next_kind(puts, n);
    struct answer *a;
    (void)self;
    write_log(kind, puts, n);
    switch (kind) {
    case ENOSPC_LATER:
    case FULL:
        answer_later(new_answer(done, arg), -ENOSPC, fault.ms);
        return 0;
    case CONFLICT:
        answer_later(new_answer(done, arg), PXED_STORE_CONFLICT, fault.ms);
        return 0;
    case EIO_AT_ONCE:
        return -EIO;
    case KILL_BEFORE:
        kill_now(NULL, 0);
        return -EIO;
    case KILL_AFTER:
        return inner->commit(inner->self, puts, n, kill_now, NULL);
    case DELAY:
        a = new_answer(done, arg);
        a->ms = fault.ms;
        return inner->commit(inner->self, puts, n, delay_now, a);
    case SLOW:
        a = new_answer(done, arg);
        if (store_job_new(puts, n, STORE_QUEUE_BYTES, &a->job) < 0)
            abort();
        answer_later(a, 0, fault.ms);
        return 0;
    default:
        return inner->commit(inner->self, puts, n, done, arg);
    }
}

static int load(void *self, const char *table,
                void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg) {
    (void)self;
    return fault.inner->load(fault.inner->self, table, row, arg);
}

/* --- lifecycle: the inner plugin's, but what it publishes is ours --- */

static const struct pxed_plugin *inner_plugin(void) {
    return pxed_plugin_query_store_sqlite(PXED_ABI_MAJOR);
}

static void catch_publish(struct pxed_ctx *ctx, const char *name, const void *service) {
    (void)ctx, (void)name;
    fault.inner = service;
}

static int fault_init(struct pxed_ctx *ctx) {
    static struct pxed_core catching;
    const struct pxed_core *core = ctx->core;
    catching = *core;
    catching.publish = catch_publish;
    ctx->core = &catching;
    int rc = inner_plugin()->init(ctx);
    ctx->core = core;
    if (rc < 0)
        return rc;
    fault.ctx = ctx;
    fault.service = (struct pxed_store){.size = sizeof(fault.service), .load = load, .commit = commit};
    core->publish(ctx, "store/1", &fault.service);
    return 0;
}

static void fault_fini(struct pxed_ctx *ctx) {
    fault.ended = true;
    while (fault.answers) {
        struct answer *a = fault.answers;
        fault.answers = a->next;
        uv_close((uv_handle_t *)&a->timer, free_answer);
    }
    inner_plugin()->fini(ctx);
}

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);
__attribute__((visibility("default"))) const struct pxed_plugin *pxed_plugin_query(uint16_t host_major) {
    static struct pxed_plugin plugin;
    plugin = *pxed_plugin_query_store_sqlite(host_major);
    plugin.name = "store-fault";
    plugin.summary = "the store on SQLite, with faults as a test orders them";
    plugin.init = fault_init;
    plugin.fini = fault_fini;
    return &plugin;
}
