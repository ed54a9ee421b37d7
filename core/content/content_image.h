/* What a fetch of an image file says about the client. */
#pragma once

#include "content_item.h"

/* Stores it in `c`. */
void content_note_image(struct lookup *l, struct open_content *c);
