/* One timer, and a look after each turn of the loop whether it must come sooner. */
#include "ticks.h"

#include "clock.h"
#include "content_silence.h"
#include "give_back.h"
#include "ledger.h"
#include "log.h"
#include "looked.h"
#include "overdue.h"
#include "sandbox.h"

enum { FLUSH_MS = 500, OVERDUE_MS = 2000, REST_MS = 5000 };

/* Whether something is to be written, or records changed since it was last known what ends next. */
static bool something_waits(const struct daemon *d) {
    const struct machines *ms = &d->machines;
    return ms->dirty || ms->mark_due || ms->journal.saved_seq != ms->journal.seq ||
           (ms->n_open > 0 && d->overdue.n_set != ms->n_set);
}

static int64_t until(int64_t wall_ms, int64_t wait) {
    int64_t left = wall_ms - clock_wall();
    return left < 0 ? 0 : left < wait ? left : wait;
}

static uint64_t next_wait(const struct ticks *t) {
    const struct daemon *d = t->d;
    if (something_waits(d) || !t->given_back)
        return FLUSH_MS;
    int64_t wait = REST_MS;
    if (d->silence_at > 0)
        wait = until(d->silence_at, wait);
    if (d->machines.n_open > 0)
        wait = until(d->overdue.next, wait);
    return wait < FLUSH_MS ? FLUSH_MS : (uint64_t)wait;
}

/* Once, when the start has been answered for: what it left to write was written, and took memory, too. */
static void give_back_once(struct ticks *t) {
    if (t->given_back || t->d->started_at == 0 || something_waits(t->d) || ledger_in_flight(&t->d->machines))
        return;
    give_back();
    t->given_back = true;
}

static void on_tick(uv_timer_t *timer) {
    struct ticks *t = timer->data;
    struct daemon *d = t->d;
    if (uv_now(d->loop) >= t->overdue_at) {
        overdue_end(d);
        t->overdue_at = uv_now(d->loop) + OVERDUE_MS;
    }
    content_silence_tell(d);
    give_back_once(t);
    ledger_flush(&d->machines, NULL, NULL);
    sandbox_tick();
    log_tick();
    uv_timer_start(timer, on_tick, next_wait(t), 0);
}

/* The turn that ends here may have left something to write, or made a machine boot. */
static void after_turn(uv_check_t *check) {
    struct ticks *t = check->data;
    uint64_t due = uv_timer_get_due_in(&t->timer), wait;
    if (due > FLUSH_MS && (wait = next_wait(t)) < due)
        uv_timer_start(&t->timer, on_tick, wait, 0);
}

/* Before the loop waits, so that nothing found is used after a wait. */
static void before_wait(uv_prepare_t *prepare) {
    (void)prepare;
    looked_turn();
}

void ticks_start(struct ticks *t, struct daemon *d) {
    t->d = d;
    uv_timer_init(d->loop, &t->timer);
    uv_check_init(d->loop, &t->check);
    uv_prepare_init(d->loop, &t->prepare);
    t->timer.data = t->check.data = t;
    uv_timer_start(&t->timer, on_tick, FLUSH_MS, 0);
    uv_check_start(&t->check, after_turn);
    uv_prepare_start(&t->prepare, before_wait);
}

void ticks_close(struct ticks *t) {
    uv_close((uv_handle_t *)&t->timer, NULL);
    uv_close((uv_handle_t *)&t->check, NULL);
    uv_close((uv_handle_t *)&t->prepare, NULL);
}
