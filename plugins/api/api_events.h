/* The stream of what happens: GET /api/v1/events. */
#pragma once

#include "api_state.h"

/* In start(). */
void api_events_init(struct api *api);
/* In fini(): ends every stream. */
void api_events_end(struct api *api);
/* A token was removed: its streams end. */
void api_events_end_of(struct api *api, const char *token);

void api_get_events(const struct api_ask *ask);
