/* A socket on the loop of a protocol plugin: uv_poll with its special rules handled here. Loop thread only.
 *
 * libuv reports a pending socket error (an ICMP message, an interface that went down) once and then stops polling. A
 * server must keep listening: polling is restarted, and `ready` is called, whose read clears the error. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct pxed_poll {
    uv_poll_t handle; /* must be first; handle.data belongs to the plugin */
    void (*ready)(void *data, int events);
    int events;
    bool open; /* libuv uses it until the callback of pxed_poll_close */
};

static inline void pxed_poll_on_event(uv_poll_t *handle, int status, int events) {
    struct pxed_poll *p = (struct pxed_poll *)handle;
    if (status < 0)
        uv_poll_start(handle, p->events, pxed_poll_on_event);
    p->ready(handle->data, status < 0 ? p->events : events);
}

/* 0 or a negative errno; polling begins with pxed_poll_start. The plugin keeps ownership of the descriptor. */
static inline int pxed_poll_open(struct pxed_poll *p, uv_loop_t *loop, int fd, void (*ready)(void *data, int events),
                                 void *data) {
    int r = uv_poll_init(loop, &p->handle, fd);
    p->handle.data = data;
    p->ready = ready;
    p->open = r == 0;
    return r;
}

static inline int pxed_poll_start(struct pxed_poll *p, int events) {
    p->events = events;
    return uv_poll_start(&p->handle, events, pxed_poll_on_event);
}

static inline void pxed_poll_stop(struct pxed_poll *p) {
    if (p->open)
        uv_poll_stop(&p->handle);
}

/* Call once. The memory may be freed when `closed` is called; the descriptor may be closed at once. */
static inline void pxed_poll_close(struct pxed_poll *p, uv_close_cb closed) {
    if (p->open)
        uv_close((uv_handle_t *)&p->handle, closed);
    p->open = false;
}
