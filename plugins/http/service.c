/* The service "http/1": other plugins answer on their own sockets. */
#include "service.h"

#include <stdlib.h>

#include "answer.h"
#include "listen.h"
#include "pair.h"
#include "stream.h"

/* The connection that waits for this answer, which is used up; NULL: it has gone. */
static struct http_conn *service_take(struct pxed_http_reply *reply) {
    struct http_conn *c = reply->conn;
    free(reply);
    if (c)
        c->reply = NULL;
    return c;
}

/* If the handler answered at once, http_conn_run is on the stack and goes on by itself. */
static void service_go_on(struct http_conn *c) {
    if (!c->running)
        c->http->run(c);
}

static void service_answer(void *self, struct pxed_http_reply *reply, const struct pxed_http_answer *answer) {
    struct http_conn *c = service_take(reply);
    (void)self;
    if (!c)
        return;
    http_answer_service(c, answer);
    service_go_on(c);
}

static void service_reply(void *self, struct pxed_http_reply *reply, int status, const char *type,
                          struct pxed_slice body) {
    const struct pxed_http_answer answer = {.status = status, .type = type, .body = body};
    service_answer(self, reply, &answer);
}

static int service_serve_tls(void *self, int listen_fd, struct pxed_http_pair *pair, pxed_http_handler *handler,
                             void *arg) {
    static const struct pxed_addr local;
    return http_listen_add(self, listen_fd, &local, pair, handler, arg);
}

static int service_serve(void *self, int listen_fd, pxed_http_handler *handler, void *arg) {
    return service_serve_tls(self, listen_fd, NULL, handler, arg);
}

static struct pxed_http_pair *service_pair(void *self, const char *cert, const char *key) {
    return http_pair_open(self, cert, key);
}

static int service_listen(void *self, const struct pxed_addr *addr, uint16_t port) {
    return http_listen_socket(self, addr, port, NULL);
}

static bool service_stream(void *self, struct pxed_http_reply *reply, int status, const char *type, const char *headers,
                           const struct pxed_http_stream *stream) {
    struct http_conn *c = reply->conn;
    (void)self;
    if (!c) {
        free(reply);
        return false;
    }
    bool begun = http_stream_begin(c, status, type, headers, stream);
    if (!begun)
        service_go_on(c);
    return begun;
}

static bool service_write(void *self, struct pxed_http_reply *reply, struct pxed_slice bytes) {
    (void)self;
    return http_stream_write(reply, bytes);
}

static void service_end(void *self, struct pxed_http_reply *reply) {
    (void)self;
    http_stream_end(reply);
}

void http_service_init(struct http *h) {
    h->service = (struct pxed_http_service){.size = sizeof(h->service),
                                            .self = h,
                                            .serve = service_serve,
                                            .reply = service_reply,
                                            .listen = service_listen,
                                            .answer = service_answer,
                                            .stream = service_stream,
                                            .write = service_write,
                                            .end = service_end,
                                            .pair = service_pair,
                                            .serve_tls = service_serve_tls};
    h->ctx->core->publish(h->ctx, "http/1", &h->service);
}
