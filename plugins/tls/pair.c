/* A certificate and its private key: read, compared, looked at. */
#define _GNU_SOURCE
#include "pair.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "hello.h"
#include "pxed/arena.h"

enum { TICKET_SECONDS = 60 * 60 };

/* In the order of preference. The last four have no forward secrecy: iPXE before 2022 knows no others, and takes an RSA
 * certificate alone. */
#define CIPHERS_12                                                                                                     \
    "ECDHE+AESGCM:ECDHE+CHACHA20:"                                                                                     \
    "AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA"

static int no_password(char *buf, int size, int writing, void *arg) {
    (void)buf, (void)size, (void)writing, (void)arg;
    return -1; /* the default asks on the terminal */
}

static SSL_CTX *new_context(void) {
    SSL_CTX *s = SSL_CTX_new(TLS_server_method());
    if (!s)
        return NULL;
    SSL_CTX_set_options(s, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ENABLE_KTLS);
    SSL_CTX_set_mode(s, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(s, SSL_SESS_CACHE_OFF); /* tickets alone: they hold no memory of ours */
    SSL_CTX_set_timeout(s, TICKET_SECONDS);
    SSL_CTX_set_num_tickets(s, 1);
    SSL_CTX_set_session_id_context(s, (const unsigned char *)"pxed", 4);
    SSL_CTX_set_default_passwd_cb(s, no_password);
    SSL_CTX_set_client_hello_cb(s, tls_hello_note, NULL);
    if (SSL_CTX_set_min_proto_version(s, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(s, CIPHERS_12) == 1)
        return s;
    SSL_CTX_free(s);
    return NULL;
}

static const char *last_error(void) {
    unsigned long code = ERR_peek_last_error();
    const char *text = ERR_reason_error_string(code);
    if (ERR_GET_LIB(code) == ERR_LIB_X509 &&
        (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH || ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH))
        return "this is not the key of the certificate in `cert`";
    return text ? text : "this is no PEM file";
}

struct pxed_tls_pair *tls_pair_open(const char *cert, const char *key, struct pxed_tls_wrong *ret_wrong) {
    ERR_clear_error();
    SSL_CTX *s = new_context();
    bool good = s && SSL_CTX_use_certificate_chain_file(s, cert) == 1, of_key = good && key;
    if (of_key)
        good = SSL_CTX_use_PrivateKey_file(s, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(s) == 1;
    if (!good) {
        *ret_wrong = (struct pxed_tls_wrong){.key = of_key, .text = last_error()};
        SSL_CTX_free(s);
        return NULL;
    }
    struct pxed_tls_pair *pair = pxed_xalloc(sizeof(*pair));
    pair->context = s;
    return pair;
}

void tls_pair_close(struct pxed_tls_pair *pair) {
    if (pair)
        SSL_CTX_free(pair->context); /* sessions hold it, too */
    free(pair);
}

static bool seconds_of(const ASN1_TIME *time, int64_t *ret) {
    struct tm tm = {0};
    if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *ret = timegm(&tm);
    return true;
}

bool tls_pair_valid(const struct pxed_tls_pair *pair, int64_t *ret_from, int64_t *ret_until) {
    const X509 *x = SSL_CTX_get0_certificate(pair->context);
    int64_t from, until;
    if (!x || !seconds_of(X509_get0_notBefore(x), &from) || !seconds_of(X509_get0_notAfter(x), &until))
        return false;
    *ret_from = from;
    *ret_until = until;
    return true;
}

bool tls_pair_holds(const struct pxed_tls_pair *pair, const char *name, bool is_address) {
    X509 *x = SSL_CTX_get0_certificate(pair->context);
    return x && (is_address ? X509_check_ip_asc(x, name, 0) : X509_check_host(x, name, 0, 0, NULL)) == 1;
}

/* Whoever gets a key of tickets can read what was sent under them. */
bool tls_pair_change_keys(struct pxed_tls_pair *pair) {
    unsigned char keys[80];
    if (RAND_priv_bytes(keys, sizeof(keys)) != 1)
        return false;
    SSL_CTX_set_tlsext_ticket_keys(pair->context, keys, sizeof(keys));
    OPENSSL_cleanse(keys, sizeof(keys));
    return true;
}
