/* What fetching an image file says about its asker. */
#pragma once

#include "content_item.h"

/* Notes it in `c`. */
void content_note_image(struct lookup *l, struct open_content *c);
