#include "fake_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct fake *self; /* one at a time */

static struct uv_loop_s *core_loop(struct pxed_ctx *ctx) {
    (void)ctx;
    return &self->loop;
}

static uint64_t core_now(struct pxed_ctx *ctx) {
    (void)ctx;
    return uv_now(&self->loop);
}

static uint64_t core_wall(struct pxed_ctx *ctx) {
    (void)ctx;
    return self->wall ? self->wall : (uint64_t)time(NULL) * 1000;
}

static void core_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    (void)ctx, (void)mac, (void)ip;
    if (level > PXED_LOG_WARNING)
        return;
    fprintf(stderr, "%s ", event);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

static size_t core_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    (void)ctx;
    *ret = &self->iface;
    return 1;
}

static void core_decide(struct pxed_ctx *ctx, const struct pxed_facts *facts, struct pxed_verdict *ret) {
    (void)ctx, (void)facts;
    *ret = self->verdict;
}

static const struct pxed_host *core_host(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac) {
    (void)ctx;
    return self->host && pxed_hwaddr_eq(mac, &self->host->macs[0]) ? self->host : NULL;
}

static const struct pxed_host *core_host_by_ip(struct pxed_ctx *ctx, const struct pxed_addr *ip) {
    (void)ctx;
    return self->host && pxed_addr_eq(ip, &self->host->ip) ? self->host : NULL;
}

static void core_step(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, enum pxed_stage stage,
                      enum pxed_reason reason, const struct pxed_addr *ip, const char *detail) {
    (void)ctx, (void)detail;
    if (self->n_steps == sizeof(self->steps) / sizeof(self->steps[0]))
        self->n_steps = 0;
    struct fake_step *s = &self->steps[self->n_steps++];
    *s = (struct fake_step){.mac = *mac, .stage = stage, .reason = reason};
    if (ip)
        s->ip = *ip;
}

static void core_refuse(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer,
                        const char *detail) {
    (void)ctx, (void)peer, (void)detail;
    self->refused = reason;
    self->n_refused++;
}

static void core_publish(struct pxed_ctx *ctx, const char *name, const void *service) {
    (void)ctx, (void)name;
    self->leases = service;
}

/* ---- the store ---- */

static int store_load(void *store, const char *table,
                      void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version),
                      void *arg) {
    (void)store;
    for (unsigned i = 0; i < self->n_records; i++)
        if (strcmp(self->records[i].table, table) == 0)
            row(arg, pxed_slice_of(self->records[i].key), pxed_slice_of(self->records[i].value), 1);
    return 0;
}

static void put(const struct pxed_put *p) {
    char key[64];
    snprintf(key, sizeof(key), "%.*s", PXED_S(p->key));
    unsigned i = 0;
    while (i < self->n_records &&
           (strcmp(self->records[i].key, key) != 0 || strcmp(self->records[i].table, p->table) != 0))
        i++;
    if (!p->value.ptr) {
        if (i < self->n_records)
            self->records[i] = self->records[--self->n_records];
        return;
    }
    if (i == self->n_records && self->n_records++ == sizeof(self->records) / sizeof(self->records[0]))
        abort();
    snprintf(self->records[i].table, sizeof(self->records[i].table), "%s", p->table);
    snprintf(self->records[i].key, sizeof(self->records[i].key), "%s", key);
    snprintf(self->records[i].value, sizeof(self->records[i].value), "%.*s", PXED_S(p->value));
}

static void on_idle(uv_idle_t *idle) {
    uv_idle_stop(idle);
    fake_release(self);
}

static int store_commit(void *store, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result),
                        void *arg) {
    (void)store;
    self->commits++;
    for (size_t i = 0; i < n && self->result == 0; i++)
        put(&puts[i]);
    if (self->n_waiting == sizeof(self->waiting) / sizeof(self->waiting[0]))
        abort();
    self->waiting[self->n_waiting].done = done;
    self->waiting[self->n_waiting++].arg = arg;
    if (!self->hold)
        uv_idle_start(&self->later, on_idle);
    return 0;
}

static bool store_failing(void *store) {
    (void)store;
    return self->failing;
}

static bool store_old(void *store) {
    (void)store;
    return self->old;
}

static const struct pxed_store store = {
    .size = sizeof(store), .load = store_load, .commit = store_commit, .failing = store_failing, .old = store_old};
static const struct pxed_store plain_store = {
    .size = offsetof(struct pxed_store, failing), .load = store_load, .commit = store_commit};

static const void *core_find(struct pxed_ctx *ctx, const char *name) {
    (void)ctx;
    if (strcmp(name, "store/1") != 0)
        return NULL;
    return self->plain ? &plain_store : &store;
}

static const struct pxed_core core = {.size = sizeof(core),
                                      .loop = core_loop,
                                      .now = core_now,
                                      .wall = core_wall,
                                      .log = core_log,
                                      .ifaces = core_ifaces,
                                      .decide = core_decide,
                                      .host = core_host,
                                      .host_by_ip = core_host_by_ip,
                                      .step = core_step,
                                      .refuse = core_refuse,
                                      .publish = core_publish,
                                      .find = core_find};

/* ---- for the test ---- */

void fake_release(struct fake *f) {
    unsigned n = f->n_waiting;
    for (unsigned i = 0; i < n; i++)
        f->waiting[i].done(f->waiting[i].arg, f->result);
    memmove(f->waiting, f->waiting + n, sizeof(f->waiting[0]) * (f->n_waiting - n));
    f->n_waiting -= n;
}

void fake_open(struct fake *f, const void *config) {
    self = f;
    uv_loop_init(&f->loop);
    uv_idle_init(&f->loop, &f->later);
    f->ctx = (struct pxed_ctx){.core = &core, .config = config};
}

void fake_close(struct fake *f) {
    uv_close((uv_handle_t *)&f->later, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&f->loop) != 0)
        abort(); /* a handle was left open */
}

static void on_timer(uv_timer_t *timer) {
    uv_stop(timer->loop);
}

void fake_run(struct fake *f, unsigned ms) {
    uv_timer_t timer;
    uv_timer_init(&f->loop, &timer);
    uv_timer_start(&timer, on_timer, ms, 0);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&f->loop, UV_RUN_NOWAIT);
}

const struct fake_step *fake_last(const struct fake *f, enum pxed_stage stage) {
    for (unsigned i = f->n_steps; i > 0; i--)
        if (f->steps[i - 1].stage == stage)
            return &f->steps[i - 1];
    return NULL;
}

void fake_stopped(struct pxed_ctx *ctx) {
    (void)ctx;
    self->stopped = true;
}
