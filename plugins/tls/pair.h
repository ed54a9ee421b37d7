/* A certificate and its private key, and the rules under which TLS is spoken with them. */
#pragma once

#include <openssl/ssl.h>

#include "pxed/tls.h"

struct pxed_tls_pair {
    SSL_CTX *context;
};

struct pxed_tls_pair *tls_pair_open(const char *cert, const char *key, struct pxed_tls_wrong *ret_wrong);
void tls_pair_close(struct pxed_tls_pair *pair);
bool tls_pair_valid(const struct pxed_tls_pair *pair, int64_t *ret_from, int64_t *ret_until);
bool tls_pair_holds(const struct pxed_tls_pair *pair, const char *name, bool is_address);
bool tls_pair_change_keys(struct pxed_tls_pair *pair);
