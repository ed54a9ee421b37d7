/* The service "http/1": other plugins answer requests on their own sockets through the http plugin. Loop thread only.
 */
#pragma once

#include "pxed/addr.h"

struct pxed_http_reply; /* one pending answer; owned by the http plugin */
struct pxed_http_pair;  /* a certificate and its key; owned by the http plugin */

struct pxed_http_header {
    struct pxed_slice name, value;
};

/* Slices live only during the call. */
struct pxed_http_call {
    bool post;
    struct pxed_slice path; /* still %-encoded, without query */
    struct pxed_slice query;
    struct pxed_slice body; /* whole, at most 64 KiB */
    int fd;                 /* the connection, for SO_PEERCRED; borrowed */
    /* Since minor 8. */
    const char *method;                     /* "GET", "HEAD", "POST"; to HEAD answer as to GET: its body is left out */
    struct pxed_addr peer;                  /* family 0: a local socket */
    const struct pxed_http_header *headers; /* as sent, at most 64 */
    size_t n_headers;
    bool tls; /* it came by TLS */
};

/* Since minor 8. What is sent for a call; all of it is copied. */
struct pxed_http_answer {
    int status;
    const char *type; /* Content-Type */
    const char
        *headers;     /* further lines, each ended by CR LF; NULL: none. What came from outside does not belong here */
    const char *etag; /* quoted: who has this one is answered 304; NULL: none */
    struct pxed_slice body;
};

/* Since minor 8. What becomes of a stream. Neither comes from inside a call of the plugin. */
struct pxed_http_stream {
    void (*ready)(void *arg); /* after a `write` that was refused: all that was taken has left */
    void (*gone)(void *arg);  /* the client has gone, or took nothing for 60 s; the reply is not valid any more */
    void *arg;
};

/* Bytes that may wait for the client of one stream. */
enum { PXED_HTTP_STREAM_ROOM = 256 * 1024 };

typedef void pxed_http_handler(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);

struct pxed_http_service {
    uint32_t size;
    void *self;
    /* Serves a listening socket until the plugin stops; takes ownership of it. The handler runs on the loop and must
     * lead to exactly one `reply`, `answer` or `stream`, at once or later. 0 or a negative errno. */
    int (*serve)(void *self, int listen_fd, pxed_http_handler *handler, void *arg);
    /* Copies the body. It is no error if the client has gone meanwhile. */
    void (*reply)(void *self, struct pxed_http_reply *reply, int status, const char *type, struct pxed_slice body);
    /* Since minor 8. */
    /* In init, while there may be rights for the port: a socket that listens there, for `serve`; systemd's, if it has
     * one. The caller's; or a negative errno. */
    int (*listen)(void *self, const struct pxed_addr *addr, uint16_t port);
    /* As `reply`, with more to say. */
    void (*answer)(void *self, struct pxed_http_reply *reply, const struct pxed_http_answer *answer);
    /* Begins an answer that has no length: the head leaves, then what is written, in the chunks of HTTP/1.1. True: the
     * reply stays valid until `end` or `gone`. False: there is nobody to write to, and the reply is not valid any
     * more. */
    bool (*stream)(void *self, struct pxed_http_reply *reply, int status, const char *type, const char *headers,
                   const struct pxed_http_stream *stream);
    /* Copies the bytes; they leave in the next turn of the loop. False: more than PXED_HTTP_STREAM_ROOM bytes would
     * wait, so nothing was taken; `ready` comes later. */
    bool (*write)(void *self, struct pxed_http_reply *reply, struct pxed_slice bytes);
    /* What was written leaves, then the connection is closed. No callback comes any more. */
    void (*end)(void *self, struct pxed_http_reply *reply);
    /* In init, while there may be rights to read the key: two PEM files. They are read again when they change. NULL: of
     * no use; logged. Valid until the http plugin ends. */
    struct pxed_http_pair *(*pair)(void *self, const char *cert, const char *key);
    /* As `serve`, by TLS with this pair. */
    int (*serve_tls)(void *self, int listen_fd, struct pxed_http_pair *pair, pxed_http_handler *handler, void *arg);
};

/* Since minor 8. The value of a header; unset: there is none, or several, which proxies read differently. */
static inline struct pxed_slice pxed_http_header(const struct pxed_http_call *call, const char *name) {
    struct pxed_slice found = PXED_NO_SLICE, wanted = pxed_slice_of(name);
    for (size_t i = 0; i < call->n_headers; i++) {
        if (!pxed_slice_eq_nocase(call->headers[i].name, wanted))
            continue;
        if (found.ptr)
            return PXED_NO_SLICE;
        found = call->headers[i].value;
    }
    return found;
}

/* Since minor 8. The value of a cookie (RFC 6265 4.2.1); unset: there is none. Of several the first. */
static inline struct pxed_slice pxed_http_cookie(const struct pxed_http_call *call, const char *name) {
    struct pxed_slice rest = pxed_http_header(call, "cookie"), wanted = pxed_slice_of(name);
    while (rest.len > 0) {
        ptrdiff_t end = pxed_slice_find(rest, ';', 0);
        struct pxed_slice pair = pxed_slice_trim(pxed_slice_head(rest, end < 0 ? rest.len : (size_t)end));
        ptrdiff_t sign = pxed_slice_find(pair, '=', 0);
        if (sign >= 0 && pxed_slice_eq(pxed_slice_head(pair, (size_t)sign), wanted))
            return pxed_slice_skip(pair, (size_t)sign + 1);
        rest = pxed_slice_skip(rest, end < 0 ? rest.len : (size_t)end + 1);
    }
    return PXED_NO_SLICE;
}
