/* Which files of an image exist. */
#pragma once

#include "catalogue.h"

/* Does the image have this file, in its folder or in an ISO? "*.iso" asks for any ISO, "/NAME" for a program shared by
 * all systems. `ctx` is a struct catalogue_image. */
struct catalogue_image {
    const struct catalogue *catalogue;
    struct pxed_slice os;
};
bool catalogue_image_has(void *ctx, const char *file);
/* Are all files there that [os ID] names: kernel and initrds? */
bool catalogue_own_files(struct catalogue_image *image, const struct catalogue_os *os);
/* A boot program that is one for all systems: "/memdisk" is os/memdisk below root/boot, or lies in loader-path. */
bool catalogue_program_exists(const struct catalogue *c, const char *name);
