/* The api plugin: /api/v1 on a unix socket. One `struct api` per daemon; everything on the loop thread. */
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
    const struct pxed_leases_service *leases; /* NULL: nothing leases addresses */
    int listen_fd;                            /* -1 once the http plugin has it */
    char *path;                               /* of the socket; ours to unlink while dev and ino fit */
    dev_t dev;
    ino_t ino;
    unsigned pending; /* orders the core has not finished */
    bool ended;       /* after fini: the last order to finish frees this */
};

/* ---- api_socket.c: the socket and who is at its other end */

/* Absolute path of the socket; owned by the caller. */
char *api_socket_path(const char *state_dir, const char *socket);
/* Binds and listens, mode 0660. A socket nobody answers on is replaced, anything else is left alone. Fills listen_fd,
 * dev and ino. 0 or a negative errno with a sentence logged. */
int api_socket_open(struct api *api, const char *group);
/* Removes the socket if it is still the one we bound. */
void api_socket_unlink(const struct api *api);
/* "uid 0 (root)": who the kernel says has connected. */
void api_socket_peer(int fd, struct pxed_buf *out);

/* ---- api_answer.c: answers that grow, and errors */

/* A JSON array of objects. Zeroed is empty; owns its text. */
struct api_rows {
    char *ptr;
    size_t len, cap, n;
};
typedef void api_write_fn(struct pxed_buf *out, const void *view);
/* Appends one object; returns where it begins. */
size_t api_rows_add(struct api_rows *rows, api_write_fn *write, const void *view);

/* One request until it is answered or put aside. */
struct api_ask {
    struct api *api;
    const struct pxed_http_call *call;
    struct pxed_http_reply *reply;
};

/* Both answer the request; rows are freed. */
void api_answer_rows(const struct api_ask *ask, struct api_rows *rows);
void api_answer_error(const struct api_ask *ask, int status, enum pxed_reason reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* HOST to its MAC; false: the request has been answered with the nearest known name. */
bool api_resolve(const struct api_ask *ask, struct pxed_slice host, struct pxed_hwaddr *ret_mac);

/* ---- api_routes.c and api_order.c */

/* The handler of the http service; `arg` is the struct api. */
void api_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);
/* The core has finished an order. False: fini came first, the http plugin has dropped its answers, and `api` may be
 * gone. */
bool api_order_ends(struct api *api);
void api_order_arm(const struct api_ask *ask);
void api_order_disarm(const struct api_ask *ask);
void api_order_adopt(const struct api_ask *ask);
/* ---- api_event.c */
void api_event(const struct api_ask *ask);
