/* Reports when the image folders have changed and then been quiet: an ISO replaced, a WIM copied in. */
#pragma once

#include "context.h"

void watch_images_start(struct daemon *d, void (*changed)(struct daemon *d));
/* A generation was built just now. */
void watch_images_found(struct daemon *d);
void watch_images_stop(struct daemon *d);
