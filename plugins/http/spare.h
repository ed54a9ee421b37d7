/* Connections that have ended, kept for the next client. */
#pragma once

#include "connection_state.h"

struct http_conn *http_spare_take(struct http *h); /* zeroed, but for the buffers at its end */
void http_spare_give(struct http_conn *c);
void http_spare_free(struct http *h);
