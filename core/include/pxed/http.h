/* The service "http/1": other plugins answer requests on their own socket through the http plugin. Loop thread only. */
#pragma once

#include "pxed/slice.h"

struct pxed_http_reply; /* one pending answer; owned by the http plugin */

/* Slices live only during the call. */
struct pxed_http_call {
    bool post;
    struct pxed_slice path; /* still %-encoded, without query */
    struct pxed_slice query;
    struct pxed_slice body;
    int fd; /* the connection, for SO_PEERCRED; borrowed */
};

struct pxed_http_service {
    uint32_t size;
    void *self;
    /* Serves a listening socket until the plugin stops; takes ownership of it. The handler runs on the loop and must
     * lead to exactly one `reply`, at once or later. 0 or a negative errno. */
    int (*serve)(void *self, int listen_fd,
                 void (*handler)(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply),
                 void *arg);
    /* Copies the body. It is no error if the client has gone meanwhile. */
    void (*reply)(void *self, struct pxed_http_reply *reply, int status, const char *type, struct pxed_slice body);
};
