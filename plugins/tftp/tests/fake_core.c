#define _GNU_SOURCE /* memfd_create */
#include "fake_core.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fake_core *of(struct pxed_ctx *ctx) {
    return (struct fake_core *)ctx; /* the first member */
}

static struct uv_loop_s *fake_loop(struct pxed_ctx *ctx) {
    return &of(ctx)->loop;
}

static uint64_t fake_now(struct pxed_ctx *ctx) {
    return uv_now(&of(ctx)->loop);
}

static void fake_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    char text[2048];
    (void)mac, (void)ip;
    vsnprintf(text, sizeof(text), format, args); /* always: a wrong format must not hide */
    if (of(ctx)->log_to_stderr || level == PXED_LOG_ERROR)
        fprintf(stderr, "%s: %s\n", event, text);
}

static size_t fake_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    *ret = &of(ctx)->iface;
    return 1;
}

static void fake_refuse(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer,
                        const char *detail) {
    (void)peer, (void)detail;
    of(ctx)->refused[reason]++;
}

/* --- contents --- */

struct fake_content {
    struct pxed_content content;
    struct fake_core *fake;
    bool released;
};

static void release(struct pxed_content *c, bool whole) {
    struct fake_content *content = (struct fake_content *)c;
    struct fake_core *fake = content->fake;
    if (content->released)
        ck_abort_msg("released twice");
    content->released = true;
    fake->released++;
    fake->whole += whole;
    fake->last_sent = c->sent;
    if (c->kind == PXED_CONTENT_FILE)
        close(c->fd);
    else
        free((void *)(uintptr_t)c->bytes.ptr);
    free(content);
}

/* The extent lies between other bytes, as a file inside an ISO does. */
static int file_of(struct pxed_slice bytes, size_t lie) {
    int fd = memfd_create("content", MFD_CLOEXEC);
    size_t n = bytes.len - lie;
    if (fd < 0 || write(fd, "before", 6) != 6 || write(fd, bytes.ptr, n) != (ssize_t)n)
        ck_abort_msg("no file");
    if (lie == 0 && write(fd, "after", 5) != 5)
        ck_abort_msg("no file");
    return fd;
}

static struct pxed_content *content_of(struct fake_core *fake, const struct fake_name *name) {
    struct fake_content *content = calloc(1, sizeof(*content));
    struct pxed_content *c = &content->content;
    content->fake = fake;
    c->kind = name->file ? PXED_CONTENT_FILE : name->kind;
    c->status = name->status ? name->status : 200;
    c->type = "text/plain";
    c->size = name->bytes.len;
    c->release = release;
    if (name->file) {
        c->fd = file_of(name->bytes, name->lie);
        c->offset = 6;
    } else if (name->bytes.len > 0) {
        char *copy = malloc(name->bytes.len);
        memcpy(copy, name->bytes.ptr, name->bytes.len);
        c->bytes = pxed_slice(copy, name->bytes.len);
    }
    fake->opened++;
    return c;
}

static void on_idle(uv_idle_t *idle) {
    struct fake_core *fake = idle->data;
    if (++fake->idle_turns < 20000)
        return;
    uv_idle_stop(idle);
    for (int i = 0; i < FAKE_LATE; i++) {
        pxed_open_fn *later = fake->late[i].later;
        if (!later)
            continue;
        fake->late[i].later = NULL;
        const struct fake_name *name = fake->late[i].name;
        later(fake->late[i].arg, name->reason, name->reason == PXED_WHY_OK ? content_of(fake, name) : NULL);
    }
}

static bool fake_open(struct pxed_ctx *ctx, const struct pxed_request *request, enum pxed_reason *ret_reason,
                      struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    struct fake_core *fake = of(ctx);
    *ret_reason = PXED_WHY_NOT_FOUND;
    fake->last = *request;
    snprintf(fake->last_path, sizeof(fake->last_path), "%.*s", PXED_S(request->path));
    for (size_t i = 0; i < fake->n_names; i++) {
        const struct fake_name *name = &fake->names[i];
        if (!pxed_slice_is(request->path, name->name))
            continue;
        if (name->late) {
            uint64_t slot = 0;
            while (fake->late[slot].later)
                slot++;
            fake->late[slot].later = later, fake->late[slot].arg = arg, fake->late[slot].name = name;
            fake->idle_turns = 0;
            uv_idle_start(&fake->idle, on_idle);
            *ret_ticket = slot + 1;
            return false;
        }
        *ret_reason = name->reason;
        if (name->reason == PXED_WHY_OK)
            *ret_content = content_of(fake, name);
    }
    return true;
}

static void fake_cancel(struct pxed_ctx *ctx, uint64_t ticket) {
    struct fake_core *fake = of(ctx);
    if (ticket == 0 || ticket > FAKE_LATE || !fake->late[ticket - 1].later)
        ck_abort_msg("no such ticket");
    fake->late[ticket - 1].later = NULL;
    fake->cancelled++;
}

/* --- life --- */

static const struct pxed_core core = {.size = sizeof(core),
                                      .loop = fake_loop,
                                      .now = fake_now,
                                      .log = fake_log,
                                      .ifaces = fake_ifaces,
                                      .refuse = fake_refuse,
                                      .open = fake_open,
                                      .cancel = fake_cancel};

uint16_t fake_core_open(struct fake_core *fake, const struct fake_name *names, size_t n_names) {
    struct tftp_config config = fake->config;
    unsigned mtu = fake->iface.mtu;
    *fake = (struct fake_core){.ctx = {.core = &core, .config = &fake->config}, .names = names, .n_names = n_names};
    fake->config = config.max_transfers ? config
                                        : (struct tftp_config){.max_blksize = TFTP_BLKSIZE_MOST,
                                                               .max_windowsize = TFTP_WINDOW_MOST,
                                                               .max_transfers = 4096};
    fake->config.port = 0; /* any that is free */
    fake->log_to_stderr = getenv("PXED_TEST_LOG") != NULL;
    fake->iface = (struct pxed_iface){
        .name = "lo", .index = 1, .addr = pxed_addr_v4(0x7f000001), .prefix = 8, .mtu = mtu ? mtu : 65536};
    ck_assert_int_eq(uv_loop_init(&fake->loop), 0);
    uv_idle_init(&fake->loop, &fake->idle);
    fake->idle.data = fake;
    const struct pxed_plugin *plugin = pxed_plugin_query(PXED_ABI_MAJOR);
    ck_assert_int_eq(plugin->init(&fake->ctx), 0);
    ck_assert_int_eq(plugin->start(&fake->ctx), 0);

    struct sockaddr_in addr;
    socklen_t len = sizeof(addr);
    struct tftp *tftp = fake->ctx.self;
    ck_assert_int_eq(getsockname(tftp->listeners[0].fd, (struct sockaddr *)&addr, &len), 0);
    return ntohs(addr.sin_port);
}

static void on_stopped(struct pxed_ctx *ctx) {
    of(ctx)->stopped++;
}

void fake_core_stop(struct fake_core *fake) {
    pxed_plugin_query(PXED_ABI_MAJOR)->stop(&fake->ctx, on_stopped);
}

void fake_core_close(struct fake_core *fake) {
    pxed_plugin_query(PXED_ABI_MAJOR)->fini(&fake->ctx);
    uv_close((uv_handle_t *)&fake->idle, NULL);
    uv_run(&fake->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&fake->loop), 0);
    ck_assert_uint_eq(fake->released, fake->opened);
}

struct job {
    void (*work)(void *arg);
    void *arg;
    uv_async_t finished;
    bool done;
};

static void run_job(void *arg) {
    struct job *job = arg;
    job->work(job->arg);
    uv_async_send(&job->finished);
}

static void on_finished(uv_async_t *async) {
    struct job *job = async->data;
    job->done = true;
    uv_close((uv_handle_t *)async, NULL);
}

void fake_core_serve(struct fake_core *fake, void (*work)(void *arg), void *arg) {
    struct job job = {.work = work, .arg = arg};
    uv_thread_t thread;
    uv_async_init(&fake->loop, &job.finished, on_finished);
    job.finished.data = &job;
    ck_assert_int_eq(uv_thread_create(&thread, run_job, &job), 0);
    while (!job.done)
        uv_run(&fake->loop, UV_RUN_ONCE);
    uv_thread_join(&thread);
    uv_run(&fake->loop, UV_RUN_NOWAIT); /* the async's close */
}

static void on_time(uv_timer_t *timer) {
    *(bool *)timer->data = true;
    uv_close((uv_handle_t *)timer, NULL);
}

void fake_core_wait(struct fake_core *fake, unsigned ms) {
    uv_timer_t timer;
    bool over = false;
    uv_timer_init(&fake->loop, &timer);
    timer.data = &over;
    uv_timer_start(&timer, on_time, ms, 0);
    while (!over)
        uv_run(&fake->loop, UV_RUN_ONCE);
    uv_run(&fake->loop, UV_RUN_NOWAIT);
}

struct pxed_slice fake_bytes(size_t n) {
    static char bytes[8 << 20];
    uint32_t x = 1;
    if (bytes[1] == 0) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            x = x * 1664525u + 1013904223u;
            bytes[i] = (char)(x >> 24);
        }
        bytes[1] = 1;
    }
    ck_assert_uint_le(n, sizeof(bytes));
    return pxed_slice(bytes, n);
}
