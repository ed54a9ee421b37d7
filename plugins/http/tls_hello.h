/* What a client offered in its first message: why a handshake failed is mostly to be seen there. */
#pragma once

#include <openssl/ssl.h>

#include "pxed/buf.h"

enum { HTTP_TLS_OFFERED = 192 };

/* The text that http_tls_hello_note fills in, of at least HTTP_TLS_OFFERED bytes and zeroed; it belongs to `ssl`'s
 * connection. */
void http_tls_hello_keep(SSL *ssl, char *text);
/* SSL_client_hello_cb_fn */
int http_tls_hello_note(SSL *ssl, int *alert, void *arg);
