/* TLS of one connection: the handshake in steps that share the loop's turn, pieces and files in records. */
#include "tls.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input.h"
#include "pair.h"
#include "turn.h"

static bool tls_new(struct http_conn *c) {
    struct http *h = c->http;
    c->tls = h->tls->accept(http_pair_now(h, c->listener->tls), c->fd);
    if (c->tls)
        http_input_tls(c);
    return c->tls != NULL;
}

void http_tls_free(struct http_conn *c) {
    if (!c->tls)
        return;
    http_input_no_tls(c);
    c->http->tls->free(c->tls);
    c->tls = NULL;
}

static void tls_refuse(struct http_conn *c, enum pxed_reason reason, const char *why) {
    char text[512];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_str(&b, why);
    const char *offered = c->tls ? c->http->tls->offered(c->tls) : "";
    if (*offered) {
        pxed_buf_str(&b, "; it offered ");
        pxed_buf_str(&b, offered);
    }
    http_conn_refuse(c, reason, pxed_buf_cstr(&b));
}

void http_tls_refuse(struct http_conn *c, const char *why) {
    tls_refuse(c, PXED_WHY_TLS_FAILED, why);
}

static enum http_tls_step handshake_failed(struct http_conn *c, const struct pxed_tls_failure *f) {
    const char *text = f->text;
    if (!text)
        text = f->error && !c->eof ? strerror(f->error) : "the client closed in the handshake";
    tls_refuse(c, f->clock ? PXED_WHY_CLOCK_WRONG : PXED_WHY_TLS_FAILED, text);
    return HTTP_TLS_FAILED;
}

static bool has_sent(struct http_conn *c, bool *ret_gone) {
    char byte;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    *ret_gone = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    return n > 0;
}

/* A signature takes as long as a piece of a file, so handshakes share the turn with them. */
enum http_tls_step http_tls_handshake(struct http_conn *c) {
    bool gone;
    if (!c->tls && !has_sent(c, &gone))
        return gone ? HTTP_TLS_FAILED : HTTP_TLS_READ; /* nothing was begun: no more to tell than of a plain one */
    if (http_turn_share(c) == 0)
        return HTTP_TLS_LATER;
    if (!c->tls && !tls_new(c))
        return HTTP_TLS_FAILED;
    struct pxed_tls_failure failure = {0};
    uint64_t began = uv_hrtime();
    enum pxed_tls_step step = c->http->tls->handshake(c->tls, &failure);
    http_turn_spend(c, began);
    switch (step) {
    case PXED_TLS_DONE:
        return HTTP_TLS_DONE;
    case PXED_TLS_READ:
        return HTTP_TLS_READ;
    case PXED_TLS_WRITE:
        return HTTP_TLS_WRITE;
    case PXED_TLS_PLAIN:
        http_tls_free(c);
        return HTTP_TLS_PLAIN;
    default:
        return handshake_failed(c, &failure);
    }
}

ssize_t http_tls_read(struct http_conn *c, char *buf, size_t len) {
    return c->http->tls->read(c->tls, buf, len);
}

bool http_tls_writes_first(const struct http_conn *c) {
    return c->http->tls->writes_first(c->tls);
}

bool http_tls_pending(const struct http_conn *c) {
    return c->http->tls->pending(c->tls);
}

/* Copies what comes after `skip` bytes of the pieces; returns how much fits a record. */
static size_t gather(char *to, const struct iovec *iov, size_t n, size_t skip) {
    size_t len = 0;
    for (size_t i = 0; i < n && len < PXED_TLS_RECORD; i++) {
        if (skip >= iov[i].iov_len) {
            skip -= iov[i].iov_len;
            continue;
        }
        size_t part = iov[i].iov_len - skip;
        part = part < PXED_TLS_RECORD - len ? part : PXED_TLS_RECORD - len;
        memcpy(to + len, (const char *)iov[i].iov_base + skip, part);
        len += part;
        skip = 0;
    }
    return len;
}

ssize_t http_tls_send(struct http_conn *c, const struct iovec *iov, size_t n) {
    size_t total = 0, sent = 0;
    for (size_t i = 0; i < n; i++)
        total += iov[i].iov_len;
    while (sent < total) {
        ssize_t part = c->http->tls->send(c->tls, c->http->record, gather(c->http->record, iov, n, sent));
        if (part < 0)
            return sent > 0 ? (ssize_t)sent : -1;
        sent += (size_t)part;
    }
    return (ssize_t)sent;
}

ssize_t http_tls_file(struct http_conn *c, char *record, int fd, off_t at, size_t len) {
    size_t sent = 0;
    if (c->http->tls->by_kernel(c->tls))
        return c->http->tls->file(c->tls, fd, (uint64_t)at, len);
    while (sent < len) {
        size_t want = len - sent < PXED_TLS_RECORD ? len - sent : PXED_TLS_RECORD;
        ssize_t n = pread(fd, record, want, at + (off_t)sent);
        if (n <= 0)
            return sent > 0 ? (ssize_t)sent : n; /* 0: the file became shorter */
        n = c->http->tls->send(c->tls, record, (size_t)n);
        if (n < 0)
            return sent > 0 ? (ssize_t)sent : -1;
        sent += (size_t)n;
    }
    return (ssize_t)sent;
}

void http_tls_finish(struct http_conn *c) {
    if (c->tls)
        c->http->tls->finish(c->tls);
}
