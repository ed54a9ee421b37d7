/* secure/OS-ID/FILE: shim, GRUB and MokManager of a distribution, out of its image, where a loader asks for them. */
#pragma once

#include "content_item.h"

enum pxed_reason content_secure(const struct lookup *l, struct open_content **ret);
