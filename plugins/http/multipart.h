/* An answer of several ranges: the parts go out one after the other, each with its own text before it. */
#pragma once

#include "connection_state.h"

/* The head is written: the first part follows. */
void http_multipart_begin(struct http_conn *c);
/* A part has been sent: goes on with the next one, or with the end. False: all of it has been sent. */
bool http_multipart_next(struct http_conn *c);
