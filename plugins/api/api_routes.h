/* The routes below /api/v1. */
#pragma once

#include "api_state.h"

/* The handler of the http service; `arg` is the struct api. */
void api_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);
