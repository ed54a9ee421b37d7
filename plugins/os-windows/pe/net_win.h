/* One HTTP exchange over winsock. */
#pragma once

#include "http.h"

struct net_request {
    const struct http_url *url;
    const char *body; /* NULL: GET */
    size_t body_len;
    unsigned connect_ms, idle_ms; /* to connect; without a byte moving */
    /* Takes a piece of the body of an answer with status 200; false stops. */
    bool (*take)(void *ctx, struct pxed_slice piece);
    void *ctx;
};

struct net_reply {
    unsigned status; /* 0: none came */
    bool connected;
    bool whole;        /* complete, according to the server's length */
    bool stopped;      /* `take` returned false */
    const char *error; /* message for people if something failed, else NULL */
};

bool net_start(void);
void net_exchange(const struct net_request *request, struct net_reply *ret_reply);
