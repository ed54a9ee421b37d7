/* Reading facts of an image back. */
#pragma once

#include "pxed/os.h"

/* The image's index that `edition` names (its edition id or its name, case ignored), or 0. */
unsigned win_fact_index(const struct pxed_image *image, struct pxed_slice edition);
/* The number of images that the system image holds; 0: unknown. */
unsigned win_fact_images(const struct pxed_image *image);
/* "1: name (edition), 2: ..." in the arena. */
const char *win_fact_list(const struct pxed_image *image, struct pxed_arena *arena);
/* The fact of a key with a number: image-3. NULL: none. */
const char *win_fact_numbered(const struct pxed_image *image, const char *key, unsigned n);
/* The build of the Windows that will run: the image's own, else the OS id's oldest. */
unsigned win_fact_build(const struct pxed_image *image);
/* Is `word` among the claim's flags? */
bool win_flag(const struct pxed_image *image, const char *word);
