/* POST /api/v1/backup. */
#pragma once

#include "api_state.h"

void api_backup(const struct api_ask *ask);
