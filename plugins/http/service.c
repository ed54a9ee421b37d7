/* The service "http/1": other plugins answer on their own sockets. */
#include "service.h"

#include <stdlib.h>

#include "answer.h"
#include "listen.h"

static void service_reply(void *self, struct pxed_http_reply *reply, int status, const char *type,
                          struct pxed_slice body) {
    struct http_conn *c = reply->conn;
    (void)self;
    free(reply);
    if (!c)
        return;
    c->reply = NULL;
    http_answer_bytes(c, status, pxed_slice_of(type), body);
    if (!c->running) /* else the handler answered at once, and http_conn_run continues itself */
        c->http->run(c);
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
