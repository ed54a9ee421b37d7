#include "fake_loop.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { HANDLES = 64, REPEATS = 4 };

static uint64_t now_ms;
static uv_timer_t *timers[HANDLES];
static uv_check_t *checks[HANDLES];
static size_t n_timers, n_closing, n_checks;
static struct {
    uv_handle_t *handle;
    uv_close_cb closed;
} closing[HANDLES];

void fake_loop_begin(void) {
    now_ms = 1000000;
    n_timers = n_closing = n_checks = 0;
}

uint64_t fake_loop_now(void) {
    return now_ms;
}

bool fake_loop_empty(void) {
    return n_timers == 0 && n_closing == 0 && n_checks == 0;
}

static void drop_timer(uv_timer_t *timer) {
    for (size_t i = 0; i < n_timers; i++)
        if (timers[i] == timer) {
            timers[i] = timers[--n_timers];
            return;
        }
}

static void drop_check(uv_check_t *check) {
    for (size_t i = 0; i < n_checks; i++)
        if (checks[i] == check) {
            checks[i] = checks[--n_checks];
            return;
        }
}

static uv_timer_t *next_due(uint64_t until) {
    uv_timer_t *first = NULL;
    for (size_t i = 0; i < n_timers; i++)
        if (timers[i]->timeout <= until && (!first || timers[i]->timeout < first->timeout))
            first = timers[i];
    return first;
}

void fake_loop_pass(uint64_t ms) {
    uint64_t until = now_ms + ms;
    uv_timer_t *timer;
    for (size_t i = 0; i < n_checks; i++) /* a turn of the loop has ended */
        checks[i]->check_cb(checks[i]);
    for (unsigned fired = 0; (timer = next_due(until)); fired++) {
        uv_timer_cb fire = timer->timer_cb;
        now_ms = timer->timeout > now_ms ? timer->timeout : now_ms;
        if (timer->repeat > 0)
            timer->timeout = fired < REPEATS ? now_ms + timer->repeat : until + timer->repeat;
        else
            drop_timer(timer);
        fire(timer);
        fake_loop_settle();
    }
    now_ms = until;
}

void fake_loop_settle(void) {
    while (n_closing > 0) {
        uv_handle_t *handle = closing[--n_closing].handle;
        uv_close_cb closed = closing[n_closing].closed;
        if (closed)
            closed(handle);
    }
}

/* --- libuv's --- */

uint64_t uv_now(const uv_loop_t *loop) {
    (void)loop;
    return now_ms;
}

uint64_t uv_hrtime(void) {
    return now_ms * 1000000;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer) {
    memset(timer, 0, sizeof(*timer));
    timer->loop = loop;
    return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb fire, uint64_t timeout, uint64_t repeat) {
    drop_timer(timer);
    if (n_timers == HANDLES)
        abort();
    timer->timer_cb = fire;
    timer->timeout = now_ms + timeout;
    timer->repeat = repeat;
    timers[n_timers++] = timer;
    return 0;
}

int uv_check_init(uv_loop_t *loop, uv_check_t *check) {
    memset(check, 0, sizeof(*check));
    check->loop = loop;
    return 0;
}

int uv_check_start(uv_check_t *check, uv_check_cb each) {
    drop_check(check);
    if (n_checks == HANDLES)
        abort();
    check->check_cb = each;
    checks[n_checks++] = check;
    return 0;
}

int uv_check_stop(uv_check_t *check) {
    drop_check(check);
    return 0;
}

int uv_timer_stop(uv_timer_t *timer) {
    drop_timer(timer);
    return 0;
}

int uv_is_active(const uv_handle_t *handle) {
    for (size_t i = 0; i < n_timers; i++)
        if ((const uv_handle_t *)timers[i] == handle)
            return 1;
    return 0;
}

int uv_is_closing(const uv_handle_t *handle) {
    for (size_t i = 0; i < n_closing; i++)
        if (closing[i].handle == handle)
            return 1;
    return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb closed) {
    drop_timer((uv_timer_t *)handle);
    drop_check((uv_check_t *)handle);
    if (n_closing == HANDLES)
        abort();
    closing[n_closing].handle = handle;
    closing[n_closing++].closed = closed;
}

void uv_unref(uv_handle_t *handle) {
    (void)handle;
}

const char *uv_strerror(int error) {
    (void)error;
    return "an error";
}

/* Done at once: what a worker would find, it finds now. */
int uv_queue_work(uv_loop_t *loop, uv_work_t *work, uv_work_cb run, uv_after_work_cb after) {
    (void)loop;
    run(work);
    if (after)
        after(work, 0);
    return 0;
}
