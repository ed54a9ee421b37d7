/* The bytes of a connection, plain or by TLS. */
#include "io.h"

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t http_io_read(struct http_conn *c, char *buf, size_t len) {
    ssize_t n = c->tls ? http_tls_read(c, buf, len) : read(c->fd, buf, len);
    c->readable = (n > 0 && (size_t)n == len) || (c->tls && http_tls_pending(c));
    return n;
}

ssize_t http_io_send(struct http_conn *c, struct iovec *iov, size_t n, int flags) {
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};
    return c->tls ? http_tls_send(c, iov, n) : sendmsg(c->fd, &msg, flags | MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t http_io_file(struct http_conn *c, char *record, int fd, off_t at, size_t len) {
    return c->tls ? http_tls_file(c, record, fd, at, len) : sendfile(c->fd, fd, &at, len);
}

int http_io_event(const struct http_conn *c) {
    return c->tls && http_tls_writes_first(c) ? UV_WRITABLE : UV_READABLE;
}

void http_io_shut(struct http_conn *c) {
    http_tls_finish(c);
    shutdown(c->fd, SHUT_WR);
}

bool http_io_gone(const struct http_conn *c) {
    struct pollfd p = {.fd = c->fd};
    return poll(&p, 1, 0) != 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

void http_io_sent(struct http_conn *c, size_t body_bytes) {
    c->pos += body_bytes;
    c->body_sent += body_bytes;
    if (c->content)
        c->content->sent += body_bytes;
    if (c->pos < c->limit || c->head_sent < c->head_len) /* what is sent needs no deadline */
        c->deadline = c->http->ctx->core->now(c->http->ctx) + HTTP_SEND_TIMEOUT;
}
