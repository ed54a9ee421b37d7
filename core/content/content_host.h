/* Files of one machine: answer files and the files they need. */
#pragma once

#include "content_item.h"

enum pxed_reason content_host_file(struct lookup *l, struct open_content **ret);
/* A name outside /boot that a row of the asker's own profile declares. NOT_FOUND for everybody else. */
enum pxed_reason content_outside(struct lookup *l, struct open_content **ret);
