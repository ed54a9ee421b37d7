/* Sends head, body and files. */
#pragma once

#include "connection_state.h"

enum http_sent {
    HTTP_SENT_ALL,
    HTTP_SENT_WAIT,   /* until the socket is writable */
    HTTP_SENT_PARKED, /* until http->run is called: the disk, a thread, or our next turn */
    HTTP_SENT_GONE,   /* the client has closed */
    HTTP_SENT_BROKEN, /* the file cannot be read; already logged */
};
enum http_sent http_send(struct http_conn *c);
