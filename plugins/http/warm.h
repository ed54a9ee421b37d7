/* Reads a piece of a file outside the page cache on another thread, so that sendfile does not block the loop. */
#pragma once

#include "connection_state.h"

void http_warm_start(struct http_conn *c, int fd, uint64_t offset, uint64_t length);
void http_warm_forget(struct http_conn *c);
