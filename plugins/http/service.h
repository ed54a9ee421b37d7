/* The service "http/1": other plugins answer on their own sockets. */
#pragma once

#include "http_state.h"

void http_service_init(struct http *h); /* publishes it */
