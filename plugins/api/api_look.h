/* Questions about the server: images, nets, health, what a machine would get. */
#pragma once

#include "api_state.h"

void api_get_images(const struct api_ask *ask);
void api_get_nets(const struct api_ask *ask);
void api_get_health(const struct api_ask *ask);
void api_get_explain(const struct api_ask *ask);
void api_get_metrics(const struct api_ask *ask);
void api_get_status(const struct api_ask *ask);
