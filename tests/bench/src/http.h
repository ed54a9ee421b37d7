/* An HTTP client that never blocks, with TLS or without; what arrives is compared with what must arrive. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H
#include "load.h"
#include <netinet/in.h>
#include <openssl/ssl.h>

/* What must arrive. */
struct http_want {
    struct load_bytes whole; /* these bytes; at = NULL: a text, kept in http.body */
    uint64_t cap;            /* enough is as much; 0: all */
};

enum http_state { HTTP_CONNECTING, HTTP_SENDING, HTTP_HEAD, HTTP_BODY, HTTP_DONE, HTTP_FAILED };
enum { HTTP_TEXT = 8192 };

/* One connection and its present request. Zeroed, with fd = -1: closed. */
struct http {
    int fd;
    SSL *tls;
    enum http_state state;
    bool unfinished; /* it is to be called again without an event */
    bool closes;     /* the connection ends with this answer */
    struct http_want want;
    char request[512];
    size_t request_length, sent;
    char body[HTTP_TEXT + 1]; /* head, then of a text the body alone, ended by zero */
    size_t kept;
    bool chunked;
    int64_t length; /* of the body, as the server says; -1: until the end */
    uint64_t got;   /* of the body */
    uint64_t total; /* bytes of bodies on this connection */
    char why[LOAD_WHY];
};

/* Begins a connection from an address (network order; 0: any of ours); tls may be NULL. On failure the state says so.
 */
void http_open(struct http *h, const struct sockaddr_in *server, uint32_t from, SSL_CTX *tls);
void http_close(struct http *h);
/* Asks for a path on an open connection: on a new one, or after HTTP_DONE where the connection stays. */
void http_ask(struct http *h, const char *path, bool close, struct http_want want);
/* Goes on without waiting; to be called when the socket can be read or written. `unfinished` tells that there was more
 * than a connection gets in one turn. */
enum http_state http_go(struct http *h);
#endif
