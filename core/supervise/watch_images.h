/* Reports when the image folders have changed and then been quiet: an ISO replaced, a WIM copied in. */
#pragma once

#include "context.h"

void watch_images_start(struct daemon *d, void (*changed)(struct daemon *d));
/* A generation is in force that was built from folders with this signature. */
void watch_images_found(struct daemon *d, uint64_t signature);
/* Of names, sizes and times of the files in the folders of a generation's images. Reads folders; on any thread. */
uint64_t watch_images_sign(const struct catalogue *c);
void watch_images_stop(struct daemon *d);
