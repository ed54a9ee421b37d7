/* Port 69: takes requests and begins transfers. */
#pragma once

#include "tftp_state.h"

/* Binds `listener` to its interface's address. 0 or a negative errno, a sentence is logged. */
int tftp_listen(struct tftp_listener *listener);
/* Begins to read requests. 0 or a negative errno. */
int tftp_listener_begin(struct tftp_listener *listener);
void tftp_listener_close(struct tftp_listener *listener);
