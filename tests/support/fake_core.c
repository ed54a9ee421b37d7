#include "fake_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct fake_core *fake_of(struct pxed_ctx *ctx) {
    return (struct fake_core *)ctx; /* the first member */
}

static void fake_must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "fake core: %s\n", what);
    abort();
}

/* ---- the table ---- */

static struct uv_loop_s *core_loop(struct pxed_ctx *ctx) {
    return &fake_of(ctx)->loop;
}

static uint64_t core_now(struct pxed_ctx *ctx) {
    return uv_now(&fake_of(ctx)->loop);
}

static uint64_t core_wall(struct pxed_ctx *ctx) {
    return fake_of(ctx)->wall ? fake_of(ctx)->wall : (uint64_t)time(NULL) * 1000;
}

static void core_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    struct fake_core *fake = fake_of(ctx);
    size_t at = strlen(fake->log);
    char text[2048];
    (void)mac, (void)ip;
    vsnprintf(text, sizeof(text), format, args); /* always formatted, so that a wrong format is found */
    snprintf(fake->log + at, sizeof(fake->log) - at, "%s: %s\n", event, text);
    fake->errors += level == PXED_LOG_ERROR;
    if (getenv("PXED_TEST_LOG"))
        fprintf(stderr, "%s: %s\n", event, text);
}

static size_t core_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    *ret = &fake_of(ctx)->iface;
    return 1;
}

static void core_decide(struct pxed_ctx *ctx, const struct pxed_facts *facts, struct pxed_verdict *ret) {
    (void)facts;
    *ret = fake_of(ctx)->verdict;
}

static const struct pxed_host *core_host(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac) {
    const struct pxed_host *host = fake_of(ctx)->host;
    return host && pxed_hwaddr_eq(mac, &host->macs[0]) ? host : NULL;
}

static size_t core_hosts_without_ip(struct pxed_ctx *ctx) {
    (void)ctx;
    return 0;
}

static const struct pxed_host *core_host_by_ip(struct pxed_ctx *ctx, const struct pxed_addr *ip) {
    const struct pxed_host *host = fake_of(ctx)->host;
    return host && pxed_addr_eq(ip, &host->ip) ? host : NULL;
}

static void core_step(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, enum pxed_stage stage,
                      enum pxed_reason reason, const struct pxed_addr *ip, const char *detail) {
    struct fake_core *fake = fake_of(ctx);
    (void)detail;
    if (fake->n_steps == sizeof(fake->steps) / sizeof(fake->steps[0]))
        fake->n_steps = 0;
    struct fake_step *s = &fake->steps[fake->n_steps++];
    *s = (struct fake_step){.mac = *mac, .stage = stage, .reason = reason};
    if (ip)
        s->ip = *ip;
}

static void core_refuse(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer,
                        const char *detail) {
    (void)peer, (void)detail;
    fake_of(ctx)->refused[reason]++;
    fake_of(ctx)->last_refused = reason;
}

static void core_publish(struct pxed_ctx *ctx, const char *name, const void *service) {
    fake_core_give(fake_of(ctx), name, service);
}

static const void *core_find(struct pxed_ctx *ctx, const char *name) {
    return fake_core_service(fake_of(ctx), name);
}

static const char *core_state_dir(struct pxed_ctx *ctx) {
    return fake_of(ctx)->state_dir;
}

static int core_helper(struct pxed_ctx *ctx, const struct pxed_helper_setup *setup, struct pxed_helper *ret) {
    (void)ctx;
    return pxed_helper_start(setup, ret);
}

static int core_socket(struct pxed_ctx *ctx, int type, const struct pxed_addr *addr, uint16_t port, const char *iface) {
    (void)ctx, (void)type, (void)addr, (void)port, (void)iface;
    return -1;
}

/* The first name: nothing is at hand for `auto`. */
static const char *core_loader(struct pxed_ctx *ctx, const struct pxed_facts *facts, const struct pxed_list *wanted) {
    (void)ctx, (void)facts;
    return wanted->n > 0 && strcmp(wanted->items[0], "auto") != 0 ? wanted->items[0] : NULL;
}

/* The first: it took what it was told. */
static size_t core_way(struct pxed_ctx *ctx, const struct pxed_facts *facts, const char *const *names, size_t n) {
    (void)ctx, (void)facts, (void)names, (void)n;
    return 0;
}

static const struct pxed_core core_table = {.size = sizeof(core_table),
                                            .loop = core_loop,
                                            .now = core_now,
                                            .wall = core_wall,
                                            .log = core_log,
                                            .ifaces = core_ifaces,
                                            .decide = core_decide,
                                            .host = core_host,
                                            .host_by_ip = core_host_by_ip,
                                            .hosts_without_ip = core_hosts_without_ip,
                                            .step = core_step,
                                            .refuse = core_refuse,
                                            .publish = core_publish,
                                            .find = core_find,
                                            .state_dir = core_state_dir,
                                            .helper = core_helper,
                                            .socket = core_socket,
                                            .loader = core_loader,
                                            .way = core_way};

/* ---- for the test ---- */

void fake_core_open(struct fake_core *fake, const struct pxed_plugin *plugin, const void *config) {
    *fake = (struct fake_core){.core = core_table, .plugin = plugin};
    fake->ctx = (struct pxed_ctx){.core = &fake->core, .config = config};
    fake_must(uv_loop_init(&fake->loop) == 0, "no loop");
}

void fake_core_close(struct fake_core *fake) {
    if (fake->plugin)
        fake->plugin->fini(&fake->ctx);
    uv_run(&fake->loop, UV_RUN_DEFAULT);
    fake_must(uv_loop_close(&fake->loop) == 0, "a handle was left open");
}

int fake_core_start(struct fake_core *fake) {
    int r = fake->plugin->init(&fake->ctx);
    return r ? r : fake->plugin->start(&fake->ctx);
}

static void on_stopped(struct pxed_ctx *ctx) {
    fake_of(ctx)->stopped++;
}

void fake_core_stop(struct fake_core *fake) {
    fake->plugin->stop(&fake->ctx, on_stopped);
}

int fake_core_restart(struct fake_core *fake) {
    fake_core_stop(fake);
    fake_must(fake->stopped > 0, "stop did not answer");
    fake->plugin->fini(&fake->ctx);
    fake_core_run(fake, 1);
    return fake_core_start(fake);
}

void fake_core_give(struct fake_core *fake, const char *name, const void *service) {
    size_t i = 0;
    while (i < fake->n_services && strcmp(fake->services[i].name, name) != 0)
        i++;
    fake_must(i < sizeof(fake->services) / sizeof(fake->services[0]), "too many services");
    fake->n_services += i == fake->n_services;
    fake->services[i].name = name;
    fake->services[i].service = service;
}

const void *fake_core_service(const struct fake_core *fake, const char *name) {
    for (size_t i = 0; i < fake->n_services; i++)
        if (strcmp(fake->services[i].name, name) == 0)
            return fake->services[i].service;
    return NULL;
}

const struct fake_step *fake_core_step(const struct fake_core *fake, enum pxed_stage stage) {
    for (unsigned i = fake->n_steps; i > 0; i--)
        if (fake->steps[i - 1].stage == stage)
            return &fake->steps[i - 1];
    return NULL;
}

static void on_time(uv_timer_t *timer) {
    *(bool *)timer->data = true;
    uv_close((uv_handle_t *)timer, NULL);
}

void fake_core_run(struct fake_core *fake, unsigned ms) {
    uv_timer_t timer;
    bool over = false;
    uv_timer_init(&fake->loop, &timer);
    timer.data = &over;
    uv_timer_start(&timer, on_time, ms, 0);
    while (!over)
        uv_run(&fake->loop, UV_RUN_ONCE);
    uv_run(&fake->loop, UV_RUN_NOWAIT); /* lets the timer's close finish */
}

struct fake_job {
    void (*work)(void *arg);
    void *arg;
    uv_async_t finished;
    bool done;
};

static void run_job(void *arg) {
    struct fake_job *job = arg;
    job->work(job->arg);
    uv_async_send(&job->finished);
}

static void on_finished(uv_async_t *async) {
    struct fake_job *job = async->data;
    job->done = true;
    uv_close((uv_handle_t *)async, NULL);
}

void fake_core_serve(struct fake_core *fake, void (*work)(void *arg), void *arg) {
    struct fake_job job = {.work = work, .arg = arg};
    uv_thread_t thread;
    uv_async_init(&fake->loop, &job.finished, on_finished);
    job.finished.data = &job;
    fake_must(uv_thread_create(&thread, run_job, &job) == 0, "no thread");
    while (!job.done)
        uv_run(&fake->loop, UV_RUN_ONCE);
    uv_thread_join(&thread);
    uv_run(&fake->loop, UV_RUN_NOWAIT); /* lets the async's close finish */
}
