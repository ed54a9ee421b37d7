/* Starts one script as its account. */
#pragma once

#include <sys/types.h>

#include "cgi_helper.h"
#include "cgi_wire.h"

/* In a process group of its own, without capabilities, with `fds` as its standard streams; it ends with the helper.
 * 0, or an errno of what failed before the script ran. */
int http_cgi_spawn(const struct http_cgi_account *account, const struct http_order *order,
                   const int fds[HTTP_ORDER_FDS], pid_t *ret);
