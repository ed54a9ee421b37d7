/* Passes a request to the handler of a service. */
#pragma once

#include "connection_state.h"

/* The connection's listener has one. */
void http_handler_call(struct http_conn *c);
