/* `pxed replay`. */
#pragma once

#include "pxed/plugin.h"

bool dhcp_replay(const void *config, const struct pxed_replay *r, struct pxed_buf *out);
