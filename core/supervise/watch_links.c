/* rtnetlink says that something has changed; what it is, is looked up for each served interface. */
#define _GNU_SOURCE
#include "watch_links.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "interfaces.h"
#include "log.h"
#include "pxed/arena.h"
#include "pxed/poll.h"

enum { QUIET_MS = 300 }; /* a change is many messages, and the address comes after the interface */

struct watch_links {
    struct daemon *d;
    void (*anew)(struct daemon *d);
    struct mnl_socket *socket;
    struct pxed_poll poll;
    uv_timer_t quiet;
    unsigned handles;
    enum interface_now now[INTERFACES_MAX];
};

static void say_change(const struct pxed_iface *iface, enum interface_now now) {
    char addr[PXED_ADDR_TEXT];
    pxed_addr_text(&iface->addr, addr);
    switch (now) {
    case INTERFACE_SAME:
        log_core(PXED_LOG_INFO, "interface", "%s has %s again", iface->name, addr);
        break;
    case INTERFACE_NO_ADDRESS:
        log_core(PXED_LOG_ERROR, "interface",
                 "%s has lost %s: its machines are not served until it is back; for another "
                 "address restart pxed",
                 iface->name, addr);
        break;
    case INTERFACE_AWAY:
        log_core(PXED_LOG_ERROR, "interface", "%s is gone: its machines are not served until it is back", iface->name);
        break;
    case INTERFACE_ANEW:
        log_core(PXED_LOG_ERROR, "interface", "%s was made anew: sockets tied to the old one hear nothing",
                 iface->name);
        break;
    }
}

static void on_quiet(uv_timer_t *timer) {
    struct watch_links *w = timer->data;
    bool anew = false;
    for (size_t i = 0; i < w->d->n_ifaces; i++) {
        enum interface_now now = interfaces_look(&w->d->ifaces[i]);
        if (now == w->now[i])
            continue;
        w->now[i] = now;
        say_change(&w->d->ifaces[i], now);
        anew |= now == INTERFACE_ANEW;
    }
    if (anew)
        w->anew(w->d);
}

static void on_change(void *arg, int events) {
    struct watch_links *w = arg;
    char message[16384];
    (void)events;
    while (recv(mnl_socket_get_fd(w->socket), message, sizeof(message), MSG_DONTWAIT) > 0 || errno == ENOBUFS)
        errno = 0; /* that something changed is enough */
    if (!uv_is_active((uv_handle_t *)&w->quiet))
        uv_timer_start(&w->quiet, on_quiet, QUIET_MS, 0);
}

int watch_links_start(struct daemon *d, void (*anew)(struct daemon *d)) {
    struct watch_links *w = pxed_xalloc(sizeof(*w));
    int rc = 0;
    w->d = d;
    w->anew = anew;
    w->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (!w->socket || mnl_socket_bind(w->socket, RTMGRP_LINK | RTMGRP_IPV4_IFADDR, MNL_SOCKET_AUTOPID) < 0 ||
        (rc = pxed_poll_open(&w->poll, d->loop, mnl_socket_get_fd(w->socket), on_change, w)) < 0) {
        rc = rc < 0 ? rc : -errno;
        if (w->socket)
            mnl_socket_close(w->socket);
        free(w);
        return rc;
    }
    uv_timer_init(d->loop, &w->quiet);
    w->quiet.data = w;
    w->handles = 2;
    pxed_poll_start(&w->poll, UV_READABLE);
    d->watch_links = w;
    return 0;
}

static void watch_links_closed(uv_handle_t *handle) {
    struct watch_links *w = handle->data;
    if (--w->handles > 0)
        return;
    mnl_socket_close(w->socket);
    free(w);
}

void watch_links_stop(struct daemon *d) {
    struct watch_links *w = d->watch_links;
    d->watch_links = NULL;
    if (!w)
        return;
    pxed_poll_close(&w->poll, watch_links_closed);
    uv_close((uv_handle_t *)&w->quiet, watch_links_closed);
}
