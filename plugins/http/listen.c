/* Listening sockets: one for each served address, and those of services. */
#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "connections.h"
#include "loop.h"
#include "pair.h"
#include "pxed/arena.h"
#include "pxed/listen.h"

static void tell_errno(struct http *h, const struct pxed_addr *addr, uint16_t port, int error) {
    pxed_log(h->ctx, PXED_LOG_ERROR, "listen", NULL, addr, "what=\"cannot listen\" port=%u error=\"%s\"",
             (unsigned)port, strerror(error));
}

static socklen_t to_sockaddr(const struct pxed_addr *addr, uint16_t port, struct sockaddr_storage *ret) {
    memset(ret, 0, sizeof(*ret));
    if (addr->family == 6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        memcpy(&in6->sin6_addr, addr->bytes, 16);
        return sizeof(*in6);
    }
    struct sockaddr_in *in = (struct sockaddr_in *)ret;
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    memcpy(&in->sin_addr, addr->bytes, 4);
    return sizeof(*in);
}

static void from_sockaddr(const struct sockaddr_storage *from, struct pxed_addr *ret, uint16_t *ret_port) {
    *ret = (struct pxed_addr){0};
    *ret_port = 0;
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        *ret = pxed_addr_v4_be(&in->sin_addr);
        *ret_port = ntohs(in->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        ret->family = 6;
        memcpy(ret->bytes, &in6->sin6_addr, 16);
        *ret_port = ntohs(in6->sin6_port);
    }
}

int http_listen_socket(struct http *h, const struct pxed_addr *addr, uint16_t port, const char *iface) {
    struct sockaddr_storage name;
    socklen_t len = to_sockaddr(addr, port, &name);
    int one = 1, error;
    int fd = h->ctx->core->socket(h->ctx, SOCK_STREAM, addr, port, iface);
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        return fd;
    }
    fd = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, SOL_IP, IP_FREEBIND, &one, sizeof(one)); /* the address may be configured later */
    if (addr->family == 6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* inherited by accepted sockets */
    if (bind(fd, (struct sockaddr *)&name, len) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

/* The address that the client of this connection asked. */
static struct pxed_addr asked_address(const struct http_listener *l, int fd) {
    struct sockaddr_storage name = {0};
    socklen_t len = sizeof(name);
    struct pxed_addr addr = l->addr;
    uint16_t port;
    if (pxed_addr_is_any(&addr) && getsockname(fd, (struct sockaddr *)&name, &len) == 0)
        from_sockaddr(&name, &addr, &port);
    return addr;
}

static bool listens_on(const struct http *h, const struct pxed_addr *addr, uint16_t port) {
    for (const struct http_listener *l = h->listeners; l; l = l->next)
        if (l->port == port && l->addr.family == addr->family &&
            (pxed_addr_eq(&l->addr, addr) || pxed_addr_is_any(&l->addr)))
            return true;
    return false;
}

static int listen_one(struct http *h, const struct pxed_listen *at, const char *iface, struct pxed_http_pair *tls) {
    int fd = http_listen_socket(h, &at->addr, at->port, iface);
    if (fd < 0) {
        tell_errno(h, &at->addr, at->port, -fd);
        return fd;
    }
    int r = http_listen_add(h, fd, &at->addr, tls, NULL, NULL);
    h->listeners->port = at->port;
    if (r == 0)
        pxed_log(h->ctx, PXED_LOG_INFO, "listen", NULL, &at->addr, "port=%u%s", (unsigned)at->port,
                 tls ? " tls=yes" : "");
    return r;
}

static int listen_ifaces(struct http *h) {
    const struct pxed_iface *ifaces;
    size_t n = h->ctx->core->ifaces(h->ctx, &ifaces);
    for (size_t i = 0; i < n; i++) {
        struct pxed_listen at = {.addr = ifaces[i].addr, .port = (uint16_t)h->config->port};
        if (at.addr.family == 0 || listens_on(h, &at.addr, at.port))
            continue;
        int r = listen_one(h, &at, ifaces[i].name, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

int http_listen_all(struct http *h) {
    const struct http_config *config = h->config;
    for (size_t i = 0; i < config->listen.n; i++) {
        struct pxed_listen at;
        struct pxed_http_pair *tls = NULL;
        if (pxed_listen_parse(pxed_slice_of(config->listen.items[i]), &at) ||
            (at.tls && !(config->cert && config->key)))
            return -EINVAL; /* `check` has told */
        if (at.tls && !(tls = http_pair_open(h, config->cert, config->key)))
            return -EINVAL;
        int r = listen_one(h, &at, NULL, tls);
        if (r < 0)
            return r;
    }
    return config->port ? listen_ifaces(h) : 0;
}

/* What the client has sent is taken first: closing a socket with unread input sends a RST, which destroys the answer.
 */
static void turn_away(struct http_listener *l, int fd) {
    static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nServer: pxed\r\nRetry-After: 2\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n";
    (void)!recv(fd, l->http->scratch, sizeof(l->http->scratch), MSG_DONTWAIT);
    if (!l->tls) /* in TLS this would be a text that nobody can read */
        (void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

/* May this client connect? If necessary one that has sent no whole request is closed for it. */
static bool listen_admit(struct http_listener *l, const struct pxed_addr *peer) {
    struct http *h = l->http;
    unsigned limit = (unsigned)h->config->per_peer;
    if (peer->family != 0)
        http_conns_room(h, peer);
    if (h->n_conns >= HTTP_CONNS_MAX && !http_conns_evict(h, NULL)) {
        h->ctx->core->refuse(h->ctx, PXED_WHY_BUSY, peer->family ? peer : NULL, "too many connections are open");
        return false;
    }
    if (peer->family != 0 && !http_peers_enter(&h->peers, peer, limit) &&
        !(http_conns_evict(h, peer) && http_peers_enter(&h->peers, peer, limit))) {
        h->ctx->core->refuse(h->ctx, PXED_WHY_BUSY, peer, "too many connections of this address are open");
        return false;
    }
    return true;
}

static void on_listener(void *data, int events) {
    struct http_listener *l = data;
    (void)events;
    for (int i = 0; i < HTTP_ACCEPTS_PER_TURN && l->fd >= 0 && !l->paused; i++) {
        struct sockaddr_storage from = {0};
        socklen_t len = sizeof(from);
        int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == ECONNABORTED || errno == EINTR)
                continue;
            if (errno != EAGAIN && !http_conns_evict(l->http, NULL)) {
                /* Out of descriptors or memory: the socket would stay readable and cause a busy loop. The tick resumes
                 * it. */
                pxed_log(l->http->ctx, PXED_LOG_ERROR, "accept", NULL, NULL, "error=\"%s\"", strerror(errno));
                pxed_poll_stop(&l->poll);
                l->paused = true;
                http_tick_start(l->http);
            }
            return;
        }
        struct pxed_addr peer, local = asked_address(l, fd);
        uint16_t port;
        from_sockaddr(&from, &peer, &port);
        if (listen_admit(l, &peer))
            http_conn_open(l, fd, &local, &peer, port);
        else
            turn_away(l, fd);
    }
}

static int poll_listener(struct http_listener *l) {
    struct http *h = l->http;
    int r = pxed_poll_open(&l->poll, h->ctx->core->loop(h->ctx), l->fd, on_listener, l);
    if (r != 0)
        return r;
    h->handles++;
    return pxed_poll_start(&l->poll, UV_READABLE);
}

int http_listen_add(struct http *h, int fd, const struct pxed_addr *addr, struct pxed_http_pair *tls,
                    pxed_http_handler *handler, void *arg) {
    struct http_listener *l = pxed_xalloc(sizeof(*l));
    *l = (struct http_listener){
        .http = h, .next = h->listeners, .fd = fd, .addr = *addr, .tls = tls, .handler = handler, .handler_arg = arg};
    h->listeners = l;
    /* In init nothing is served yet: another plugin may still fail. */
    return h->started ? poll_listener(l) : 0;
}

int http_listen_start(struct http *h) {
    h->started = true;
    for (struct http_listener *l = h->listeners; l; l = l->next) {
        int r = l->poll.open || l->fd < 0 ? 0 : poll_listener(l);
        if (r != 0)
            return r;
    }
    return 0;
}

void http_listen_resume(struct http *h) {
    for (struct http_listener *l = h->listeners; l; l = l->next)
        if (l->paused && l->fd >= 0) {
            l->paused = false;
            pxed_poll_start(&l->poll, UV_READABLE);
        }
}

static void on_listener_closed(uv_handle_t *handle) {
    struct http_listener *l = handle->data;
    struct http *h = l->http;
    l->closing = false;
    if (l->ended)
        free(l);
    http_handle_closed(h);
}

/* The poll first: once the descriptor is closed, its number may be another file's, which libuv would take out of the
 * loop. */
static void close_socket(struct http_listener *l) {
    if (l->fd < 0)
        return;
    l->closing = l->poll.open;
    pxed_poll_close(&l->poll, on_listener_closed);
    close(l->fd);
    l->fd = -1;
}

/* Connections still refer to their listener, so it stays until http_listen_free. */
void http_listen_close(struct http *h) {
    for (struct http_listener *l = h->listeners; l; l = l->next)
        if (!l->handler)
            close_socket(l);
}

void http_listen_free(struct http *h) {
    while (h->listeners) {
        struct http_listener *l = h->listeners;
        close_socket(l);
        h->listeners = l->next;
        l->ended = true;
        if (!l->closing)
            free(l);
    }
}
