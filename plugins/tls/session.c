/* One session of OpenSSL's. */
#include "session.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "hello.h"
#include "pxed/arena.h"

struct pxed_tls {
    SSL *ssl;
    size_t unsent; /* bytes of a record that was encrypted and not taken by the socket: they must be offered again */
    bool kernel;   /* encrypts what is sent */
    bool writes_first;
    bool broken; /* no alert may be sent any more */
    char offered[TLS_OFFERED];
};

struct pxed_tls *tls_session_accept(struct pxed_tls_pair *pair, int fd) {
    SSL *ssl = SSL_new(pair->context);
    if (!ssl || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_accept_state(ssl);
    struct pxed_tls *s = pxed_xalloc(sizeof(*s));
    s->ssl = ssl;
    tls_hello_keep(ssl, s->offered);
    return s;
}

void tls_session_free(struct pxed_tls *s) {
    SSL_free(s->ssl);
    free(s);
}

const char *tls_session_offered(const struct pxed_tls *s) {
    return s->offered;
}

/* Does the client call a certificate expired that is in force here? */
static bool is_clock(const struct pxed_tls *s, unsigned long code) {
    const X509 *x = SSL_get_certificate(s->ssl);
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED && x &&
           X509_cmp_current_time(X509_get0_notBefore(x)) < 0 && X509_cmp_current_time(X509_get0_notAfter(x)) > 0;
}

static enum pxed_tls_step handshake_failed(struct pxed_tls *s, int error, int system, struct pxed_tls_failure *ret) {
    unsigned long code = ERR_peek_last_error();
    s->broken = true;
    if (code && ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST)
        return PXED_TLS_PLAIN;
    *ret = (struct pxed_tls_failure){.text = code ? ERR_reason_error_string(code) : NULL,
                                     .error = error == SSL_ERROR_SYSCALL ? system : 0,
                                     .clock = is_clock(s, code)};
    return PXED_TLS_FAILED;
}

enum pxed_tls_step tls_session_handshake(struct pxed_tls *s, struct pxed_tls_failure *ret_failure) {
    ERR_clear_error();
    errno = 0;
    int r = SSL_do_handshake(s->ssl), system = errno;
    int error = r == 1 ? SSL_ERROR_NONE : SSL_get_error(s->ssl, r);
    switch (error) {
    case SSL_ERROR_NONE:
        s->kernel = BIO_get_ktls_send(SSL_get_wbio(s->ssl));
        return PXED_TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return PXED_TLS_READ;
    case SSL_ERROR_WANT_WRITE:
        return PXED_TLS_WRITE;
    default:
        return handshake_failed(s, error, system, ret_failure);
    }
}

/* -1 with errno for what OpenSSL returned; 0 at the end of input. */
static ptrdiff_t tls_error(struct pxed_tls *s, int r) {
    int system = errno, error = SSL_get_error(s->ssl, r);
    s->writes_first = error == SSL_ERROR_WANT_WRITE;
    switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        s->broken = true;
        errno = system ? system : ECONNRESET;
        return -1;
    default:
        s->broken = true;
        errno = ECONNRESET;
        return -1;
    }
}

ptrdiff_t tls_session_read(struct pxed_tls *s, void *buf, size_t len) {
    size_t n;
    ERR_clear_error();
    errno = 0;
    int r = SSL_read_ex(s->ssl, buf, len, &n);
    if (r != 1)
        return tls_error(s, r);
    s->writes_first = false;
    return (ptrdiff_t)n;
}

bool tls_session_writes_first(const struct pxed_tls *s) {
    return s->writes_first;
}

bool tls_session_pending(const struct pxed_tls *s) {
    return SSL_has_pending(s->ssl) && SSL_pending(s->ssl) > 0;
}

ptrdiff_t tls_session_send(struct pxed_tls *s, const void *record, size_t len) {
    size_t n;
    if (len < s->unsent)
        len = s->unsent;
    ERR_clear_error();
    errno = 0;
    int r = SSL_write_ex(s->ssl, record, len, &n);
    if (r == 1) {
        s->unsent = 0;
        return (ptrdiff_t)n;
    }
    ptrdiff_t error = tls_error(s, r);
    if (error < 0 && errno == EAGAIN)
        s->unsent = len;
    else if (error == 0)
        errno = EPIPE;
    return -1;
}

bool tls_session_by_kernel(const struct pxed_tls *s) {
    return s->kernel;
}

ptrdiff_t tls_session_file(struct pxed_tls *s, int fd, uint64_t at, size_t len) {
    ERR_clear_error();
    errno = 0;
    ptrdiff_t n = SSL_sendfile(s->ssl, fd, (off_t)at, len, 0);
    return n >= 0 ? n : tls_error(s, (int)n);
}

void tls_session_finish(struct pxed_tls *s) {
    if (s->broken || s->unsent > 0 || !SSL_is_init_finished(s->ssl))
        return;
    ERR_clear_error();
    if (SSL_shutdown(s->ssl) < 0)
        s->broken = true;
}
