/* Events that an operator reports. */
#pragma once

#include "api_state.h"

void api_event(const struct api_ask *ask);
