/* Bytes out: head, body, files. */
#pragma once

#include "connection_state.h"

enum http_sent {
    HTTP_SENT_ALL,
    HTTP_SENT_WAIT,   /* for the socket, or for our next turn */
    HTTP_SENT_PARKED, /* for the disk */
    HTTP_SENT_GONE,   /* the client */
    HTTP_SENT_BROKEN, /* the file; said already */
};
enum http_sent http_send(struct http_conn *c);
