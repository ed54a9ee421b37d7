/* The plugin's count of open handles, and the one timer for all deadlines. */
#include "loop.h"

#include <stdlib.h>

void tftp_handle_closed(struct tftp *tftp) {
    if (--tftp->open_handles > 0)
        return;
    tftp_deadlines_clear(&tftp->deadlines);
    free(tftp->listeners);
    free(tftp);
}

static void loop_on_timer(uv_timer_t *timer) {
    struct tftp *tftp = timer->data;
    uint64_t now = tftp->ctx->core->now(tftp->ctx);
    struct tftp_due *due;
    tftp->timer_at = UINT64_MAX;
    while ((due = tftp_deadlines_first(&tftp->deadlines)) != NULL && due->at <= now)
        due->fire(due);
    tftp_arm_timer(tftp);
}

void tftp_arm_timer(struct tftp *tftp) {
    const struct tftp_due *due = tftp_deadlines_first(&tftp->deadlines);
    if (!due || due->at >= tftp->timer_at)
        return; /* it fires early enough and checks again */
    uint64_t now = tftp->ctx->core->now(tftp->ctx);
    tftp->timer_at = due->at;
    uv_timer_start(&tftp->timer, loop_on_timer, due->at > now ? due->at - now : 0, 0);
}
