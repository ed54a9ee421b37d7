/* /status and /metrics. */
#pragma once

#include "content_item.h"

enum pxed_reason content_status(struct lookup *l, bool metrics, struct open_content **ret);
