/* The routes of the page's listeners. */
#pragma once

#include "state.h"

/* The handler of the http service; `arg` is the struct console. */
void console_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);
