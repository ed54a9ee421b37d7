/* Sends the head together with a small body in one call, and files by sendfile in limited pieces. */
#include "send.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "warm.h"

enum {
    SMALL_FILE = 32 * 1024, /* read and sent with its head in one packet train */
    TURN_BYTES = 256 * 1024,
    TURN_BYTES_MIN = 64 * 1024,
    TURN_BYTES_ALL = 4 * 1024 * 1024, /* of all connections in one loop turn: some 2 ms */
    WARM_BYTES = 1024 * 1024,
};

static enum http_sent file_broken(struct http_conn *c, const char *what) {
    http_conn_refuse(c, PXED_WHY_IO_ERROR, what);
    return HTTP_SENT_BROKEN;
}

static void http_send_progress(struct http_conn *c, size_t body_bytes) {
    c->pos += body_bytes;
    if (c->content)
        c->content->sent += body_bytes;
    if (c->pos < c->limit || c->head_sent < c->head_len) /* what is sent needs no deadline */
        c->deadline = c->http->ctx->core->now(c->http->ctx) + HTTP_SEND_TIMEOUT;
}

/* One sendmsg with the rest of the head and `len` bytes of the body. */
static enum http_sent send_pieces(struct http_conn *c, const char *body, size_t len, int flags) {
    struct iovec iov[2] = {{c->head + c->head_sent, c->head_len - c->head_sent}, {(char *)(uintptr_t)body, len}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = len > 0 ? 2 : 1};
    ssize_t n = sendmsg(c->fd, &msg, flags | MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? HTTP_SENT_WAIT : HTTP_SENT_GONE;
    size_t head = (size_t)n < iov[0].iov_len ? (size_t)n : iov[0].iov_len;
    c->head_sent += head;
    http_send_progress(c, (size_t)n - head);
    return (size_t)n == iov[0].iov_len + len ? HTTP_SENT_ALL : HTTP_SENT_WAIT;
}

/* Is the byte at this file position in the page cache? Also true if the file system cannot tell. */
static bool is_cached(int fd, uint64_t at) {
    char byte;
    struct iovec iov = {&byte, 1};
    return preadv2(fd, &iov, 1, (off_t)at, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

/* The next piece of the file, no larger than this connection's share of the turn. */
static size_t http_send_share(const struct http_conn *c) {
    size_t n = TURN_BYTES_ALL / (c->http->n_files > 0 ? c->http->n_files : 1);
    n = n > TURN_BYTES ? TURN_BYTES : n < TURN_BYTES_MIN ? TURN_BYTES_MIN : n;
    return c->limit - c->pos < n ? (size_t)(c->limit - c->pos) : n;
}

static void warm_up(struct http_conn *c) {
    uint64_t left = c->limit - c->pos;
    uint64_t at = c->content->offset + c->pos;
    c->warm_until = c->pos + WARM_BYTES;
    http_warm_start(c, c->content->fd, at, left < WARM_BYTES ? left : WARM_BYTES);
}

static bool needs_disk(const struct http_conn *c, size_t len) {
    uint64_t at = c->content->offset + c->pos;
    if (c->pos + len <= c->warm_until)
        return false;
    /* The kernel's read-ahead continues from the end of the last piece; only after a jump both ends must be checked. */
    return !is_cached(c->content->fd, at + len - 1) || (c->pos == c->plan.offset && !is_cached(c->content->fd, at));
}

static enum http_sent send_file(struct http_conn *c) {
    size_t len = http_send_share(c);
    if (needs_disk(c, len))
        warm_up(c);
    if (c->warm)
        return HTTP_SENT_PARKED;
    off_t at = (off_t)(c->content->offset + c->pos);
    ssize_t n = sendfile(c->fd, c->content->fd, &at, len);
    if (n == 0)
        return file_broken(c, "the file became shorter while it was sent");
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return HTTP_SENT_WAIT;
    if (n < 0)
        return errno == EPIPE || errno == ECONNRESET || errno == ETIMEDOUT ? HTTP_SENT_GONE
                                                                           : file_broken(c, strerror(errno));
    http_send_progress(c, (size_t)n);
    /* Also if the socket would accept more: other connections are waiting. */
    return c->pos == c->limit ? HTTP_SENT_ALL : HTTP_SENT_WAIT;
}

/* Sends a small file that is in the page cache with its head in one packet; otherwise does nothing. */
static bool send_small_file(struct http_conn *c, enum http_sent *ret) {
    size_t len = (size_t)(c->limit - c->pos);
    struct iovec iov = {c->http->scratch, len};
    off_t at = (off_t)(c->content->offset + c->pos);
    ssize_t n = preadv2(c->content->fd, &iov, 1, at, RWF_NOWAIT);
    if (n < 0 && errno == EOPNOTSUPP)
        n = preadv2(c->content->fd, &iov, 1, at, 0);
    if (n != (ssize_t)len)
        return false;
    *ret = send_pieces(c, c->http->scratch, len, 0);
    return true;
}

static enum http_sent send_file_head(struct http_conn *c) {
    enum http_sent sent;
    if (c->limit - c->pos <= SMALL_FILE && send_small_file(c, &sent))
        return sent;
    sent = send_pieces(c, NULL, 0, MSG_MORE);
    return sent == HTTP_SENT_ALL ? send_file(c) : sent;
}

enum http_sent http_send(struct http_conn *c) {
    if (c->body || c->pos == c->limit)
        return send_pieces(c, c->body ? c->body + c->pos : NULL, (size_t)(c->limit - c->pos), 0);
    if (!c->in_files) {
        c->in_files = true;
        c->http->n_files++;
    }
    return c->head_sent < c->head_len ? send_file_head(c) : send_file(c);
}
