/* The state that the files of the plugin share. One `struct api` per daemon; everything on the loop thread. */
#pragma once

#include "pxed/api.h"
#include "pxed/arena.h"
#include "pxed/control.h"
#include "pxed/leases.h"
#include "pxed/plugin.h"

#include <sys/types.h>
#include <uv.h>

/* sun_path without its NUL (unix(7)). */
enum { API_SOCKET_MAX = 107, API_HOST_MAX = 255, API_HOSTS_MAX = 10000, API_JOURNAL_ROWS = 5000 };
enum { API_SOCKET_VIEWERS = 64 }; /* streams of events on the socket */

struct api_route;
struct api_token;
struct api_viewer;

struct api_config {
    const char *socket;
    const char *group;
};

struct api {
    struct pxed_ctx *ctx;
    const struct pxed_http_service *http;
    const struct pxed_control *control;
    const struct pxed_leases_service *leases; /* NULL: no plugin leases addresses */
    const struct pxed_store *store;           /* NULL: no plugin keeps records, so there are no tokens */
    const struct api_route *routes;           /* the table; ends with a zeroed row */
    int listen_fd;                            /* -1 once the http plugin has it */
    char *path;                               /* of the socket; removed at the end while dev and ino match */
    dev_t dev;
    ino_t ino;
    unsigned pending; /* orders the core has not finished */
    bool ended;       /* after fini: the last order to finish, or the timer's end, frees this */
    struct pxed_api_service service;
    struct api_token *tokens; /* api_tokens.h */
    size_t n_tokens;
    struct api_viewer *viewers; /* api_events.h */
    size_t n_viewers;
    uv_timer_t timer;    /* of the streams */
    bool timing;         /* it is open */
    uint64_t seen;       /* the last step that the streams have told */
    uint64_t generation; /* that they know */
    unsigned ticks;
    bool had_transfers;
};

/* One request until it is answered or deferred. */
struct api_ask {
    struct api *api;
    const struct pxed_http_call *call;    /* valid during the request only, as is the caller */
    const struct pxed_api_caller *caller; /* NULL: by the socket, which may everything */
    struct pxed_http_reply *reply;
};

/* One question or order: how it is asked, what it demands, what is answered. */
struct api_route {
    const char *name; /* below /api/v1/ */
    bool post;
    unsigned scope; /* one of enum pxed_api_scope; 0: by the socket alone */
    void (*answer)(const struct api_ask *ask);
    const char *summary;
    const char *query; /* "host! since:int": names of the query, api_openapi.h; NULL: none */
    const char *body;  /* the same for the members of the posted object */
    const char *row;   /* schema of a row of the answer; NULL: `type` says what it is */
    const char *type;
};
