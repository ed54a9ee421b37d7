/* The service "http/1": other plugins answer on sockets of their own. */
#include <errno.h>
#include <stdlib.h>

#include "connection.h"
#include "pxed/arena.h"

/* Outlives its connection: the handler may answer after the client has gone. */
struct pxed_http_reply {
    struct http_conn *conn; /* NULL: nobody waits */
};

void http_service_call(struct http_conn *c) {
    const struct http_request *r = &c->request;
    struct pxed_http_reply *reply = pxed_xalloc(sizeof(*reply));
    struct pxed_http_call call = {
        .post = r->method == HTTP_METHOD_POST, .path = r->path, .query = r->query, .body = r->body, .fd = c->fd};
    reply->conn = c;
    c->reply = reply;
    c->listener->handler(c->listener->handler_arg, &call, reply);
}

void http_service_forget(struct pxed_http_reply *reply) {
    reply->conn = NULL;
}

static void service_reply(void *self, struct pxed_http_reply *reply, int status, const char *type,
                          struct pxed_slice body) {
    struct http_conn *c = reply->conn;
    (void)self;
    free(reply);
    if (!c)
        return;
    c->reply = NULL;
    http_answer_bytes(c, status, pxed_slice_of(type), body);
    if (!c->running) /* else the handler answered at once, and http_conn_run goes on by itself */
        http_conn_run(c);
}

static int service_serve(void *self, int listen_fd, http_handler_fn *handler, void *arg) {
    static const struct pxed_addr local;
    return http_listen_add(self, listen_fd, &local, handler, arg);
}

void http_service_init(struct http *h) {
    h->service = (struct pxed_http_service){
        .size = sizeof(h->service), .self = h, .serve = service_serve, .reply = service_reply};
    h->ctx->core->publish(h->ctx, "http/1", &h->service);
}
