/* Passes a request to the handler of a service. */
#include "handler.h"

#include "pxed/arena.h"

void http_handler_call(struct http_conn *c) {
    static const char *const methods[] = {"GET", "HEAD", "POST"}; /* in the order of enum http_method */
    const struct http_request *r = &c->request;
    struct pxed_http_reply *reply = pxed_xalloc(sizeof(*reply));
    struct pxed_http_header headers[HTTP_HEADERS_MAX];
    struct pxed_http_call call = {.post = r->method == HTTP_METHOD_POST,
                                  .path = r->path,
                                  .query = r->query,
                                  .body = r->body,
                                  .fd = c->fd,
                                  .method = methods[r->method],
                                  .peer = c->peer,
                                  .headers = headers,
                                  .n_headers = r->n_headers,
                                  .tls = c->tls != NULL};
    for (size_t i = 0; i < r->n_headers; i++)
        headers[i] = (struct pxed_http_header){http_header_name(r, i), http_header_value(r, i)};
    reply->conn = c;
    c->reply = reply;
    c->listener->handler(c->listener->handler_arg, &call, reply);
}
