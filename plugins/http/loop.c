/* The plugin's count of open handles, the tick, and the date of this second. */
#include "loop.h"

#include <stdlib.h>

#include "date.h"

struct pxed_slice http_date_now(struct http *h) {
    uint64_t second = h->ctx->core->wall(h->ctx) / 1000;
    if (second != h->date_second) {
        struct pxed_buf b = PXED_BUF(h->date);
        http_date_format((int64_t)second, &b);
        h->date_second = second;
    }
    return pxed_slice(h->date, HTTP_DATE_TEXT);
}

void http_handle_closed(struct http *h) {
    if (--h->handles > 0 || !h->ended)
        return;
    free(h->cgi);
    free(h);
}

void http_tick_start(struct http *h) {
    if (!h->ticking)
        uv_timer_start(&h->tick, h->on_tick, HTTP_TICK, 0);
    h->ticking = true;
}

/* Deferred, because the caller still uses the connection that it has closed. */
void http_work_done(struct http *h) {
    if (h->stopped && h->n_work == 0)
        uv_timer_start(&h->tick, h->on_tick, 0, 0);
}
