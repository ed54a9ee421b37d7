/* Answers of services that go on: what is written waits here until the client takes it. */
#pragma once

#include "connection_state.h"
#include "send.h"

/* Begins one on a connection that waits for its reply; false: the request was HEAD, and has been answered. */
bool http_stream_begin(struct http_conn *c, int status, const char *type, const char *headers,
                       const struct pxed_http_stream *calls);
/* False: it would be too much. */
bool http_stream_write(struct pxed_http_reply *reply, struct pxed_slice bytes);
void http_stream_end(struct pxed_http_reply *reply);
/* Sends what waits. WAIT: until the socket takes more; PARKED: until more is written; ALL: it has ended; GONE. */
enum http_sent http_stream_send(struct http_conn *c);
/* Its connection is being closed: frees the reply, and tells its service. */
void http_stream_lost(struct pxed_http_reply *reply);
