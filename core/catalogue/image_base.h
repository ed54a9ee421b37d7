/* The folders that hold images, root/boot/os and those of image-path, and how a file in them is opened: serving,
 * checking and planning all open it here, so they agree. Which of them has a file: image_find.h. */
#pragma once

#include "catalogue.h"

/* One folder of images. The first is root/boot/os, where links and their targets are kept beneath root. */
struct image_base {
    const char *path;     /* absolute, as configured */
    const char *real;     /* without links; NULL: it is missing */
    const char *below;    /* its name below `fd`: "boot/os/", or "" */
    int fd;               /* -1: it cannot be entered */
    const char **folders; /* names in it when the generation was built */
    size_t n_folders;
};

/* Opens root and the folders of image-path and reads the names in them. May wait for a disk. */
void image_bases_open(struct catalogue *c);
void image_bases_close(struct catalogue *c);

/* Opens root/boot/NAME, following links below os/ as above. A descriptor, or -1 and errno. */
int catalogue_open_boot(const struct catalogue *c, struct pxed_slice name);
/* Opens a folder or file below one of the folders of images, exactly as spelled. -1 and errno. */
int image_open_in(const struct catalogue *c, const struct image_base *base, const char *below);
/* The image's folder in one of them: of exactly this name, else the only one ignoring case; NULL: none, or two. */
const char *image_folder_in(const struct image_base *base, struct pxed_slice id);
/* The same, and where there are two: one of them, and *ret_other; NULL otherwise. */
const char *image_folder_pair(const struct image_base *base, struct pxed_slice id, const char **ret_other);
/* Which folder image-path would have to name so that a link is followed; NULL: another error, or no link. */
const char *image_link_target(const struct image_base *base, const char *below, struct pxed_arena *arena);
