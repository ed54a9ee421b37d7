/* POST /api/v1/leases/import: leases of another server. */
#pragma once

#include "api_state.h"

void api_leases_import(const struct api_ask *ask);
