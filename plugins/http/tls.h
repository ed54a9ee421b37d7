/* TLS of one connection: the handshake, what is read and sent. Nothing here waits. */
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include "connection_state.h"

enum http_tls_step {
    HTTP_TLS_DONE,
    HTTP_TLS_READ,   /* continue when the socket is readable */
    HTTP_TLS_WRITE,  /* when it is writable */
    HTTP_TLS_LATER,  /* in our next turn: queued */
    HTTP_TLS_PLAIN,  /* the client speaks HTTP without TLS; the connection is plain now */
    HTTP_TLS_FAILED, /* reported to the core */
};

/* One step of the handshake. The state of TLS is made when the client's first bytes are there, so that who only
 * connects costs what every connection costs. */
enum http_tls_step http_tls_handshake(struct http_conn *c);
/* Reports a handshake that does not go on. */
void http_tls_refuse(struct http_conn *c, const char *why);

/* As read, sendmsg and sendfile on the socket: a number of bytes, or -1 with errno; EAGAIN: not now. */
ssize_t http_tls_read(struct http_conn *c, char *buf, size_t len);
ssize_t http_tls_send(struct http_conn *c, const struct iovec *iov, size_t n);
ssize_t http_tls_file(struct http_conn *c, char *record, int fd, off_t at, size_t len);
/* Does reading go on when the socket is writable? The answer to a change of keys waits there. */
bool http_tls_writes_first(const struct http_conn *c);
/* Bytes that were decrypted and not read yet; the socket does not tell of them. */
bool http_tls_pending(const struct http_conn *c);
/* Tells the client that nothing follows; without it an answer of unknown length looks cut off. */
void http_tls_finish(struct http_conn *c);
void http_tls_free(struct http_conn *c);
