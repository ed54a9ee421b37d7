/* Port 53 of TCP on each served interface. */
#include "dns_tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns_books.h"
#include "pxed/arena.h"

enum { BACKLOG = 64, ACCEPTS_PER_TURN = 16, QUERIES_PER_TURN = 16 };

int dns_tcp_open(struct dns_link *link) {
    const struct pxed_iface *i = &link->iface;
    const int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
    memcpy(&at.sin_addr, i->addr.bytes, 4);
    int fd = link->dns->core->socket(link->dns->ctx, SOCK_STREAM, &i->addr, DNS_PORT, i->name);
    if (fd < 0) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
            setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, i->name, (socklen_t)strlen(i->name)) < 0 ||
            bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, BACKLOG) < 0) {
            int error = errno;
            if (fd >= 0)
                close(fd);
            return -error;
        }
    }
    link->tcp = fd;
    return 0;
}

/* ---- a connection's life ---- */

static void conn_closed(uv_handle_t *handle) {
    struct dns_conn *c = handle->data;
    struct dns *d = c->link->dns;
    close(c->fd);
    free(c);
    dns_handle_closed(d);
}

static void conn_close(struct dns_conn *c) {
    struct dns *d = c->link->dns;
    for (struct dns_conn **at = &d->conns; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    d->n_conns--;
    pxed_poll_close(&c->poll, conn_closed);
}

static void on_idle(uv_timer_t *timer) {
    struct dns *d = timer->data;
    uint64_t now = d->core->now(d->ctx);
    for (struct dns_conn *c = d->conns, *next; c; c = next) {
        next = c->next;
        if (now - c->used_at >= DNS_IDLE_MS)
            conn_close(c);
    }
    for (size_t i = 0; i < d->n_links; i++)
        if (d->links[i].paused) {
            d->links[i].paused = false;
            pxed_poll_start(&d->links[i].tcp_poll, UV_READABLE);
        }
    if (!d->conns)
        uv_timer_stop(timer);
}

static void tcp_tick(struct dns *d) {
    if (!uv_is_active((const uv_handle_t *)&d->idle))
        uv_timer_start(&d->idle, on_idle, DNS_IDLE_MS / 4, DNS_IDLE_MS / 4);
}

static void idle_closed(uv_handle_t *handle) {
    dns_handle_closed(handle->data);
}

void dns_tcp_start(struct dns *d) {
    d->timing = uv_timer_init(d->core->loop(d->ctx), &d->idle) == 0;
    d->idle.data = d;
    d->handles += d->timing;
}

void dns_tcp_end(struct dns *d) {
    while (d->conns)
        conn_close(d->conns);
    if (d->timing)
        uv_close((uv_handle_t *)&d->idle, idle_closed);
    d->timing = false;
}

/* ---- queries: two bytes of length, then the message (RFC 1035 4.2.2) ---- */

/* False: the connection ends. An answer fits into any send buffer; a client whose buffer is full reads nothing. */
static bool conn_answer(struct dns_conn *c, struct pxed_slice query) {
    struct dns *d = c->link->dns;
    uint8_t out[2 + DNS_ANSWER_MAX];
    if (!dns_rate_admits(&d->rate, &c->peer, d->core->now(d->ctx))) {
        d->core->refuse(d->ctx, PXED_WHY_DNS_RATE, &c->peer, "too many questions");
        return false;
    }
    size_t n = dns_books_answer(c->link, query, DNS_ANSWER_MAX, out + 2);
    c->used_at = d->core->now(d->ctx); /* bytes alone keep no connection open */
    out[0] = (uint8_t)(n >> 8);
    out[1] = (uint8_t)n;
    return n > 0 && send(c->fd, out, n + 2, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)(n + 2);
}

/* Answers the queries that are whole. False: the connection ends. */
static bool conn_queries(struct dns_conn *c) {
    while (c->n >= 2) {
        size_t len = (size_t)c->bytes[0] << 8 | c->bytes[1];
        if (len > DNS_QUERY_MAX)
            return false;
        if (c->n < 2 + len)
            return true;
        if (!conn_answer(c, pxed_slice((const char *)c->bytes + 2, len)))
            return false;
        c->n -= 2 + len;
        memmove(c->bytes, c->bytes + 2 + len, c->n);
    }
    return true;
}

static void conn_ready(void *data, int events) {
    struct dns_conn *c = data;
    (void)events;
    for (int i = 0; i < QUERIES_PER_TURN; i++) {
        ssize_t n = recv(c->fd, c->bytes + c->n, sizeof(c->bytes) - c->n, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            conn_close(c);
            return;
        }
        c->n += (size_t)n;
        if (!conn_queries(c)) {
            conn_close(c);
            return;
        }
    }
}

/* ---- accepting ---- */

static bool tcp_admits(const struct dns *d, const struct pxed_addr *peer) {
    unsigned own = 0;
    for (const struct dns_conn *c = d->conns; c; c = c->next)
        own += pxed_addr_eq(&c->peer, peer);
    return d->n_conns < DNS_CONNS_MAX && own < DNS_CONNS_OF_ONE;
}

static void tcp_enter(struct dns_link *link, int fd, const struct pxed_addr *peer) {
    struct dns *d = link->dns;
    struct dns_conn *c = pxed_xalloc(sizeof(*c));
    *c = (struct dns_conn){.link = link, .next = d->conns, .peer = *peer, .fd = fd, .used_at = d->core->now(d->ctx)};
    if (pxed_poll_open(&c->poll, d->core->loop(d->ctx), fd, conn_ready, c) != 0) {
        close(fd);
        free(c);
        return;
    }
    d->handles++;
    d->conns = c;
    d->n_conns++;
    pxed_poll_start(&c->poll, UV_READABLE);
    tcp_tick(d);
}

/* Out of descriptors: the socket would stay readable and cause a busy loop. */
static void tcp_pause(struct dns_link *link) {
    pxed_poll_stop(&link->tcp_poll);
    link->paused = true;
    tcp_tick(link->dns);
}

void dns_tcp_ready(void *data, int events) {
    struct dns_link *link = data;
    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct sockaddr_in from = {0};
        socklen_t len = sizeof(from);
        int fd = accept4(link->tcp, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                tcp_pause(link);
            return;
        }
        struct pxed_addr peer = pxed_addr_v4_be(&from.sin_addr);
        if (tcp_admits(link->dns, &peer)) {
            tcp_enter(link, fd, &peer);
        } else {
            link->dns->core->refuse(link->dns->ctx, PXED_WHY_DNS_RATE, &peer, "too many connections");
            close(fd);
        }
    }
}
