/* An HTTP client that never blocks: see http.h. */
#include "http.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AGAIN = -1, BROKEN = -2, PIECE = 1 << 18, STEPS = 8 };

static void http_fail(struct http *h, const char *why) {
    h->state = HTTP_FAILED;
    load_why(h->why, why);
}

static void http_bind(const struct http *h, uint32_t from) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = from};
    int one = 1;
    setsockopt(h->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(h->fd, (struct sockaddr *)&own, sizeof own) < 0)
        load_die("bind");
}

void http_open(struct http *h, const struct sockaddr_in *server, uint32_t from, SSL_CTX *tls) {
    *h = (struct http){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (h->fd < 0)
        load_die("socket");
    if (from)
        http_bind(h, from);
    if (connect(h->fd, (const struct sockaddr *)server, sizeof *server) < 0 && errno != EINPROGRESS)
        http_fail(h, strerror(errno));
    if (!tls)
        return;
    h->tls = SSL_new(tls);
    if (!h->tls || !SSL_set_fd(h->tls, h->fd))
        load_die("TLS");
    SSL_set_connect_state(h->tls);
}

void http_close(struct http *h) {
    SSL_free(h->tls);
    if (h->fd >= 0)
        close(h->fd);
    h->fd = -1;
    h->tls = NULL;
}

void http_ask(struct http *h, const char *path, bool close, struct http_want want) {
    int n = snprintf(h->request, sizeof h->request,
                     "GET %s HTTP/1.1\r\nHost: 10.100.0.1\r\nUser-Agent: iPXE/1.21\r\n%s\r\n", path,
                     close ? "Connection: close\r\n" : "");
    if (n < 0 || (size_t)n >= sizeof h->request)
        load_die("a path that is too long");
    h->request_length = (size_t)n;
    h->sent = h->kept = 0;
    h->got = 0;
    h->length = -1;
    h->chunked = false;
    h->closes = close;
    h->want = want;
    if (h->state != HTTP_FAILED)
        h->state = h->state == HTTP_CONNECTING ? HTTP_CONNECTING : HTTP_SENDING;
}

/* What a call of OpenSSL or of the kernel returned: bytes, 0 at the end, AGAIN or BROKEN. */
static ssize_t http_result(struct http *h, ssize_t n) {
    if (n > 0)
        return n;
    if (!h->tls)
        return n == 0 ? 0 : errno == EAGAIN ? AGAIN : BROKEN;
    switch (SSL_get_error(h->tls, (int)n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return BROKEN;
    }
}

static ssize_t http_read(struct http *h, void *in, size_t room) {
    return http_result(h, h->tls ? SSL_read(h->tls, in, (int)room) : recv(h->fd, in, room, 0));
}

static bool http_connected(struct http *h) {
    int error = 0;
    socklen_t size = sizeof error;
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof peer;
    if (getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error) {
        http_fail(h, strerror(error));
        return false;
    }
    if (getpeername(h->fd, (struct sockaddr *)&peer, &peer_size) < 0)
        return false; // not yet
    if (h->tls) {
        ssize_t n = http_result(h, SSL_do_handshake(h->tls));
        if (n <= 0) {
            if (n != AGAIN)
                http_fail(h, "TLS handshake");
            return false;
        }
    }
    h->state = HTTP_SENDING;
    return true;
}

static bool http_send(struct http *h) {
    const char *at = h->request + h->sent;
    size_t left = h->request_length - h->sent;
    ssize_t n = http_result(h, h->tls ? SSL_write(h->tls, at, (int)left) : send(h->fd, at, left, MSG_NOSIGNAL));
    if (n == AGAIN)
        return false;
    if (n <= 0) {
        http_fail(h, "the connection was closed before the request");
        return false;
    }
    h->sent += (size_t)n;
    if (h->sent == h->request_length)
        h->state = HTTP_HEAD;
    return true;
}

/* Takes the chunks out of h->body; false if the last one is not there yet. */
static bool http_unchunk(struct http *h) {
    char *in = h->body, *out = h->body, *end = h->body + h->kept;
    *end = 0;
    for (;;) {
        char *line = strstr(in, "\r\n");
        if (!line)
            return false;
        size_t length = strtoul(in, NULL, 16);
        in = line + 2;
        if ((size_t)(end - in) < length + 2)
            return false;
        if (length == 0)
            break;
        in += length + 2;
    }
    for (in = h->body;;) { // all there: the same way again
        size_t length = strtoul(in, &in, 16);
        in = strstr(in, "\r\n") + 2;
        memmove(out, in, length);
        out += length;
        in += length + 2;
        if (length == 0)
            break;
    }
    h->kept = (size_t)(out - h->body);
    *out = 0;
    return true;
}

static void http_end(struct http *h) {
    const struct load_bytes *whole = &h->want.whole;
    uint64_t enough = whole->at ? whole->length : h->got;
    if (h->want.cap && h->want.cap < enough) {
        enough = h->want.cap;
        h->closes = true; // the rest is still on its way
    }
    if (h->chunked && !http_unchunk(h))
        http_fail(h, "chunks end too soon");
    else if (h->got < enough)
        http_fail(h, "body ends too soon");
    else
        h->state = HTTP_DONE;
    h->body[h->kept] = 0;
}

/* A piece of the body: compared or kept. */
static void http_take(struct http *h, const uint8_t *in, size_t length) {
    const struct load_bytes *whole = &h->want.whole;
    if (whole->at) {
        if (length > whole->length - h->got || memcmp(whole->at + h->got, in, length) != 0) {
            http_fail(h, "content differs");
            return;
        }
    } else {
        if (length > HTTP_TEXT - h->kept) {
            http_fail(h, "text too long");
            return;
        }
        memcpy(h->body + h->kept, in, length);
        h->kept += length;
    }
    h->got += length;
    h->total += length;
}

static bool http_whole(struct http *h) {
    if (h->want.cap && h->got >= h->want.cap)
        return true;
    if (!h->chunked)
        return h->length >= 0 && h->got >= (uint64_t)h->length;
    h->body[h->kept] = 0;
    return h->kept >= 5 && strcmp(h->body + h->kept - 5, "0\r\n\r\n") == 0;
}

static void http_take_head(struct http *h, size_t head) {
    char *length, *at = h->body;
    size_t more = h->kept - head;
    at[head - 2] = 0; // the empty line
    int status = strncmp(at, "HTTP/1.", 7) == 0 ? atoi(at + 9) : 0;
    if (status != 200) {
        char why[32];
        snprintf(why, sizeof why, "status %d", status);
        http_fail(h, why);
        return;
    }
    length = strcasestr(at, "\ncontent-length:");
    h->length = length ? strtoll(length + 16, NULL, 10) : -1;
    h->chunked = strcasestr(at, "\ntransfer-encoding: chunked") != NULL;
    h->closes |= strcasestr(at, "\nconnection: close") != NULL || strncmp(at, "HTTP/1.0", 8) == 0;
    if (h->chunked && h->want.whole.at) {
        http_fail(h, "a file in chunks");
        return;
    }
    if (h->want.whole.at && h->length >= 0 && (uint64_t)h->length != h->want.whole.length) {
        http_fail(h, "size differs");
        return;
    }
    uint8_t early[HTTP_TEXT];
    memcpy(early, at + head, more);
    h->kept = 0;
    h->state = HTTP_BODY;
    http_take(h, early, more);
}

static bool http_read_head(struct http *h) {
    ssize_t n = http_read(h, h->body + h->kept, HTTP_TEXT - h->kept);
    if (n == AGAIN)
        return false;
    if (n <= 0) {
        http_fail(h, "the connection was closed before the answer");
        return false;
    }
    h->kept += (size_t)n;
    h->body[h->kept] = 0;
    char *end = memmem(h->body, h->kept, "\r\n\r\n", 4);
    if (end)
        http_take_head(h, (size_t)(end - h->body) + 4);
    else if (h->kept == HTTP_TEXT)
        http_fail(h, "head too long");
    return true;
}

static bool http_read_body(struct http *h) {
    static uint8_t in[PIECE];
    ssize_t n = http_read(h, in, sizeof in);
    if (n == AGAIN)
        return false;
    if (n > 0)
        http_take(h, in, (size_t)n);
    else if (n == 0 && h->length < 0)
        http_end(h);
    else
        http_fail(h, "body ends too soon");
    return true;
}

enum http_state http_go(struct http *h) {
    bool more = true;
    for (int step = 0; more && h->state < HTTP_DONE && step < STEPS; step++) {
        if (h->state == HTTP_BODY && http_whole(h))
            http_end(h);
        else if (h->state == HTTP_CONNECTING)
            more = http_connected(h);
        else if (h->state == HTTP_SENDING)
            more = http_send(h);
        else if (h->state == HTTP_HEAD)
            more = http_read_head(h);
        else
            more = http_read_body(h);
    }
    h->unfinished = more && h->state < HTTP_DONE;
    return h->state;
}
