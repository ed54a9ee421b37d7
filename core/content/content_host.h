/* Files of one machine: answer files and the files they need. */
#pragma once

#include "content_item.h"

enum pxed_reason content_host_file(struct lookup *l, struct open_content **ret);
