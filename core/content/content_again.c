/* Opens a content, with a second look at the neighbour table: the kernel learns a neighbour's hardware address only
 * after it has talked to it. That is so for TCP clients, not for the sender of a first datagram. */
#include "content_again.h"

#include <stdlib.h>

#include "content.h"
#include "who.h"

enum { LOOK_MS = 25, LOOKS = 12 };

struct again {
    uv_timer_t timer;
    struct daemon *d;
    struct pxed_request request; /* its texts live in the arena */
    struct pxed_arena arena;
    uint64_t ticket;
    unsigned looks;
};

static void free_again(uv_handle_t *handle) {
    struct again *a = handle->data;
    pxed_arena_clear(&a->arena);
    free(a);
}

static void on_look(uv_timer_t *timer) {
    struct again *a = timer->data;
    struct who kernel;
    who_look(&a->request.peer, &kernel);
    if (!kernel.resolved && ++a->looks < LOOKS && !a->d->stopping)
        return;
    struct opening o = {.ticket = a->ticket, .last_look = true};
    o.later = content_take_pending(a->d, a->ticket, &o.arg);
    if (o.later && content_open_now(a->d, &a->request, &o))
        o.later(o.arg, o.reason, o.content);
    uv_close((uv_handle_t *)timer, free_again);
}

static void look_later(struct daemon *d, const struct pxed_request *request, struct opening *o) {
    struct again *a = pxed_xalloc(sizeof(*a));
    content_pend(d, o);
    *a = (struct again){.d = d, .request = *request, .ticket = o->ticket};
    struct pxed_slice *texts[] = {&a->request.path, &a->request.query, &a->request.user_agent, &a->request.body};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = pxed_arena_dup(&a->arena, *texts[i]);
    uv_timer_init(d->loop, &a->timer);
    a->timer.data = a;
    uv_timer_start(&a->timer, on_look, LOOK_MS, LOOK_MS);
    who_prod(&request->peer);
}

bool content_open(struct daemon *d, const struct pxed_request *request, enum pxed_reason *ret_reason,
                  struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    struct opening o = {.later = later, .arg = arg};
    bool done = content_open_now(d, request, &o);
    if (done && o.wait) {
        look_later(d, request, &o);
        done = false;
    }
    *ret_reason = o.reason;
    *ret_content = done ? o.content : NULL;
    *ret_ticket = o.ticket;
    return done;
}
