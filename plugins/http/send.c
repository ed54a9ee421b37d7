/* Sends the head together with a small body in one call, and files by sendfile in limited pieces. */
#include "send.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "io.h"
#include "turn.h"
#include "warm.h"
#include "workers.h"

enum {
    SMALL_FILE = 32 * 1024, /* read and sent with its head in one packet train */
    WARM_BYTES = 1024 * 1024,
    LEND_BYTES = 8 * 1024 * 1024,
    PROBE_BYTES = 256 * 1024,
};

static enum http_sent file_broken(struct http_conn *c, const char *what) {
    http_conn_refuse(c, PXED_WHY_IO_ERROR, what);
    return HTTP_SENT_BROKEN;
}

/* One sendmsg with the rest of the head and `len` bytes of the body. */
static enum http_sent send_pieces(struct http_conn *c, const char *body, size_t len, int flags) {
    struct iovec iov[2] = {{c->head + c->head_sent, c->head_len - c->head_sent}, {(char *)(uintptr_t)body, len}};
    ssize_t n = http_io_send(c, iov, len > 0 ? 2 : 1, flags);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? HTTP_SENT_WAIT : HTTP_SENT_GONE;
    size_t head = (size_t)n < iov[0].iov_len ? (size_t)n : iov[0].iov_len;
    c->head_sent += head;
    http_io_sent(c, (size_t)n - head);
    return (size_t)n == iov[0].iov_len + len ? HTTP_SENT_ALL : HTTP_SENT_WAIT;
}

/* Is the byte at this file position in the page cache? Also true if the file system cannot tell. */
static bool is_cached(int fd, uint64_t at) {
    char byte;
    struct iovec iov = {&byte, 1};
    return preadv2(fd, &iov, 1, (off_t)at, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

static void warm_up(struct http_conn *c) {
    uint64_t left = c->limit - c->pos;
    uint64_t at = c->content->offset + c->pos;
    c->warm_until = c->pos + WARM_BYTES;
    http_warm_start(c, c->content->fd, at, left < WARM_BYTES ? left : WARM_BYTES);
}

/* Looks once at the next megabyte, or at what a thread is lent. The kernel's read-ahead fills what is missing in order,
 * so some places tell; only after a jump its beginning must be checked. */
static bool needs_disk(struct http_conn *c) {
    uint64_t span = c->http->workers ? LEND_BYTES : WARM_BYTES, base = c->content->offset, at = c->pos, next;
    uint64_t end = c->limit - c->pos < span ? c->limit : c->pos + span;
    if (c->pos < c->warm_until)
        return false;
    if (c->pos == c->plan.offset && !is_cached(c->content->fd, base + c->pos))
        return true;
    for (; at < end; at = next) {
        next = end - at < PROBE_BYTES ? end : at + PROBE_BYTES;
        if (!is_cached(c->content->fd, base + next - 1))
            break;
    }
    if (at < end && at - c->pos < WARM_BYTES)
        return true;
    c->warm_until = at;
    return false;
}

static enum http_sent file_failed(struct http_conn *c, int error) {
    if (error == ENODATA)
        return file_broken(c, "the file became shorter while it was sent");
    if (error == EAGAIN || error == EINTR)
        return HTTP_SENT_WAIT;
    return error == EPIPE || error == ECONNRESET || error == ETIMEDOUT ? HTTP_SENT_GONE
                                                                       : file_broken(c, strerror(error));
}

static enum http_sent send_file(struct http_conn *c) {
    if (c->lent_error)
        return file_failed(c, c->lent_error);
    if (needs_disk(c))
        warm_up(c);
    uint64_t sure = (c->warm_until < c->limit ? c->warm_until : c->limit) - c->pos, began = uv_hrtime();
    if (c->warm || http_workers_lend(c, sure))
        return HTTP_SENT_PARKED;
    size_t len = http_turn_share(c);
    if (len == 0)
        return HTTP_SENT_PARKED;
    len = sure < len ? (size_t)sure : len;
    ssize_t n = http_io_file(c, c->http->record, c->content->fd, (off_t)(c->content->offset + c->pos), len);
    if (n <= 0)
        return file_failed(c, n == 0 ? ENODATA : errno);
    http_io_sent(c, (size_t)n);
    http_turn_count(c, (size_t)n, began);
    if (c->pos == c->limit)
        return HTTP_SENT_ALL;
    return (size_t)n == len && http_turn_others(c) ? HTTP_SENT_PARKED : HTTP_SENT_WAIT;
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
    if (c->pos == c->limit && c->head_len > 0 && c->head_sent == c->head_len) /* a thread sent the rest */
        return HTTP_SENT_ALL;
    if (c->body || c->pos == c->limit)
        return send_pieces(c, c->body ? c->body + c->pos : NULL, (size_t)(c->limit - c->pos), 0);
    return c->head_sent < c->head_len ? send_file_head(c) : send_file(c);
}
