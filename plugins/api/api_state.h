/* The state that the files of the plugin share. One `struct api` per daemon; everything on the loop thread. */
#pragma once

#include "pxed/arena.h"
#include "pxed/control.h"
#include "pxed/http.h"
#include "pxed/leases.h"
#include "pxed/plugin.h"

#include <sys/types.h>

/* sun_path without its NUL (unix(7)). */
enum { API_SOCKET_MAX = 107, API_HOST_MAX = 255, API_HOSTS_MAX = 10000, API_JOURNAL_ROWS = 5000 };

struct api_config {
    const char *socket;
    const char *group;
};

struct api {
    struct pxed_ctx *ctx;
    const struct pxed_http_service *http;
    const struct pxed_control *control;
    const struct pxed_leases_service *leases; /* NULL: no plugin leases addresses */
    int listen_fd;                            /* -1 once the http plugin has it */
    char *path;                               /* of the socket; removed at the end while dev and ino match */
    dev_t dev;
    ino_t ino;
    unsigned pending; /* orders the core has not finished */
    bool ended;       /* after fini: the last order to finish frees this */
};

/* One request until it is answered or deferred. */
struct api_ask {
    struct api *api;
    const struct pxed_http_call *call;
    struct pxed_http_reply *reply;
};
