/* What a client offered in its first message: why a handshake failed is mostly to be seen there. */
#pragma once

#include <openssl/ssl.h>

#include "pxed/buf.h"

enum { TLS_OFFERED = 192 };

/* The text that tls_hello_note fills in, of at least TLS_OFFERED bytes and zeroed; it belongs to `ssl`'s
 * connection. */
void tls_hello_keep(SSL *ssl, char *text);
/* SSL_client_hello_cb_fn */
int tls_hello_note(SSL *ssl, int *alert, void *arg);
