/* Finds files of images: which folder has them, and in which spelling. */
#pragma once

#include <sys/stat.h>

#include "catalogue.h"

/* Opens os/ID/PATH or os/NAME, in the first folder of images that has it: in each with this spelling, else, below the
 * image's folder, in any case. Only regular files. A link is followed if it ends inside root or a folder of image-path.
 * Returns a descriptor that the caller closes, or -1 and errno: ENOENT; EXDEV: a link leads out; EACCES and others stop
 * the search. `ret` may be NULL. */
int catalogue_open_image(const struct catalogue *c, struct pxed_slice name, struct stat *ret);
/* Its absolute path as spelled on disk, in `arena`, also if it is there but cannot be opened; NULL: it is missing. */
const char *catalogue_name_path(const struct catalogue *c, struct pxed_slice name, struct pxed_arena *arena);
/* The same for a file of an image. */
const char *catalogue_image_path(const struct catalogue *c, struct pxed_slice id, const char *file,
                                 struct pxed_arena *arena);
/* Is there such a regular file? */
bool catalogue_image_file(const struct catalogue *c, const char *name, struct stat *ret);
/* Absolute path of the i-th folder that has the image, in the order in which they are searched, or of a folder in it as
 * spelled there (`below`, or ""), which may be missing. NULL: no more. In `arena`. */
const char *catalogue_image_dir(const struct catalogue *c, struct pxed_slice id, size_t i, const char *below,
                                struct pxed_arena *arena);
/* Where an image would be looked for: `DIR/ID, DIR/ID`. */
const char *catalogue_image_dirs(const struct catalogue *c, struct pxed_slice id, struct pxed_arena *arena);
