/* The table of routes, and who may take which. */
#pragma once

#include "api_state.h"

extern const struct api_route api_table[]; /* ends with a zeroed row */

/* Answers a call on any listener; `caller` NULL: by the socket. */
void api_answer(struct api *api, const struct pxed_api_caller *caller, const struct pxed_http_call *call,
                struct pxed_http_reply *reply);
/* The handler of the http service for the socket; `arg` is the struct api. */
void api_handle(void *arg, const struct pxed_http_call *call, struct pxed_http_reply *reply);
