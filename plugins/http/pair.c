/* A certificate and its private key: read, compared, and read again when they change. */
#include "pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pxed/arena.h"

enum {
    LOOK_MS = 1000,
    FILE_MAX = 1024 * 1024,
    TICKET_KEYS_MS = 12 * 60 * 60 * 1000, /* so long one key opens the tickets of TLS */
};

struct pxed_http_pair {
    struct pxed_http_pair *next;
    char *cert, *key;
    struct pxed_tls_pair *read;
    struct stat seen[2]; /* of what was read last, whether it was of use or not */
    uint64_t looked_at, keys_at;
};

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
static struct pxed_tls_pair *read_pair(struct http *h, struct pxed_http_pair *p, const char **ret_path,
                                       const char **ret_wrong) {
    *ret_path = p->cert;
    *ret_wrong = plain_file(p->cert, &p->seen[0]);
    const char *wrong_key = plain_file(p->key, &p->seen[1]);
    if (!*ret_wrong && wrong_key) {
        *ret_path = p->key;
        *ret_wrong = wrong_key;
    }
    if (*ret_wrong)
        return NULL;
    struct pxed_tls_wrong wrong;
    struct pxed_tls_pair *read = h->tls->open(p->cert, p->key, &wrong);
    if (!read) {
        *ret_path = wrong.key ? p->key : p->cert;
        *ret_wrong = wrong.text;
    }
    return read;
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
    int64_t from, until = 0;
    struct tm tm = {0};
    h->tls->valid(p->read, &from, &until);
    time_t at = (time_t)until;
    gmtime_r(&at, &tm);
    pxed_log(h->ctx, PXED_LOG_INFO, "certificate", NULL, NULL, "text=\"taken\" cert=%s until=%04d-%02d-%02d", p->cert,
             tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static bool take_files(struct http *h, struct pxed_http_pair *p) {
    const char *path, *wrong;
    memset(p->seen, 0, sizeof(p->seen));
    struct pxed_tls_pair *read = read_pair(h, p, &path, &wrong);
    if (!read) {
        pxed_log(h->ctx, PXED_LOG_ERROR, "certificate", NULL, NULL, "text=\"%s\" file=%s error=\"%s\"",
                 p->read ? "of no use: the one before it stays" : "of no use", path, wrong);
        return false;
    }
    h->tls->close(p->read);
    p->read = read;
    p->keys_at = h->ctx->core->now(h->ctx);
    tell_taken(h, p);
    return true;
}

struct pxed_tls_pair *http_pair_now(struct http *h, struct pxed_http_pair *p) {
    uint64_t now = h->ctx->core->now(h->ctx);
    if (now - p->looked_at >= LOOK_MS) {
        p->looked_at = now;
        if (has_changed(p))
            take_files(h, p);
        if (now - p->keys_at >= TICKET_KEYS_MS && h->tls->change_keys(p->read))
            p->keys_at = now;
    }
    return p->read;
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
    if (!h->tls) {
        pxed_log(h->ctx, PXED_LOG_ERROR, "certificate", NULL, NULL,
                 "text=\"of no use: the plugin tls is not loaded\" file=%s", cert);
        return NULL;
    }
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
        h->tls->close(p->read);
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
        int64_t from, until;
        if (!p->read || !h->tls->valid(p->read, &from, &until))
            continue;
        const struct pxed_metric_label of[] = {{"cert", p->cert}, {NULL, NULL}};
        out->value(out->self, of, until > 0 ? (uint64_t)until : 0);
    }
}
