/* The bytes of a connection, plain or by TLS: as read, sendmsg and sendfile that never wait. */
#pragma once

#include "tls.h"

ssize_t http_io_read(struct http_conn *c, char *buf, size_t len); /* sets c->readable: there may be more */
ssize_t http_io_send(struct http_conn *c, struct iovec *iov, size_t n, int flags);
/* `record`: PXED_TLS_RECORD bytes of scratch. */
ssize_t http_io_file(struct http_conn *c, char *record, int fd, off_t at, size_t len);
/* The event of libuv that more input waits for. */
int http_io_event(const struct http_conn *c);
/* Nothing follows from us; what the client sends may still come. */
void http_io_shut(struct http_conn *c);
/* A client that has closed only its sending side still wants the answer (RFC 9112 9.6 leaves that open; `nc -N` does
 * it): a client is gone only if both directions are closed. */
bool http_io_gone(const struct http_conn *c);
/* So many more bytes of the body have gone out. */
void http_io_sent(struct http_conn *c, size_t body_bytes);
