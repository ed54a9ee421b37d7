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
/* Are all files there that [os ID] names: kernel and initrds? */
bool catalogue_own_files(struct catalogue_image *image, const struct catalogue_os *os);
/* A boot program that is one for all systems: "/memdisk" is os/memdisk below root/boot, or lies in loader-path. */
bool catalogue_program_exists(const struct catalogue *c, const char *name);
/* The files of every way to boot a system: `linux + initrd.gz, or ...`. */
const char *catalogue_looked_for(const struct catalogue_os *os, struct pxed_arena *arena);
/* What was looked for where there is no image, and what stands in the way if something does: for NO_IMAGE. The system
 * has a profile. May wait for a disk. */
const char *catalogue_missing(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena);
