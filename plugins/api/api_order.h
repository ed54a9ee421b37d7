/* Orders: arm, disarm, adopt. */
#pragma once

#include "api_state.h"

/* The core has finished an order. False: fini came first, the http plugin has dropped its answers, and `api` may be
 * gone. */
bool api_order_ends(struct api *api);
void api_order_arm(const struct api_ask *ask);
void api_order_disarm(const struct api_ask *ask);
void api_order_adopt(const struct api_ask *ask);
