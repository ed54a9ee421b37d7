/* Other plugins run operators' programs through the CGI helper: the service "run/1". */
#pragma once

#include "http_state.h"

/* Publishes it, after http_cgi_init. */
void http_run_init(struct http *h);
