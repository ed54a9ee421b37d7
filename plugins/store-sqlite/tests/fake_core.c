#include "fake_core.h"

#include <check.h>
#include <stdio.h>

static struct fake_core *of(struct pxed_ctx *ctx) {
    return (struct fake_core *)ctx; /* the first member */
}

static struct uv_loop_s *fake_loop(struct pxed_ctx *ctx) {
    return &of(ctx)->loop;
}

static void fake_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    struct fake_core *fake = of(ctx);
    (void)mac, (void)ip;
    size_t at = strlen(fake->log);
    at += (size_t)snprintf(fake->log + at, sizeof(fake->log) - at, "%s: ", event);
    if (at < sizeof(fake->log))
        vsnprintf(fake->log + at, sizeof(fake->log) - at, format, args);
    fake->errors += level == PXED_LOG_ERROR;
}

static void fake_publish(struct pxed_ctx *ctx, const char *name, const void *service) {
    ck_assert_str_eq(name, "store/1");
    of(ctx)->service = service;
}

static const char *fake_state_dir(struct pxed_ctx *ctx) {
    return of(ctx)->state_dir;
}

static uint64_t fake_wall(struct pxed_ctx *ctx) {
    (void)ctx;
    return 1795897894000; /* 2026-11-28T20:31:34Z */
}

static const struct pxed_core core = {.size = sizeof(core),
                                      .loop = fake_loop,
                                      .wall = fake_wall,
                                      .log = fake_log,
                                      .publish = fake_publish,
                                      .state_dir = fake_state_dir};

void fake_core_open(struct fake_core *fake, const char *state_dir, const void *config) {
    *fake = (struct fake_core){.ctx = {.core = &core, .config = config}, .state_dir = state_dir};
    ck_assert_int_eq(uv_loop_init(&fake->loop), 0);
}

void fake_core_close(struct fake_core *fake) {
    pxed_plugin_query(PXED_ABI_MAJOR)->fini(&fake->ctx);
    uv_run(&fake->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&fake->loop), 0);
}
