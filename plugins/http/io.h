/* The bytes of a connection, plain or by TLS: as read, sendmsg and sendfile that never wait. */
#pragma once

#include "tls.h"

ssize_t http_io_read(struct http_conn *c, char *buf, size_t len); /* sets c->readable: there may be more */
ssize_t http_io_send(struct http_conn *c, struct iovec *iov, size_t n, int flags);
ssize_t http_io_file(struct http_conn *c, int fd, off_t at, size_t len);
/* The event of libuv that more input waits for. */
int http_io_event(const struct http_conn *c);
/* Nothing follows from us; what the client sends may still come. */
void http_io_shut(struct http_conn *c);
