/* Which files of an image exist, and what was searched for one that is missing. */
#pragma once

#include "catalogue.h"

/* Does the image have this file, in its folder or in an ISO? "*.iso" asks for any ISO, "/NAME" for a program shared by
 * all systems. `ctx` is a struct catalogue_image. */
struct catalogue_image {
    const struct catalogue *catalogue;
    struct pxed_slice os;
};
bool catalogue_image_has(void *ctx, const char *file);
/* Does a boot program shared by all systems exist: "/memdisk" is os/memdisk below root/boot, or in loader-path. */
bool catalogue_program_exists(const struct catalogue *c, const char *name);
/* For NO_IMAGE: which files were searched, and why one that exists cannot be used. The system must have a profile. May
 * wait for a disk. */
const char *catalogue_missing(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena);
