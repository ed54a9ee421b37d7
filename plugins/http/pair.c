/* A certificate and its private key: read, compared, and read again when they change. */
#include "pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pxed/arena.h"
#include "tls_hello.h"

enum {
    LOOK_MS = 1000,
    FILE_MAX = 1024 * 1024,
    TICKET_KEYS_MS = 12 * 60 * 60 * 1000, /* so long one key opens the tickets of TLS */
    TICKET_SECONDS = 60 * 60,
};

struct pxed_http_pair {
    struct pxed_http_pair *next;
    char *cert, *key;
    SSL_CTX *context;
    struct stat seen[2]; /* of what was read last, whether it was of use or not */
    uint64_t looked_at, keys_at;
};

/* In the order of preference. The last four have no forward secrecy: iPXE before 2022 knows no
 * others, and takes an RSA certificate alone. */
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
    SSL_CTX_set_client_hello_cb(s, http_tls_hello_note, NULL);
    if (SSL_CTX_set_min_proto_version(s, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(s, CIPHERS_12) == 1)
        return s;
    SSL_CTX_free(s);
    return NULL;
}

static const char *last_error(void) {
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "unknown error";
}

/* A pipe would hold the loop, and a disk its memory. */
static const char *plain_file(const char *path, struct stat *ret) {
    if (stat(path, ret) < 0)
        return strerror(errno);
    if (!S_ISREG(ret->st_mode))
        return "this is no file";
    if (ret->st_size > FILE_MAX)
        return "it is larger than 1 MiB";
    return access(path, R_OK) < 0 ? strerror(errno) : NULL;
}

/* NULL, with what is wrong; `path` is the file it is about. */
static SSL_CTX *read_pair(struct pxed_http_pair *p, const char **ret_path, const char **ret_wrong) {
    *ret_path = p->cert;
    *ret_wrong = plain_file(p->cert, &p->seen[0]);
    const char *wrong_key = plain_file(p->key, &p->seen[1]);
    if (!*ret_wrong && wrong_key) {
        *ret_path = p->key;
        *ret_wrong = wrong_key;
    }
    if (*ret_wrong)
        return NULL;
    ERR_clear_error();
    SSL_CTX *s = new_context();
    bool good = s && SSL_CTX_use_certificate_chain_file(s, p->cert) == 1;
    if (good) {
        *ret_path = p->key;
        good = SSL_CTX_use_PrivateKey_file(s, p->key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(s) == 1;
    }
    if (good)
        return s;
    *ret_wrong = last_error();
    SSL_CTX_free(s);
    return NULL;
}

static bool has_changed(const struct pxed_http_pair *p) {
    const char *const paths[] = {p->cert, p->key};
    for (size_t i = 0; i < 2; i++) {
        const struct stat *seen = &p->seen[i];
        struct stat now;
        if (stat(paths[i], &now) < 0)
            memset(&now, 0, sizeof(now));
        if (now.st_ino != seen->st_ino || now.st_dev != seen->st_dev || now.st_size != seen->st_size ||
            now.st_mtim.tv_sec != seen->st_mtim.tv_sec || now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec ||
            now.st_ctim.tv_sec != seen->st_ctim.tv_sec || now.st_ctim.tv_nsec != seen->st_ctim.tv_nsec)
            return true;
    }
    return false;
}

static void tell_taken(struct http *h, const struct pxed_http_pair *p) {
    struct tm until = {0};
    const X509 *x = SSL_CTX_get0_certificate(p->context);
    if (x)
        ASN1_TIME_to_tm(X509_get0_notAfter(x), &until);
    pxed_log(h->ctx, PXED_LOG_INFO, "certificate", NULL, NULL, "text=\"taken\" cert=%s until=%04d-%02d-%02d", p->cert,
             until.tm_year + 1900, until.tm_mon + 1, until.tm_mday);
}

static bool take_files(struct http *h, struct pxed_http_pair *p) {
    const char *path, *wrong;
    memset(p->seen, 0, sizeof(p->seen));
    SSL_CTX *s = read_pair(p, &path, &wrong);
    if (!s) {
        pxed_log(h->ctx, PXED_LOG_ERROR, "certificate", NULL, NULL, "text=\"%s\" file=%s error=\"%s\"",
                 p->context ? "of no use: the one before it stays" : "of no use", path, wrong);
        return false;
    }
    SSL_CTX_free(p->context); /* connections hold it, too */
    p->context = s;
    p->keys_at = h->ctx->core->now(h->ctx);
    tell_taken(h, p);
    return true;
}

/* Whoever gets a key of tickets can read what was sent under them. */
static void change_ticket_keys(struct http *h, struct pxed_http_pair *p) {
    unsigned char keys[80];
    if (h->ctx->core->now(h->ctx) - p->keys_at < TICKET_KEYS_MS || RAND_priv_bytes(keys, sizeof(keys)) != 1)
        return;
    SSL_CTX_set_tlsext_ticket_keys(p->context, keys, sizeof(keys));
    OPENSSL_cleanse(keys, sizeof(keys));
    p->keys_at = h->ctx->core->now(h->ctx);
}

SSL_CTX *http_pair_now(struct http *h, struct pxed_http_pair *p) {
    uint64_t now = h->ctx->core->now(h->ctx);
    if (now - p->looked_at >= LOOK_MS) {
        p->looked_at = now;
        if (has_changed(p))
            take_files(h, p);
        change_ticket_keys(h, p);
    }
    return p->context;
}

/* A kernel that has TLS as a module loads it for root alone. The socket is not connected, so nothing else happens. */
static void ask_kernel(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 4);
    close(fd);
}

struct pxed_http_pair *http_pair_open(struct http *h, const char *cert, const char *key) {
    for (struct pxed_http_pair *p = h->pairs; p; p = p->next)
        if (strcmp(p->cert, cert) == 0 && strcmp(p->key, key) == 0)
            return p;
    struct pxed_http_pair *p = pxed_xalloc(sizeof(*p));
    *p = (struct pxed_http_pair){.next = h->pairs,
                                 .cert = pxed_xstrdup(pxed_slice_of(cert)),
                                 .key = pxed_xstrdup(pxed_slice_of(key)),
                                 .looked_at = h->ctx->core->now(h->ctx)};
    h->pairs = p;
    ask_kernel();
    return take_files(h, p) ? p : NULL;
}

void http_pairs_free(struct http *h) {
    while (h->pairs) {
        struct pxed_http_pair *p = h->pairs;
        h->pairs = p->next;
        SSL_CTX_free(p->context);
        free(p->cert);
        free(p->key);
        free(p);
    }
}

void http_pairs_metrics(const struct http *h, const struct pxed_metrics *out) {
    if (!h->pairs)
        return;
    out->begin(out->self, "certificate_expiry_timestamp_seconds", "gauge",
               "Until when the certificate in use is valid, in seconds since 1970.");
    for (const struct pxed_http_pair *p = h->pairs; p; p = p->next) {
        const X509 *x = p->context ? SSL_CTX_get0_certificate(p->context) : NULL;
        struct tm until = {0};
        if (!x || ASN1_TIME_to_tm(X509_get0_notAfter(x), &until) != 1)
            continue;
        time_t at = timegm(&until);
        const struct pxed_metric_label of[] = {{"cert", p->cert}, {NULL, NULL}};
        out->value(out->self, of, at > 0 ? (uint64_t)at : 0);
    }
}
