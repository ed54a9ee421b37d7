/* The order to end the daemon. */
#pragma once

#include "api_state.h"

void api_stop(const struct api_ask *ask);
