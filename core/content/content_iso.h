/* An image's file inside an ISO. */
#pragma once

#include "content_item.h"

enum pxed_reason content_iso(const struct lookup *l, struct open_content **ret);
