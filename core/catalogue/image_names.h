/* Names of image folders and of root/tftp in any case, as Windows and vfat write them. Each folder of images is read
 * once per generation, one of loaders again when it has changed, so a client that asks for many names that do not exist
 * costs no more than that. */
#pragma once

#include "image_base.h"

enum {
    IMAGE_NAMES_FOLDER_MAX = 20000, /* names of one folder; in a larger one only the exact spelling is found */
    IMAGE_NAMES_MAX = 250000,       /* names of all folders read for one generation */
    IMAGE_NAMES_PAIRS = 16          /* refusals that are kept */
};

struct image_names *image_names_new(void);
void image_names_free(struct image_names *t);

/* Replaces a name below a folder of images by its spelling on disk, component by component: the exact name, else the
 * only one that differs in nothing but the case of ASCII letters. False: there is none, or there are two, which
 * image_names_pair tells; `below` may have changed.
 * Any thread. May wait for a disk the first time. */
bool image_names_spell(const struct catalogue *c, const struct image_base *base, char *below);
/* Of a name that does not exist: the path, spelled as on disk, of what is most like its first missing component; NULL:
 * nothing is. In `arena`. */
const char *image_names_near(const struct catalogue *c, const struct image_base *base, const char *below,
                             struct pxed_arena *arena);
/* The i-th refusal so far: "/srv/pxed/boot/os/x/A and a"; NULL: no more. Lives as long as the generation. */
const char *image_names_pair(const struct catalogue *c, size_t i);
