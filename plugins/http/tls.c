/* TLS of one connection: the handshake in steps, records read and written, files by the kernel where it can. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input.h"
#include "pair.h"
#include "pxed/arena.h"
#include "tls_hello.h"
#include "turn.h"

struct http_tls {
    SSL *ssl;
    size_t unsent; /* bytes of a record that was encrypted and not taken by the socket: they must be offered again */
    bool kernel;   /* encrypts what is sent */
    bool writes_first;
    bool broken; /* no alert may be sent any more */
    char offered[HTTP_TLS_OFFERED];
};

static bool tls_new(struct http_conn *c) {
    struct http *h = c->http;
    SSL *ssl = SSL_new(http_pair_now(h, c->listener->tls));
    if (!ssl || SSL_set_fd(ssl, c->fd) != 1) {
        SSL_free(ssl);
        return false;
    }
    SSL_set_accept_state(ssl);
    c->tls = pxed_xalloc(sizeof(*c->tls));
    *c->tls = (struct http_tls){.ssl = ssl};
    http_tls_hello_keep(ssl, c->tls->offered);
    http_input_tls(c);
    return true;
}

void http_tls_free(struct http_conn *c) {
    if (!c->tls)
        return;
    http_input_no_tls(c);
    SSL_free(c->tls->ssl);
    free(c->tls);
    c->tls = NULL;
}

static void tls_refuse(struct http_conn *c, enum pxed_reason reason, const char *why) {
    char text[512];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_str(&b, why);
    if (c->tls && c->tls->offered[0]) {
        pxed_buf_str(&b, "; it offered ");
        pxed_buf_str(&b, c->tls->offered);
    }
    http_conn_refuse(c, reason, pxed_buf_cstr(&b));
}

void http_tls_refuse(struct http_conn *c, const char *why) {
    tls_refuse(c, PXED_WHY_TLS_FAILED, why);
}

/* Does the client call a certificate expired that is in force here? */
static bool is_clock(const struct http_conn *c, unsigned long code) {
    const X509 *x = SSL_get_certificate(c->tls->ssl);
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED && x &&
           X509_cmp_current_time(X509_get0_notBefore(x)) < 0 && X509_cmp_current_time(X509_get0_notAfter(x)) > 0;
}

static enum http_tls_step handshake_failed(struct http_conn *c, int error) {
    unsigned long code = ERR_peek_last_error();
    const char *text = code ? ERR_reason_error_string(code) : NULL;
    c->tls->broken = true;
    if (code && ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST) {
        http_tls_free(c);
        return HTTP_TLS_PLAIN;
    }
    if (!text && c->eof)
        text = "the client closed in the handshake";
    else if (!text)
        text = error == SSL_ERROR_SYSCALL && errno ? strerror(errno) : "the client closed in the handshake";
    tls_refuse(c, is_clock(c, code) ? PXED_WHY_CLOCK_WRONG : PXED_WHY_TLS_FAILED, text);
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
    uint64_t began = uv_hrtime();
    ERR_clear_error();
    errno = 0;
    int r = SSL_do_handshake(c->tls->ssl);
    int error = r == 1 ? SSL_ERROR_NONE : SSL_get_error(c->tls->ssl, r);
    http_turn_spend(c, began);
    switch (error) {
    case SSL_ERROR_NONE:
        c->tls->kernel = BIO_get_ktls_send(SSL_get_wbio(c->tls->ssl));
        return HTTP_TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return HTTP_TLS_READ;
    case SSL_ERROR_WANT_WRITE:
        return HTTP_TLS_WRITE;
    default:
        return handshake_failed(c, error);
    }
}

/* -1 with errno for what OpenSSL returned; 0 at the end of input. */
static ssize_t tls_error(struct http_conn *c, int r) {
    int system = errno, error = SSL_get_error(c->tls->ssl, r);
    c->tls->writes_first = error == SSL_ERROR_WANT_WRITE;
    switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        c->tls->broken = true;
        errno = system ? system : ECONNRESET;
        return -1;
    default:
        c->tls->broken = true;
        errno = ECONNRESET;
        return -1;
    }
}

ssize_t http_tls_read(struct http_conn *c, char *buf, size_t len) {
    size_t n;
    ERR_clear_error();
    errno = 0;
    int r = SSL_read_ex(c->tls->ssl, buf, len, &n);
    if (r != 1)
        return tls_error(c, r);
    c->tls->writes_first = false;
    return (ssize_t)n;
}

bool http_tls_writes_first(const struct http_conn *c) {
    return c->tls->writes_first;
}

bool http_tls_pending(const struct http_conn *c) {
    return SSL_has_pending(c->tls->ssl) && SSL_pending(c->tls->ssl) > 0;
}

/* The first `len` bytes of `record`. What was encrypted before is sent first, whatever stands there now. */
static ssize_t send_record(struct http_conn *c, const char *record, size_t len) {
    size_t n;
    if (len < c->tls->unsent)
        len = c->tls->unsent;
    ERR_clear_error();
    errno = 0;
    int r = SSL_write_ex(c->tls->ssl, record, len, &n);
    if (r == 1) {
        c->tls->unsent = 0;
        return (ssize_t)n;
    }
    ssize_t error = tls_error(c, r);
    if (error < 0 && errno == EAGAIN)
        c->tls->unsent = len;
    else if (error == 0)
        errno = EPIPE;
    return -1;
}

/* Copies what comes after `skip` bytes of the pieces; returns how much fits a record. */
static size_t gather(char *to, const struct iovec *iov, size_t n, size_t skip) {
    size_t len = 0;
    for (size_t i = 0; i < n && len < HTTP_TLS_RECORD; i++) {
        if (skip >= iov[i].iov_len) {
            skip -= iov[i].iov_len;
            continue;
        }
        size_t part = iov[i].iov_len - skip;
        part = part < HTTP_TLS_RECORD - len ? part : HTTP_TLS_RECORD - len;
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
        ssize_t part = send_record(c, c->http->record, gather(c->http->record, iov, n, sent));
        if (part < 0)
            return sent > 0 ? (ssize_t)sent : -1;
        sent += (size_t)part;
    }
    return (ssize_t)sent;
}

static ssize_t kernel_file(struct http_conn *c, int fd, off_t at, size_t len) {
    ERR_clear_error();
    errno = 0;
    ssize_t n = SSL_sendfile(c->tls->ssl, fd, at, len, 0);
    return n >= 0 ? n : tls_error(c, (int)n);
}

ssize_t http_tls_file(struct http_conn *c, char *record, int fd, off_t at, size_t len) {
    size_t sent = 0;
    if (c->tls->kernel)
        return kernel_file(c, fd, at, len);
    while (sent < len) {
        size_t want = len - sent < HTTP_TLS_RECORD ? len - sent : HTTP_TLS_RECORD;
        ssize_t n = pread(fd, record, want, at + (off_t)sent);
        if (n <= 0)
            return sent > 0 ? (ssize_t)sent : n; /* 0: the file became shorter */
        n = send_record(c, record, (size_t)n);
        if (n < 0)
            return sent > 0 ? (ssize_t)sent : -1;
        sent += (size_t)n;
    }
    return (ssize_t)sent;
}

void http_tls_finish(struct http_conn *c) {
    if (c->tls && !c->tls->broken && c->tls->unsent == 0 && SSL_is_init_finished(c->tls->ssl)) {
        ERR_clear_error();
        if (SSL_shutdown(c->tls->ssl) < 0)
            c->tls->broken = true;
    }
}
